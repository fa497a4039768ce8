"""What is really installed: versions, Debian's packages, the image's labels.

:mod:`toolkit.pins` says what should be there.
"""

import importlib.metadata
import json
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from toolkit.errors import ToolMissing
from toolkit.lite.xeus.tools import xeus_python
from toolkit.pins import IMAGE, RUNTIME, WHEELHOUSE, facts, read_pins
from toolkit.process import run
from toolkit.runtime.distribution import read_runtime
from toolkit.toolchain import read_toolchain

PROGRAMS: Final = {
    "emscripten": ("emcc", "--version"),
    "llvm": ("clang", "--version"),
    "node": ("node", "--version"),
    "binaryen": ("wasm-opt", "--version"),
}


def installed_version(what: str) -> str | None:
    """Give the version of something on this machine (see :func:`toolkit.pins.facts`)."""
    kind, _, name = what.partition(":")
    return READERS[kind](name)


def _package_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _xeus_version(name: str) -> str | None:
    """Read a version beside the tools of the xeus kernels, without starting their Python."""
    try:
        environment = xeus_python().parents[1]
    except ToolMissing:
        return None
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    found = importlib.metadata.distributions(name=name, path=folders)
    return next((distribution.version for distribution in found), None)


def _wheel_version(name: str) -> str | None:
    found = sorted((WHEELHOUSE / "target").glob(f"{name}-*.whl"))
    return found[0].name.split("-")[1] if len(found) == 1 else None


def _suite(_name: str) -> str | None:
    return platform.freedesktop_os_release().get("VERSION_CODENAME")


def _minor(_name: str) -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _program(name: str) -> tuple[str, ...]:
    if name == "python":
        # The distribution's, of the runtime's minor version: not the environment that this runs in.
        return (f"python{read_pins().python_minor}", "--version")
    return PROGRAMS[name]


def _program_version(name: str) -> str | None:
    try:
        output = run(_program(name), timeout=60).output
    except ToolMissing, subprocess.TimeoutExpired:
        return None
    found = re.search(r"\d+(?:\.\d+)+|(?<=version )\d+", output)
    return found[0] if found else None


def _npm_integrity(name: str) -> str | None:
    """Give what ``npm ci`` has checked the package's archive against."""
    file = IMAGE / "npm" / "package-lock.json"
    if not file.is_file():
        return None
    locked = json.loads(file.read_text("utf-8"))["packages"]
    integrity: str | None = locked.get(f"node_modules/{name}", {}).get("integrity")
    return integrity


def _kernel_pyodide(_name: str) -> str | None:
    """Give the Pyodide version that the kernel package was made for (its constants)."""
    try:
        from jupyterlite_pyodide_kernel import constants  # noqa: PLC0415
    except ImportError:
        return None
    version: str = constants.PYODIDE_VERSION
    return version


def _upstream(name: str) -> str | None:
    return read_toolchain().upstream.get(name)


READERS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "kernel": _kernel_pyodide,
    "npm": _npm_integrity,
    "program": _program_version,
    "python": _package_version,
    "python-minor": _minor,
    "suite": _suite,
    "upstream": _upstream,
    "wheel": _wheel_version,
    "xeus": _xeus_version,
}


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


def label_differences(labels: Sequence[str]) -> list[str]:
    """Give a line for each image label (``NAME=VERSION``) that is not what was installed."""
    lines = []
    for label in labels:
        name, _, said = label.partition("=")
        of_runtime = name == "pyodide"
        actual = (
            read_runtime(RUNTIME).version if of_runtime else installed_version(f"program:{name}")
        )
        if actual != said:
            lines.append(
                f"WARNING: the image's label says {name} {said}, installed is {actual}: "
                f"build with --build-arg {name.upper()}_VERSION={actual}\n"
            )
    return lines


def main() -> None:
    """Print the lock of Debian's packages (the image build's last step)."""
    match sys.argv[1:]:
        case ["lock"]:
            sys.stdout.write(debian_lock())
        case ["facts"]:
            pins = read_pins(source=read_toolchain().source)
            found = facts(pins, read_runtime(RUNTIME), installed_version)
            print(json.dumps([vars(fact) for fact in found], indent=2))
        case ["labels", *labels]:
            sys.stdout.write("".join(label_differences(labels)))
        case _:
            raise SystemExit("usage: python -m toolkit.installed lock|facts|labels NAME=VERSION…")


if __name__ == "__main__":
    main()
