"""The whole: files are read, dependencies followed, hosts asked; what comes of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.assess.buildfiles import Asked, only_under_a_condition, reached_files
from toolkit.assess.building import (
    Headers,
    backend_of,
    build_findings,
    endings,
    openmp,
    read_build_file,
    rust_findings,
)
from toolkit.assess.code import Seen
from toolkit.assess.compiled import C_SUFFIXES, CYTHON_SUFFIXES, read_c, read_cython
from toolkit.assess.dependencies import Dependency, Walk, dependency_findings, with_forge
from toolkit.assess.downloads import Host, ask_hosts, download_findings
from toolkit.assess.findings import Finding, Guard, Stage
from toolkit.assess.forge import Forge, ask_forge
from toolkit.assess.imported import lacking_in_tests
from toolkit.assess.on_index import index_for
from toolkit.assess.places import Layout, Part, layout_of
from toolkit.assess.python import read_python
from toolkit.assess.reached import reached, under, without_loose_tests
from toolkit.assess.required import Required, required_by
from toolkit.assess.rules import File, c_findings, python_findings, urls
from toolkit.assess.runtime import Lacks, what_it_lacks
from toolkit.assess.toolchain import Toolchain, toolchain
from toolkit.assess.verdict import Todo, Verdict, expected_to_stop, first_things, verdict_on
from toolkit.pins import RUNTIME
from toolkit.project import Project, table
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.testing.requirements import test_requirements
from toolkit.wheels.generated import project_files
from toolkit.wheels.store import shared_folder

LARGEST: Final = 4 << 20
"""Bytes of a file that is read; tables of numbers in C are larger."""
LARGEST_TREE: Final = 256 << 10
"""Bytes of a file of Python; what is larger was written by a program, and is slow to parse."""
OTHERS: Final = {"setup.py": Guard.NONE}
SKIPPED_PARTS: Final = frozenset({Part.ASIDE})

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """What was found out.

    Attributes
    ----------
    project
        Its name.
    findings
        All, those that count first, by stage.
    dependencies, required
        What it needs, and who says so.
    hosts
        Hosts of downloads.
    files
        How many files were read, by part.
    unread
        Files that could not be read, and why.
    forge
        Why emscripten-forge was not asked; empty where it was.
    """

    project: str
    findings: tuple[Finding, ...]
    dependencies: tuple[Dependency, ...] = ()
    required: Required = field(default_factory=Required)
    hosts: tuple[Host, ...] = ()
    files: dict[str, int] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    forge: str = ""

    @property
    def verdict(self) -> Verdict:
        """Whether it would work."""
        return verdict_on(self.findings)

    @property
    def first(self) -> tuple[Todo, ...]:
        """What to do first."""
        return first_things(self.findings)

    @property
    def stops_at(self) -> Stage | None:
        """The first stage that would fail as things stand."""
        return expected_to_stop(self.findings)


@dataclass(kw_only=True)
class Source:
    """All that was read of a project.

    Attributes
    ----------
    layout
        Where things lie.
    seen
        By file, with what the rules want to know of it.
    built
        Findings of build files.
    written
        Text of all build files.
    unread
        Why a file could not be read.
    """

    layout: Layout
    written: str = ""
    seen: list[tuple[File, Seen]] = field(default_factory=list)
    built: list[Finding] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def assess(project: Project, *, say: Say, forge: Forge | None = None) -> Assessment:
    """Assess a project; nothing of it is run.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    say
        Told what takes long.
    forge
        What emscripten-forge has, where that is known; it is asked otherwise.

    Raises
    ------
    RuntimeFailed, ToolMissing
        When runtime or compiler do not say what they have.
    ProjectIncomplete, SettingsError
        When its configuration cannot be read.
    """
    kept = (shared_folder() or project.shared_cache) / "assess"
    say("asking runtime and compiler what they have")
    lacks, has = what_it_lacks(kept), toolchain(kept)
    source = read_source(project, lacks, has)
    required = required_by(project)
    tests = _parsed(test_requirements(project))
    say(f"following {len(required.requirements)} requirements, and {len(tests)} of the tests")
    runtime = read_runtime(RUNTIME)
    dependencies = _dependencies(project, runtime, required, tests)
    forge = forge or ask_forge([one.name for one in dependencies], project, kept / "forge")
    dependencies = with_forge(dependencies, forge)
    addresses = [url for file, seen in source.seen for url in urls(file, seen)]
    hosts = ask_hosts(addresses, offline=project.settings.offline, given=project.is_given)
    found = [
        *source.built,
        *(one for file, seen in source.seen for one in _of_file(file, seen, lacks)),
        *Headers(
            has=has,
            own=endings(file.path for file, _ in source.seen),
            backend=backend_of(project.pyproject),
            written=source.written,
        ).of_all(source.seen),
        *openmp(source.seen),
        *lacking_in_tests(source.seen, source.layout, lacks, dependencies, runtime),
        *dependency_findings(
            dependencies,
            distribution=project.settings.distribution,
            xeus=project.settings.kernel != "pyodide",
        ),
        *download_findings(addresses, hosts),
    ]
    return Assessment(
        project=project.name,
        findings=tuple(sorted(found, key=_order)),
        dependencies=dependencies,
        required=required,
        hosts=hosts,
        files=_counted(source.seen),
        unread=source.unread,
        forge=forge.silent,
    )


def read_source(project: Project, lacks: Lacks, has: Toolchain) -> Source:
    """Read all files of a project that its wheel, its tests or its documentation are made of."""
    paths = project_files(project)
    source = Source(layout=layout_of(project.name, paths))
    backend = backend_of(project.pyproject)
    own = _own_names(paths)
    source.built += rust_findings(project, backend)
    read: list[tuple[str, Part, Seen]] = []
    asked: dict[str, tuple[Asked, ...]] = {}
    for path in paths:
        part = source.layout.part(path)
        name = path.as_posix()
        if kind := backend.reads(name):
            text = _text(project.folder / path, name, source.unread)
            source.written += text
            if part in (Part.BUILD, Part.PACKAGE):
                asked[name] = read_build_file(kind, text)
        elif part not in SKIPPED_PARTS and (seen := _seen(project, path, source, lacks, has)):
            read.append((name, part, seen))
    for name, guard in _reached(asked, project).items():
        source.built += build_findings(
            name, asked[name], backend=backend, has=has, own=own, guard=guard
        )
    modules = {
        source.layout.modules[name]: seen for name, _, seen in read if name in source.layout.modules
    }
    names = reached(modules, source.layout.roots)
    source.seen = [
        (File(path=name, part=part, reached=source.layout.modules.get(name) in names), seen)
        for name, part, seen in without_loose_tests(read)
    ]
    maybe = only_under_a_condition(one for said in asked.values() for one in said)
    source.seen = [
        (file, under(Guard.OPTION, seen) if file.path.rpartition("/")[2] in maybe else seen)
        for file, seen in source.seen
    ]
    return source


def _seen(
    project: Project, path: Path, source: Source, lacks: Lacks, has: Toolchain
) -> Seen | None:
    suffix = path.suffix.lower()
    name = path.as_posix()
    if suffix not in {".py", *C_SUFFIXES, *CYTHON_SUFFIXES}:
        return None
    text = _text(project.folder / path, name, source.unread)
    if suffix in C_SUFFIXES:
        return read_c(text, has.macros)
    if suffix in CYTHON_SUFFIXES:
        return read_cython(text)
    module = source.layout.modules.get(name, path.stem)
    seen = read_python(text, module, lacks, package=path.name == "__init__.py")
    if seen.trouble:
        source.unread[name] = seen.trouble
    return seen


def _text(path: Path, name: str, unread: dict[str, str]) -> str:
    try:
        most = LARGEST_TREE if path.suffix == ".py" else LARGEST
        if path.stat().st_size > most:
            unread[name] = f"it is larger than {most >> 10} KiB"
            return ""
        return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError as error:
        unread[name] = error.strerror or str(error)
        return ""


def _own_names(paths: Iterable[Path]) -> frozenset[str]:
    """Give names that the project brings: its folders, and the wraps of Meson's subprojects."""
    found = set()
    for path in paths:
        found |= {folder.lower() for folder in path.parts[:-1]}
        if path.suffix == ".wrap":
            found.add(path.stem.lower())
    return frozenset(found)


def _reached(asked: Mapping[str, tuple[Asked, ...]], project: Project) -> dict[str, Guard]:
    """Give build files with what they stand under."""
    cmake = table(project.pyproject, "tool", "scikit-build").get("cmake", {})
    root = str(cmake.get("source-dir", "") if isinstance(cmake, Mapping) else "").strip("./")
    found: dict[str, Guard] = {}
    for last, folder in (("CMakeLists.txt", root), ("meson.build", "")):
        own = {name: said for name, said in asked.items() if name.rpartition("/")[2] == last}
        found |= reached_files(own, folder, last)
    # Whether a module of CMake's is included is not followed.
    return {name: found.get(name, OTHERS.get(name, Guard.OPTION)) for name in asked}


def _of_file(file: File, seen: Seen, lacks: Lacks) -> Iterable[Finding]:
    suffix = Path(file.path).suffix.lower()
    return c_findings(file, seen) if suffix in C_SUFFIXES else python_findings(file, seen, lacks)


def _dependencies(
    project: Project, runtime: Runtime, required: Required, tests: Sequence[Requirement]
) -> tuple[Dependency, ...]:
    walk = Walk(runtime=runtime, ask=None if project.settings.offline else index_for(runtime))
    own = frozenset({str(canonicalize_name(project.name))})
    return walk.follow(required.requirements, tests, own)


def _parsed(texts: Iterable[str]) -> list[Requirement]:
    found = []
    for text in texts:
        try:
            found.append(Requirement(text))
        except InvalidRequirement:
            continue  # `spec14 test` says so, with its line
    return found


def _counted(seen: Sequence[tuple[File, Seen]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for file, _ in seen:
        counted[file.part] = counted.get(file.part, 0) + 1
    return counted


def _order(one: Finding) -> tuple[bool, int, str, str, int]:
    return (not one.counts, one.stage.order, one.topic, one.file, one.line)
