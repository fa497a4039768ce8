"""``images/pins.toml``: every version, hash and ABI fact, once; and what must agree.

Coherent means: the kernel package, the npm package and the pins name the same
Pyodide; its ABI, CPython and Emscripten are those of the pins; the Python that builds
has the same minor version; the Debian packages lie in their ranges.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from toolkit.errors import Incoherent
from toolkit.process import run
from toolkit.runtime.distribution import Runtime, read_runtime

ROOT: Final = Path(__file__).resolve().parents[1]
PINS: Final = ROOT / "images" / "pins.toml"
IMAGE: Final = Path(os.environ.get("SPEC14_HOME", ROOT))
"""Where the image keeps runtime and wheelhouse; a checkout mounted into it has neither."""
RUNTIME: Final = IMAGE / "runtime"
WHEELHOUSE: Final = IMAGE / "wheelhouse"


@dataclass(frozen=True, kw_only=True)
class SdistPin:
    """An sdist that the image compiles."""

    version: str
    sdist_sha256: str


@dataclass(frozen=True, kw_only=True)
class Pins:
    """The pins, as read.

    Attributes
    ----------
    runtime
        Facts of the Pyodide runtime.
    packages
        Exact versions of Python packages in the image.
    toolchain
        Ranges (PEP 440) of the programs in the image, by name.
    wheelhouse
        What the image compiles.
    """

    runtime: Mapping[str, str]
    packages: Mapping[str, str]
    toolchain: Mapping[str, str]
    wheelhouse: Mapping[str, SdistPin]


def read_pins(file: Path = PINS, *, source: str = "debian") -> Pins:
    """Read the pins for one source of the toolchain."""
    table: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    toolchain = dict(table["toolchain"][source])
    toolchain.pop("suite", None)
    return Pins(
        runtime=table["runtime"],
        packages={**table["kernel"], **table["build"]},
        toolchain=toolchain,
        wheelhouse={
            name: SdistPin(version=pin["version"], sdist_sha256=pin["sdist-sha256"])
            for name, pin in table["wheelhouse"].items()
        },
    )


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
        Gives the version of a Python package (``python:NAME``), of a program
        (``program:NAME``) or the Pyodide version a kernel names (``kernel:pyodide``);
        ``None`` when it is not there.
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
            name="kernel's pyodide",
            pinned=pins.runtime["pyodide"],
            actual=versions("kernel:pyodide"),
            source="jupyterlite-pyodide-kernel",
        ),
        *(
            Fact(name=name, pinned=pinned, actual=versions(f"python:{name}"), source="Python package")
            for name, pinned in pins.packages.items()
        ),
        *(
            Fact(name=name, pinned=wanted, actual=versions(f"program:{name}"), source="program")
            for name, wanted in pins.toolchain.items()
        ),
        Fact(
            name="building Python's minor version",
            pinned=".".join(pins.runtime["python"].split(".")[:2]),
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
            do="rebuild the image, or move all pins together (CONTRIBUTING.md, 'Pins')",
            detail="\n".join(lines[1:]),
        )


PROGRAMS: Final = {
    "emscripten": ("emcc", "--version"),
    "llvm": ("clang", "--version"),
    "node": ("node", "--version"),
    "python": ("python3.14", "--version"),
    "binaryen": ("wasm-opt", "--version"),
}


def installed_version(what: str) -> str | None:
    """Give the version of something on this machine (see :func:`facts`)."""
    kind, _, name = what.partition(":")
    match kind:
        case "python":
            try:
                return importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                return None
        case "program":
            return _program_version(PROGRAMS[name])
        case "kernel":
            return _kernel_pyodide()
        case _:
            return f"{sys.version_info.major}.{sys.version_info.minor}"


def _program_version(command: tuple[str, ...]) -> str | None:
    from toolkit.errors import ToolMissing  # noqa: PLC0415

    try:
        output = run(command, timeout=60).output
    except (ToolMissing, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+(?:\.\d+)+|(?<=version )\d+", output)
    return found[0] if found else None


def _kernel_pyodide() -> str | None:
    """Give the Pyodide version that the kernel package was made for (its constants)."""
    try:
        from jupyterlite_pyodide_kernel import constants  # noqa: PLC0415
    except ImportError:
        return None
    version: str = constants.PYODIDE_VERSION
    return version


def debian_lock(archives: Path = Path("/var/lib/dpkg/spec14-archives")) -> str:
    """Give name, version and SHA-256 of every Debian package on this machine.

    `archives` holds the checksums of the packages fetched by ``images/apt-install``, as
    ``sha256sum`` prints them; what came with the base image has none and shows ``-``.
    """
    lines = archives.read_text("utf-8").splitlines() if archives.is_file() else []
    sums = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    query = run(["dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture}\n"])
    rows = []
    for line in sorted(query.output.splitlines()):
        name, version, architecture = line.split()
        archive = f"{name}_{version.replace(':', '%3a')}_{architecture}.deb"
        rows.append(f"{name} {version} {sums.get(archive, '-')}\n")
    return "".join(rows)


def main() -> None:
    """Print the lock of Debian's packages (the image build's last step)."""
    match sys.argv[1:]:
        case ["lock"]:
            sys.stdout.write(debian_lock())
        case ["facts"]:
            found = facts(read_pins(), read_runtime(RUNTIME), installed_version)
            print(json.dumps([vars(fact) for fact in found], indent=2))
        case _:
            raise SystemExit("usage: python -m toolkit.pins lock|facts")


if __name__ == "__main__":
    main()
