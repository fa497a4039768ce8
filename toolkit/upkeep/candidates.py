"""Which kernel and which runtime belong together: the newest pair, and why not a newer one.

The kernel package decides: it names one Pyodide, and that one its Python, its ABI and its
Emscripten. Whether the Python packages of the set fit the kernel is uv's to say
(:mod:`toolkit.upkeep.locking`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from packaging.version import Version

from toolkit.errors import MoveRefused
from toolkit.runtime.distribution import Runtime

KERNEL: Final = "jupyterlite-pyodide-kernel"
PYODIDE: Final = "pyodide"
"""The npm package."""


class Unfit(Exception):
    """A kernel does not fit the rest of a set; the message is the reason."""


@dataclass(frozen=True, kw_only=True)
class Kernel:
    """A version of the kernel package.

    Attributes
    ----------
    version
        Its own.
    pyodide
        The Pyodide that it names.
    python
        Minor version of the Python that it names; ``None`` where it names none.
    """

    version: str
    pyodide: str
    python: str | None = None


@dataclass(frozen=True, kw_only=True)
class Release:
    """A version of the npm package ``pyodide``.

    Attributes
    ----------
    runtime
        What it says of itself.
    integrity
        What npm checks its archive against.
    packages
        Versions of the packages in its ``pyodide-lock.json``, by normalised name.
    """

    runtime: Runtime
    integrity: str
    packages: Mapping[str, str]


class Source(Protocol):
    """Where versions are looked up."""

    def kernel(self, version: str) -> Kernel:
        """Give a version of the kernel package."""

    def release(self, version: str) -> Release | None:
        """Give a version of the npm package; ``None`` when there is none."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a runtime has to fit besides its kernel.

    Attributes
    ----------
    suite
        Debian's release.
    debian
        Versions that it offers, by our names (``python3.14`` and so on among them).
    emscripten
        The Emscripten whose upstream builds are known (``[toolchain.emsdk.upstream]``).
    """

    suite: str
    debian: Mapping[str, str]
    emscripten: str


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A kernel that cannot be had yet.

    Attributes
    ----------
    version
        The kernel's.
    reason
        Why, as a clause.
    """

    version: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Chosen[Locked]:
    """The newest pair that fits.

    Attributes
    ----------
    kernel, release
        The pair.
    locked
        What the Python packages of the set were resolved to.
    rejected
        The newer kernels, newest first.
    """

    kernel: Kernel
    release: Release
    locked: Locked
    rejected: tuple[Rejected, ...]


def misfit(kernel: Kernel, release: Release | None, around: Surroundings) -> str | None:
    """Say why a kernel cannot be had; ``None`` when nothing speaks against it."""
    if release is None:
        return f"it names Pyodide {kernel.pyodide}, which npm does not have"
    runtime = release.runtime
    about = f"it names Pyodide {runtime.version}, which is CPython {runtime.python}"
    if kernel.python is not None and kernel.python != runtime.python_minor:
        return f"{about}, and Python {kernel.python}"
    name = f"python{runtime.python_minor}"
    offered = around.debian.get(name)
    if offered is None:
        return f"{about}: Debian {around.suite} has no {name}"
    if Version(offered) < Version(runtime.python):
        return f"{about}: Debian {around.suite} has the headers of {offered}"
    if runtime.emscripten != around.emscripten:
        return (
            f"its Pyodide is made with Emscripten {runtime.emscripten}: the commit and the "
            "checksums of that one are not known (--emsdk FILE)"
        )
    return None


def newest_coherent[Locked](
    versions: Sequence[str],
    source: Source,
    around: Surroundings,
    lock: Callable[[Kernel, Release], Locked],
) -> Chosen[Locked]:
    """Give the newest kernel with which everything fits.

    Parameters
    ----------
    versions
        Kernels to be tried, newest first; the last is the one of now.
    source
        Where versions are looked up.
    around
        What the runtime has to fit.
    lock
        Resolves the Python packages for a pair, or raises :class:`Unfit`.

    Raises
    ------
    MoveRefused
        When nothing fits, the kernel of now included.
    """
    rejected: list[Rejected] = []
    for version in versions:
        kernel = source.kernel(version)
        release = source.release(kernel.pyodide)
        reason = misfit(kernel, release, around)
        if reason is None and release is not None:
            try:
                locked = lock(kernel, release)
            except Unfit as unfit:
                reason = str(unfit)
            else:
                return Chosen(
                    kernel=kernel, release=release, locked=locked, rejected=tuple(rejected)
                )
        rejected.append(Rejected(version=version, reason=reason or "no reason known"))
    lines = [f"{KERNEL} {kernel.version}: {kernel.reason}" for kernel in rejected]
    msg = f"no version of {KERNEL} fits the rest of the set: {lines[-1] if lines else 'none'}"
    raise MoveRefused(
        msg,
        do="wait for the package that is named, or take its pin out of images/requirements",
        detail="\n".join(lines[:-1]),
    )
