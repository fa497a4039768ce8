"""Where the versions of the set stand in a working tree, and whether they say the same.

Every version is pinned once, in ``images/pins.toml``; what other programs read (requirements,
npm's files, the head of the Dockerfile) has to say the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from toolkit.errors import MoveRefused
from toolkit.pins import Pins, read_pins

PINS: Final = "images/pins.toml"
DOCKERFILE: Final = "Dockerfile"
REQUIREMENTS: Final = "images/requirements"
PACKAGE: Final = "images/npm/package.json"
PACKAGE_LOCK: Final = "images/npm/package-lock.json"
DEBIAN_LOCK: Final = "images/debian.lock"
CHANGELOG: Final = "CHANGELOG.md"

SETS: Final = ("toolkit", "native", "target", "kernel", "xeus", "image-test")
"""Of ``images/requirements``: ``NAME.in`` is written by hand, ``NAME.txt`` is its lock."""
DEBIAN_NAMES: Final = {
    "emscripten": "emscripten",
    "llvm": "llvm",
    "node": "nodejs",
    "binaryen": "binaryen",
}
"""The Debian package of each program of ``[toolchain.debian]``; Python's has its minor version."""
LABELLED: Final = ("emscripten", "llvm", "python", "node")
"""Programs whose versions the image's labels tell."""
NUMBERS: Final = re.compile(r"(?:\d+:)?(\d+(?:\.\d+)*)")
ARG: Final = re.compile(r"^ARG ([A-Z_]+)=(\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Tree:
    """What the files of a working tree say.

    Attributes
    ----------
    pins
        ``images/pins.toml``, with Debian's toolchain.
    emsdk
        The same, with upstream's.
    wanted
        Exact versions in ``NAME.in``, by set and normalised name.
    locked
        Versions in ``NAME.txt``.
    npm
        Versions in ``package.json``.
    npm_locked
        Version and integrity of the npm package ``pyodide`` in ``package-lock.json``.
    arguments
        Defaults of the Dockerfile's arguments.
    debian
        Versions of the programs in ``images/debian.lock``.
    """

    pins: Pins
    emsdk: Pins
    wanted: Mapping[str, Mapping[str, str]]
    locked: Mapping[str, Mapping[str, str]]
    npm: Mapping[str, str]
    npm_locked: Mapping[str, str]
    arguments: Mapping[str, str]
    debian: Mapping[str, str]


def read_tree(root: Path, debian: Mapping[str, str] | None = None) -> Tree:
    """Read a working tree.

    Parameters
    ----------
    root
        Its folder.
    debian
        Versions of Debian's programs; those of ``images/debian.lock`` if not given.

    Raises
    ------
    MoveRefused
        When a file of the set is missing or cannot be read; it is named.
    """
    file = root / PINS
    try:
        pins, emsdk = read_pins(file), read_pins(file, source="emsdk")
        texts = {}
        for name in (f"{one}{suffix}" for one in SETS for suffix in (".in", ".txt")):
            file = root / REQUIREMENTS / name
            texts[name] = exact(file.read_text("utf-8"))
        file = root / PACKAGE
        npm = json.loads(file.read_text("utf-8"))["dependencies"]
        file = root / PACKAGE_LOCK
        packages = json.loads(file.read_text("utf-8"))["packages"]
        npm_locked = packages["node_modules/pyodide"]
        file = root / DOCKERFILE
        arguments = dict(ARG.findall(file.read_text("utf-8")))
        file = root / DEBIAN_LOCK
        if debian is None:
            debian = debian_versions(file.read_text("utf-8"), pins.python_minor)
    except (OSError, ValueError, KeyError, TypeError, InvalidRequirement) as error:
        msg = f"{file.relative_to(root)} cannot be read: {_reason(error)}"
        raise MoveRefused(msg, do="correct it, or `git checkout` it; nothing was moved") from error
    return Tree(
        pins=pins,
        emsdk=emsdk,
        wanted={one: texts[f"{one}.in"] for one in SETS},
        locked={one: texts[f"{one}.txt"] for one in SETS},
        npm=npm,
        npm_locked=npm_locked,
        arguments=arguments,
        debian=debian,
    )


def _reason(error: Exception) -> str:
    match error:
        case OSError():
            return error.strerror or str(error)
        case KeyError():
            return f"it has no {error.args[0]!r}"
        case _:
            return str(error)


def exact(text: str) -> dict[str, str]:
    """Give the versions that a file of requirements pins with ``==``, by normalised name."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = line.split(" #")[0].rstrip("\\ ")
        if not words.strip() or words.lstrip().startswith(("#", "--")):
            continue
        requirement = Requirement(words)
        match list(requirement.specifier):
            case [one] if one.operator == "==":
                found[canonicalize_name(requirement.name)] = one.version
    return found


def debian_versions(lock: str, minor: str) -> dict[str, str]:
    """Give the upstream versions of the programs in a list like ``images/debian.lock``.

    Parameters
    ----------
    lock
        Lines of ``NAME VERSION SHA256``.
    minor
        Minor version of the Python that builds.

    Raises
    ------
    KeyError
        When a package is missing.
    """
    rows = dict(line.split()[:2] for line in lock.splitlines() if line.strip())
    names = debian_names(minor)
    return {ours: upstream_version(rows[name]) for ours, name in names.items()}


def debian_names(minor: str) -> dict[str, str]:
    """Give the Debian package of each program, for a minor version of Python."""
    return {**DEBIAN_NAMES, "python": f"python{minor}"}


def upstream_version(version: str) -> str:
    """Give upstream's part of a Debian version: ``21.1.8`` of ``1:21.1.8-74``."""
    found = NUMBERS.match(version)
    return found[1] if found else version


def disagreements(tree: Tree) -> list[str]:
    """Give a line for each two places that do not say the same; none in a set that is whole."""
    return [
        f"{place} has {found or 'nothing'}, {other} has {wanted}"
        for place, found, other, wanted in _comparisons(tree)
        if not _agree(found, wanted)
    ]


def _agree(found: str | None, wanted: str) -> bool:
    if found is None:
        return False
    if wanted[:1] in "<>=~!":
        return SpecifierSet(wanted).contains(found, prereleases=True)
    return found == wanted


def _comparisons(tree: Tree) -> Iterator[tuple[str, str | None, str, str]]:
    """Give place, value, other place and its value (or range), for all that must agree."""
    runtime = tree.pins.runtime
    for one, pinned in (("toolkit", tree.pins.packages), ("xeus", tree.pins.xeus)):
        for name, version in pinned.items():
            yield f"{one}.in: {name}", tree.wanted[one].get(name), PINS, version
    for one in SETS:
        for name, version in tree.wanted[one].items():
            yield f"{one}.txt: {name}", tree.locked[one].get(name), f"{one}.in", version
    for name, pin in tree.pins.wheelhouse.items():
        if pin.is_wheel and name in tree.wanted["native"]:
            yield f"native.in: {name}", tree.wanted["native"][name], PINS, pin.version
    yield "package.json: pyodide", tree.npm.get("pyodide"), PINS, runtime["pyodide"]
    locked = tree.npm_locked
    yield "package-lock.json: pyodide", locked.get("version"), PINS, runtime["pyodide"]
    yield "package-lock.json: integrity", locked.get("integrity"), PINS, runtime["npm-integrity"]
    tag = f"pyemscripten_{runtime['abi']}_wasm32"
    yield f"{PINS}: platform-tag", runtime["platform-tag"], "the ABI's tag", tag
    emsdk = tree.emsdk.toolchain["emscripten"]
    yield f"{PINS}: emscripten", runtime["emscripten"], "[toolchain.emsdk]", emsdk
    for name, wanted in arguments(tree.pins, tree.debian).items():
        yield f"{DOCKERFILE}: {name}", tree.arguments.get(name), "the set", wanted
    for name, wanted in tree.pins.toolchain.items():
        yield f"{DEBIAN_LOCK}: {name}", tree.debian.get(name), PINS, wanted


def arguments(pins: Pins, debian: Mapping[str, str]) -> dict[str, str]:
    """Give what the arguments of the Dockerfile have to be.

    Parameters
    ----------
    pins
        The pins.
    debian
        Versions of the programs that the image gets.
    """
    return {
        "PYTHON_MINOR": pins.python_minor,
        "LLVM_MAJOR": debian["llvm"].split(".")[0],
        "PLATFORM_TAG": pins.runtime["platform-tag"],
        **{f"{name.upper()}_VERSION": debian[name] for name in LABELLED},
        "PYODIDE_VERSION": pins.runtime["pyodide"],
    }
