"""``pyodide-lock.json`` for exactly the wheels that are there.

The lock in Pyodide's npm package names 350 packages whose files are not in it, and
the hashes of Pyodide's own builds, which differ from the files on PyPI. A kernel
started on it prints nothing, with a 404 in the console. So a lock is always made
anew from the files, and an entry that dangles is an error.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name
from pyodide_lock import PackageSpec, PyodideLockSpec
from pyodide_lock.utils import parse_top_level_import_name

from toolkit.archive import file_sha256
from toolkit.errors import LiteFailed, Untrusted
from toolkit.runtime.distribution import Runtime


@dataclass(frozen=True, kw_only=True)
class WheelFacts:
    """What a lock needs to know of one wheel.

    Attributes
    ----------
    path
        The file.
    name
        Normalised name of the distribution.
    version
        Its version.
    requires
        Its requirements, markers and all.
    imports
        Top-level names it can be imported by.
    """

    path: Path
    name: NormalizedName
    version: str
    requires: tuple[Requirement, ...]
    imports: tuple[str, ...]


def read_wheel(path: Path) -> WheelFacts:
    """Read the facts of a wheel from its metadata.

    Raises
    ------
    Untrusted
        When it is no wheel.
    """
    try:
        return _read_wheel(path)
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, InvalidRequirement) as error:
        msg = f"{path.name} is not a wheel: {str(error).splitlines()[0]}"
        raise Untrusted(msg, do="delete the file and fetch or build it again") from error


def _read_wheel(path: Path) -> WheelFacts:
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        metadata_name = next(
            (name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)), "METADATA"
        )
        metadata = Parser().parsestr(wheel.read(metadata_name).decode("utf-8"), headersonly=True)
    for field in ("Name", "Version"):
        if metadata[field] is None:
            msg = f"its metadata has no {field}"
            raise KeyError(msg)
    modules = {name.partition(".")[0] for name in names if "/" not in name and name.endswith(".so")}
    return WheelFacts(
        path=path,
        name=canonicalize_name(metadata["Name"]),
        version=metadata["Version"],
        requires=tuple(Requirement(line) for line in metadata.get_all("Requires-Dist", [])),
        imports=tuple(sorted({*(parse_top_level_import_name(path) or []), *modules})),
    )


def marker_environment(runtime: Runtime) -> dict[str, str]:
    """Give the values of PEP 508 markers in the runtime."""
    return {
        "implementation_name": "cpython",
        "implementation_version": runtime.python,
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_release": runtime.emscripten,
        "platform_system": "Emscripten",
        "platform_version": "#1",
        "platform_python_implementation": "CPython",
        "python_full_version": runtime.python,
        "python_version": runtime.python_minor,
        "sys_platform": "emscripten",
    }


def make_lock(
    runtime: Runtime, wheels: Iterable[Path], *, provided: Iterable[str] = ()
) -> PyodideLockSpec:
    """Make the lock of a folder of wheels.

    Parameters
    ----------
    runtime
        The runtime that will load them.
    wheels
        The files; their names in the lock are bare, as they lie beside it.
    provided
        Names that are there without a wheel (the kernel's own packages).

    Raises
    ------
    LiteFailed
        When a wheel requires a package that is not among them (the lock would
        dangle), or when two wheels hold the same package.
    """
    facts = _by_name(read_wheel(path) for path in wheels)
    known = {*facts, *(canonicalize_name(name) for name in provided)}
    environment = marker_environment(runtime)
    extras = _requested_extras(facts, environment)
    packages: dict[str, PackageSpec] = {}
    for name, fact in sorted(facts.items()):
        depends = _depends(fact, extras[name], environment)
        if missing := sorted(depends - known):
            msg = f"{fact.path.name} requires {', '.join(missing)}, which is not in the site"
            raise LiteFailed(msg, do="add it to the project's requirements, or build it as a wheel")
        packages[name] = PackageSpec(
            name=name,
            version=fact.version,
            file_name=fact.path.name,
            install_dir="site",
            sha256=file_sha256(fact.path),
            imports=list(fact.imports),
            depends=sorted(depends & facts.keys()),
        )
    info = json.loads((runtime.folder / "pyodide-lock.json").read_text("utf-8"))["info"]
    return PyodideLockSpec.from_dict(
        {"info": info, "packages": {name: spec.to_dict() for name, spec in packages.items()}}
    )


def _by_name(all_facts: Iterable[WheelFacts]) -> dict[NormalizedName, WheelFacts]:
    found: dict[NormalizedName, WheelFacts] = {}
    for fact in all_facts:
        if other := found.get(fact.name):
            msg = f"two wheels of {fact.name}: {other.path.name} and {fact.path.name}"
            raise LiteFailed(msg, do="remove one of them")
        found[fact.name] = fact
    return found


def _depends(
    fact: WheelFacts, extras: Iterable[str], environment: Mapping[str, str]
) -> set[NormalizedName]:
    return {
        canonicalize_name(requirement.name)
        for requirement in fact.requires
        if _applies(requirement, extras, environment)
    }


def _applies(
    requirement: Requirement, extras: Iterable[str], environment: Mapping[str, str]
) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in extras
    )


def _requested_extras(
    facts: Mapping[NormalizedName, WheelFacts], environment: Mapping[str, str]
) -> dict[NormalizedName, set[str]]:
    """Give the extras that are asked of each package (the lock's format knows none).

    An extra can ask for extras in turn, so this goes round until nothing is new.
    """
    wanted: dict[NormalizedName, set[str]] = {name: {""} for name in facts}
    while True:
        before = {name: set(extras) for name, extras in wanted.items()}
        for name, fact in facts.items():
            for requirement in fact.requires:
                if _applies(requirement, before[name], environment):
                    wanted.setdefault(canonicalize_name(requirement.name), {""}).update(
                        requirement.extras
                    )
        if wanted == before:
            return wanted
