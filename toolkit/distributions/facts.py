"""What a recipe says of a package: read off its wheel, its source and the plan of its build."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.audit.contents import TAGGED, TESTS, is_module
from toolkit.audit.files import read_files
from toolkit.distributions.linked import Library, linked_libraries
from toolkit.errors import RecipeFailed
from toolkit.project import Project, table
from toolkit.runtime.distribution import Runtime
from toolkit.runtime.lock import marker_environment, read_wheel
from toolkit.wheels.generated import project_files
from toolkit.wheels.plan import BuildPlan, plan_of

LANGUAGES: Final[Mapping[str, str]] = {
    ".c": "c",
    ".pyx": "c",
    ".cc": "cxx",
    ".cpp": "cxx",
    ".cxx": "cxx",
    ".rs": "rust",
}
"""Compilers by suffix of a source file, as conda names them (``compiler('cxx')``)."""
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "home": ("homepage",),
    "repository": ("source", "repository", "sourcecode", "github"),
    "documentation": ("documentation", "docs"),
}
"""Well-known labels of ``Project-URL`` (packaging user guide, PEP 753)."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A package, as distributions describe it.

    Attributes
    ----------
    name
        Normalised name.
    version
        As its wheel says.
    summary
        One line; may be empty.
    license
        SPDX expression, or what the metadata says instead; may be empty.
    license_files
        In the source.
    urls
        Addresses by ``home``, ``repository``, ``documentation``.
    imports
        Top-level names it can be imported by.
    modules
        Its compiled modules, by the names they are imported by; those of tests left out.
    requires
        What it requires in the runtime, markers evaluated.
    build_requires
        ``[build-system] requires``, evaluated likewise.
    backend
        The build backend's module.
    languages
        Compilers that its build takes, as conda names them.
    libraries
        The image's static libraries that are in its modules.
    plan
        How it was built.
    """

    name: str
    version: str
    summary: str
    license: str
    license_files: tuple[str, ...]
    urls: Mapping[str, str]
    imports: tuple[str, ...]
    modules: tuple[str, ...]
    requires: tuple[Requirement, ...]
    build_requires: tuple[Requirement, ...]
    backend: str
    languages: tuple[str, ...]
    libraries: tuple[Library, ...]
    plan: BuildPlan

    @property
    def compiled(self) -> bool:
        """Whether the wheel holds compiled modules."""
        return bool(self.languages)

    @property
    def importable(self) -> tuple[str, ...]:
        """What a test imports: the top-level names, then the compiled modules."""
        return tuple(dict.fromkeys((*self.imports, *self.modules)))


def read_facts(project: Project, wheel: Path, runtime: Runtime) -> Facts:
    """Read the facts of a project whose wheel is built.

    Parameters
    ----------
    project
        The project.
    wheel
        Its wheel.
    runtime
        For which markers are evaluated.

    Raises
    ------
    RecipeFailed
        When a requirement cannot stand in a recipe (a URL, or none at all).
    Untrusted
        When the wheel is damaged.
    """
    content = read_files(wheel)
    info = next(name for name in content if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
    header = HeaderParser().parsestr(content[info].decode("utf-8", "replace"))
    known = read_wheel(wheel)
    files = project_files(project)
    modules = tuple(sorted(_modules(content)))
    environment = marker_environment(runtime)
    system = table(project.pyproject, "build-system")
    return Facts(
        name=str(known.name),
        version=known.version,
        summary=_line(header.get("Summary")),
        license=_license(header),
        license_files=tuple(header.get_all("License-File", [])),
        urls=_urls(header),
        imports=tuple(name for name in known.imports if name.isidentifier()),
        modules=tuple(name for name in modules if not TESTS.intersection(name.split("."))),
        requires=_applying(map(str, known.requires), environment, "requires"),
        build_requires=_applying(
            system.get("requires", ["setuptools"]), environment, "is built with"
        ),
        backend=str(system.get("build-backend", "setuptools")).partition(".")[0].partition(":")[0],
        languages=_languages(files) if modules else (),
        libraries=linked_libraries(wheel, (project.folder / file for file in files)),
        plan=plan_of(project),
    )


def _modules(content: Mapping[str, bytes]) -> list[str]:
    found = []
    for name, data in content.items():
        if is_module(name, data):
            path = PurePosixPath(TAGGED.sub("", name).removesuffix(".so"))
            if all(part.isidentifier() for part in path.parts):
                found.append(".".join(path.parts))
    return found


def _languages(files: Sequence[Path]) -> tuple[str, ...]:
    found = {LANGUAGES[suffix] for file in files if (suffix := file.suffix.lower()) in LANGUAGES}
    return tuple(sorted(found)) or ("c",)


def _applying(said: object, environment: Mapping[str, str], how: str) -> tuple[Requirement, ...]:
    """Give the requirements that hold in the runtime without an extra, each name once."""
    found: dict[str, Requirement] = {}
    for text in said if isinstance(said, list | map) else ():
        try:
            one = Requirement(str(text))
        except InvalidRequirement as error:
            msg = f"the project {how} {text!r}, which is no requirement"
            raise RecipeFailed(msg, do="correct it in pyproject.toml (PEP 508)") from error
        if one.marker is not None and not one.marker.evaluate({**environment, "extra": ""}):
            continue
        if one.url is not None:
            msg = f"the project {how} {one.name} from an address, which no recipe can say"
            raise RecipeFailed(msg, do=f"require a release of {one.name}")
        one.marker = None
        name = str(canonicalize_name(one.name))
        if name in found:
            one.specifier &= found[name].specifier
        found[name] = one
    return tuple(found[name] for name in sorted(found))


def _license(header: Message) -> str:
    said = _line(header.get("License-Expression")) or _line(header.get("License"))
    try:
        return str(canonicalize_license_expression(said)) if said else ""
    except InvalidLicenseExpression:
        return said if len(said) <= 80 else ""  # a licence's whole text  # noqa: PLR2004


def _urls(header: Message) -> dict[str, str]:
    stated = {"homepage": _line(header.get("Home-page"))}
    for line in header.get_all("Project-URL", []):
        label, _, url = str(line).partition(",")
        stated[re.sub(r"[^a-z0-9]", "", label.lower())] = url.strip()
    found = {}
    for kind, labels in LABELS.items():
        urls = [stated[label] for label in labels if label in stated]
        if good := [url for url in urls if re.fullmatch(r"https?://\S+", url)]:
            found[kind] = good[0]
    return found


def _line(said: object) -> str:
    """Give a field of the metadata on one line; ``UNKNOWN`` is setuptools' word for nothing."""
    text = " ".join(str(said or "").split())
    return "" if text == "UNKNOWN" else text
