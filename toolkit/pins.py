"""``images/pins.toml``: every version, hash and ABI fact, once; and what must agree.

Coherent means: the kernel package, the npm package and the pins name the same
Pyodide; its ABI, CPython and Emscripten are those of the pins; the Python that builds
has the same minor version; the Debian packages lie in their ranges.
"""

import functools
import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

import toolkit
from toolkit.errors import Incoherent
from toolkit.runtime.distribution import Runtime

ROOT: Final = Path(__file__).resolve().parents[1]
HERE: Final = Path(__file__).resolve().parent
FILES: Final = ROOT / "images" if (ROOT / "images").is_dir() else HERE / "images"
"""The pins and other lists: beside the package in the image and in a checkout, otherwise in it."""
PINS: Final = FILES / "pins.toml"
OUTSIDE: Final = "SPEC14_HOME" not in os.environ and FILES.parent == HERE
"""Whether the package was installed somewhere by itself: neither the image nor a checkout."""


def _image() -> Path:
    if not OUTSIDE:
        return Path(os.environ.get("SPEC14_HOME", ROOT))
    cache = os.environ.get("SPEC14_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return Path(cache or "~/.cache").expanduser() / "spec14" / f"home-{toolkit.__version__}"


IMAGE: Final = _image()
"""Where the image keeps runtime and wheelhouse; a checkout mounted into it has neither.

Where there is no image, :mod:`toolkit.outside` keeps them there.
"""
RUNTIME: Final = IMAGE / "runtime"
WHEELHOUSE: Final = IMAGE / "wheelhouse"
CORE: Final = "jupyterlite-core"
"""What the kernels have in common: one version, in both environments."""


@functools.cache
def fingerprint() -> str:
    """Give one digest of the pins, the Debian packages and the toolchain that the image really got.

    What was made by another toolchain is stale: it goes into every key of a cache.
    """
    found = [IMAGE / "images" / name for name in ("debian.lock", "toolchain.json")]
    parts = [PINS.read_bytes(), *(file.read_bytes() if file.is_file() else b"" for file in found)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class SdistPin:
    """An sdist of a package index, by name and version.

    Attributes
    ----------
    name, version
        Of the distribution.
    sha256
        Of the file, in hexadecimal.
    """

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class OrigPin:
    """The upstream archive (``.orig.tar.*``) in a Debian source package.

    Attributes
    ----------
    package
        The source package; of its versions, the one that has the archive.
    archive
        Name of the file.
    sha256
        Of the file, in hexadecimal.
    """

    package: str
    archive: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RecipePin:
    """Something that a recipe of ``images/recipes`` compiles.

    Attributes
    ----------
    version
        As the recipe says it, too.
    source
        Where its source comes from.
    prebuilt
        Whether the image holds it, compiled.
    """

    version: str
    source: SdistPin | OrigPin
    prebuilt: bool

    @property
    def is_wheel(self) -> bool:
        """Whether the wheelhouse has to hold a wheel of this version."""
        return self.prebuilt and isinstance(self.source, SdistPin)


@dataclass(frozen=True, kw_only=True)
class Pins:
    """The pins, as read.

    Attributes
    ----------
    runtime
        Facts of the Pyodide runtime.
    packages
        Exact versions of Python packages in the image.
    xeus
        The same of the tools of the xeus kernels, which are in an environment of their own.
    suite
        The distribution's release; ``None`` where the toolchain is not its own.
    toolchain
        Ranges (PEP 440) of the programs in the image, by name.
    wheelhouse
        What the recipes compile, by the recipe's name.
    upstream
        Commit, builds and checksums of the upstream toolchain; empty for the other source.
    """

    runtime: Mapping[str, str]
    packages: Mapping[str, str]
    xeus: Mapping[str, str]
    suite: str | None
    toolchain: Mapping[str, str]
    wheelhouse: Mapping[str, RecipePin]
    upstream: Mapping[str, str]

    @property
    def python_minor(self) -> str:
        """``3.14`` for a runtime of 3.14.2: of the Python that builds, too."""
        return ".".join(self.runtime["python"].split(".")[:2])


def read_pins(file: Path = PINS, *, source: str = "debian") -> Pins:
    """Read the pins for one source of the toolchain."""
    table: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    toolchain = dict(table["toolchain"][source])
    return Pins(
        suite=toolchain.pop("suite", None),
        upstream=toolchain.pop("upstream", {}),
        runtime=table["runtime"],
        packages={**table["kernel"], **table["build"]},
        xeus={CORE: table["kernel"][CORE], **table["xeus"]},
        toolchain=toolchain,
        wheelhouse={name: _recipe_pin(name, pin) for name, pin in table["wheelhouse"].items()},
    )


def _recipe_pin(name: str, table: Mapping[str, Any]) -> RecipePin:
    source: SdistPin | OrigPin
    if "debian" in table:
        source = OrigPin(
            package=table["debian"], archive=table["orig"], sha256=table["orig-sha256"]
        )
    else:
        source = SdistPin(
            name=table.get("sdist", name), version=table["version"], sha256=table["sdist-sha256"]
        )
    return RecipePin(version=table["version"], source=source, prebuilt=table.get("prebuilt", True))


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of ``spec14 info``.

    Attributes
    ----------
    name
        What it is.
    pinned
        Version or range in the pins.
    actual
        What is there; ``None`` when it is missing.
    source
        Where the actual value was read.
    """

    name: str
    pinned: str
    actual: str | None
    source: str

    @property
    def agrees(self) -> bool:
        """Whether the two belong together."""
        if self.actual is None:
            return False
        if self.pinned[:1] in "<>=~!":
            try:
                return Version(self.actual) in SpecifierSet(self.pinned, prereleases=True)
            except InvalidVersion:
                return False
        return self.pinned == self.actual


def facts(pins: Pins, runtime: Runtime | None, versions: Callable[[str], str | None]) -> list[Fact]:
    """Put the pins beside what is there.

    Parameters
    ----------
    pins
        The pins.
    runtime
        The unpacked runtime, where there is one.
    versions
        Gives what is there, ``None`` for nothing, of: ``python:NAME`` (a package's
        version), ``xeus:NAME`` (the same beside the tools of the xeus kernels),
        ``program:NAME``, ``wheel:NAME`` (in the wheelhouse), ``npm:NAME`` (the
        integrity of its archive), ``kernel:pyodide`` (the version a kernel names),
        ``upstream:NAME`` (in the image's record of its toolchain), ``suite`` and ``python-minor``.
    """
    of_runtime = {
        "pyodide": runtime.version if runtime else None,
        "python": runtime.python if runtime else None,
        "abi": runtime.abi if runtime else None,
        "emscripten": runtime.emscripten if runtime else None,
        "platform-tag": runtime.platform_tag if runtime else None,
    }
    npm = "the npm package pyodide"
    return [
        *(
            Fact(name=f"runtime {key}", pinned=pins.runtime[key], actual=actual, source=npm)
            for key, actual in of_runtime.items()
        ),
        Fact(
            name="runtime npm-integrity",
            pinned=pins.runtime["npm-integrity"],
            actual=versions("npm:pyodide"),
            source="package-lock.json",
        ),
        Fact(
            name="kernel's pyodide",
            pinned=pins.runtime["pyodide"],
            actual=versions("kernel:pyodide"),
            source="jupyterlite-pyodide-kernel",
        ),
        *(
            Fact(
                name=name, pinned=pinned, actual=versions(f"python:{name}"), source="Python package"
            )
            for name, pinned in pins.packages.items()
        ),
        *(
            Fact(
                name=f"xeus {name}",
                pinned=pinned,
                actual=versions(f"xeus:{name}"),
                source="the xeus environment",
            )
            for name, pinned in pins.xeus.items()
        ),
        *(
            Fact(name=name, pinned=wanted, actual=versions(f"program:{name}"), source="program")
            for name, wanted in pins.toolchain.items()
        ),
        *(
            Fact(name="suite", pinned=suite, actual=versions("suite"), source="/etc/os-release")
            for suite in (pins.suite,)
            if suite is not None
        ),
        *(
            Fact(
                name=f"upstream {name}",
                pinned=pinned,
                actual=versions(f"upstream:{name}"),
                source="images/toolchain.json",
            )
            for name, pinned in pins.upstream.items()
        ),
        *(
            Fact(
                name=f"wheelhouse {name}",
                pinned=pin.version,
                actual=versions(f"wheel:{name}"),
                source="the wheelhouse",
            )
            for name, pin in pins.wheelhouse.items()
            if pin.is_wheel
        ),
        Fact(
            name="building Python's minor version",
            pinned=pins.python_minor,
            actual=versions("python-minor"),
            source="sys.version_info",
        ),
    ]


def require_coherent(found: list[Fact]) -> None:
    """Refuse a set that does not belong together.

    Raises
    ------
    Incoherent
        It names the first two that disagree; the others are the detail.
    """
    wrong = [fact for fact in found if not fact.agrees]
    if wrong:
        lines = [
            f"{fact.name}: {fact.source} has {fact.actual or 'nothing'}, "
            f"images/pins.toml has {fact.pinned}"
            for fact in wrong
        ]
        raise Incoherent(
            lines[0],
            do="rebuild the image, or move all pins together (nox -s update-pins)",
            detail="\n".join(lines[1:]),
        )
