"""What stays from build to build, and when it may be used again.

A build tool that finds its own folder compiles what has changed and nothing else. It can
also find there what a build from nothing would not have made: a module whose source is
gone, an option's old default, a file generated from what it never heard of. So the folder
is used again only after a change that the tool itself follows, and is dropped otherwise;
ccache then still has the objects.
"""

import base64
import csv
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.crossenv import settled_meson
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.project import Project, table
from toolkit.wheels.copy import fresh_copy, update_copy
from toolkit.wheels.plan import BuildPlan

OUTSIDE: Final = frozenset({"mesonpy", "scikit_build_core"})
"""Backends that can have their folder outside the source (``build-dir``), run their
configuration on every build and make the wheel from what it lists. Setuptools is none:
its ``build/lib`` keeps what was removed, and it compiles every object again anyway."""
BUILD_DIR: Final = ("build-dir", "builddir", "skbuild.build-dir")
UNITS: Final = frozenset({".c", ".cc", ".cpp", ".cxx"})
"""What is compiled to an object and read by nothing else. A header may be read by the
configuration too (a version in a ``#define``)."""
PYTHON: Final = frozenset({".py", ".pyi"})
VARIABLES: Final = (
    *("AR", "CC", "CFLAGS", "CMAKE_ARGS", "CPPFLAGS", "CXX", "CXXFLAGS", "LDFLAGS", "PATH"),
    *("PKG_CONFIG_LIBDIR", "PKG_CONFIG_PATH", "SKBUILD_CMAKE_ARGS", "SOURCE_DATE_EPOCH"),
)
"""What configurations read from the process's own variables."""


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where one kind of build of a project happens.

    Attributes
    ----------
    source
        The private copy of the project.
    out
        Where the wheel is made.
    kept
        What outlives the build.
    """

    source: Path
    out: Path
    kept: Path

    @property
    def objects(self) -> Path:
        """The backend's own build folder."""
        return self.kept / "objects"

    @property
    def log(self) -> Path:
        """The counters of the compiler cache for the last build."""
        return self.kept / "ccache.log"

    @property
    def record(self) -> Path:
        """What the folder of objects was made from; not there while a build runs."""
        return self.kept / "built.json"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What a build is given for what was kept.

    Attributes
    ----------
    settings
        ``KEY=VALUE`` for the backend, besides the plan's.
    environment
        Variables.
    """

    settings: tuple[str, ...] = ()
    environment: Mapping[str, str] = MappingProxyType({})


def folders(project: Project, prefix: str = "") -> Folders:
    """Give the folders of the build for the runtime; with `prefix`, of another one."""
    cache = project.cache
    return Folders(
        source=cache / f"{prefix}source", out=cache / f"{prefix}dist", kept=cache / f"{prefix}build"
    )


def prepare(project: Project, plan: BuildPlan, files: Sequence[Path], where: Folders) -> Prepared:
    """Bring the copy up to date, drop what is stale, and give what the backend is told of it.

    From here until :func:`remember` there is no record: a run that ends in between leaves
    nothing that the next one uses.
    """
    record = read_record(where.record)
    where.record.unlink(missing_ok=True)
    where.log.unlink(missing_ok=True)
    shutil.rmtree(where.out, ignore_errors=True)
    where.out.mkdir(parents=True)
    where.kept.mkdir(exist_ok=True)
    _end_of_the_project(project)
    if not builds_outside(project, plan):
        shutil.rmtree(where.objects, ignore_errors=True)
        fresh_copy(project.folder, files, where.source)
        return Prepared()
    update_copy(project.folder, files, where.source)
    settings = (f"build-dir={where.objects}",)
    changed = _changed(record, _contents(where.source, files))
    if (
        changed is not None
        and where.objects.is_dir()
        and record.get("key") == _key(plan, where)
        and changed - shipped_python(record, changed) <= followed_files(where.objects, where.source)
    ):
        # Nothing changed, and yet a build: then something that is no file did.
        units = bool(changed) and all(Path(name).suffix in UNITS for name in changed)
        settled = units and _has_usual_meson(project)
        environment = settled_meson.install(where.kept, where.objects) if settled else {}
        return Prepared(settings=settings, environment=environment)
    shutil.rmtree(where.objects, ignore_errors=True)
    return Prepared(settings=settings)


def remember(
    project: Project, plan: BuildPlan, files: Sequence[Path], where: Folders, wheel: Path
) -> None:
    """Write down what the kept folder was made from: the build is through."""
    if builds_outside(project, plan):
        record = {
            "key": _key(plan, where),
            "contents": _contents(where.source, files),
            "shipped": shipped(wheel),
        }
        write_record(where.record, record)


def builds_outside(project: Project, plan: BuildPlan) -> bool:
    """Whether the backend keeps a build folder of its own beside the source.

    Not where the project says itself where it is to be, or has commands that change the copy.
    """
    system = table(project.pyproject, "build-system")
    backend = str(system.get("build-backend", "")).partition(":")[0].partition(".")[0]
    names = {setting.partition("=")[0] for setting in plan.config_settings}
    return (
        backend in OUTSIDE
        and "backend-path" not in system
        and not plan.before_build
        and names.isdisjoint(BUILD_DIR)
    )


def _changed(record: Mapping[str, Any], contents: Mapping[str, str]) -> AbstractSet[str] | None:
    """Give the files that differ from the recorded ones; nothing where others are there."""
    before: Mapping[str, str] = record.get("contents", {})
    if before.keys() != contents.keys():
        return None
    return {name for name, sha in contents.items() if before[name] != sha}


def shipped_python(record: Mapping[str, Any], changed: AbstractSet[str]) -> AbstractSet[str]:
    """Give the changed files that are Python and were in the last wheel as they were.

    Such a file is taken from the source, not made; it may be run by the configuration, which
    takes place on every build. Not followed: a generator that imports it without saying so.
    """
    return {
        name
        for name in changed
        if Path(name).suffix in PYTHON and record["contents"][name] in record["shipped"]
    }


def _has_usual_meson(project: Project) -> bool:
    """Whether meson-python would run the ``meson`` on the PATH."""
    system = table(project.pyproject, "build-system")
    return (
        str(system.get("build-backend")).partition(".")[0] == "mesonpy"
        and "meson" not in table(project.pyproject, "tool", "meson-python")
        and "MESON" not in os.environ
        and not _asks_git(project.folder)
    )


def _asks_git(folder: Path) -> bool:
    """Whether a command of the configuration may ask git what state the project is in."""
    return (folder / ".git").exists() and any(
        "run_command" in path.read_text("utf-8", "replace") for path in folder.rglob("meson.build")
    )


def followed_files(objects: Path, source: Path) -> frozenset[str]:
    """Give the source files that ninja looks at.

    Inputs that the build system has told it of, and what compilers wrote down to have read
    (ninja's log of dependencies).
    """
    told = run(["ninja", "-C", objects, "-t", "inputs", "all"])
    log = run(["ninja", "-C", objects, "-t", "deps"])
    if told.code != 0 or log.code != 0:
        return frozenset()
    read = [line.strip() for line in log.output.splitlines() if line.startswith("    ")]
    read += told.output.splitlines()
    paths = (Path(os.path.normpath(objects / path)) for path in read)
    return frozenset(
        path.relative_to(source).as_posix() for path in paths if path.is_relative_to(source)
    )


def shipped(wheel: Path) -> list[str]:
    """Give the digests of what a wheel holds, as its RECORD has them (unpadded base64)."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        rows = csv.reader(archive.read(name).decode().splitlines())
        return sorted({row[1].removeprefix("sha256=") for row in rows if row[1]})


def _contents(source: Path, files: Sequence[Path]) -> dict[str, str]:
    """Give each file's digest, of the copy: what is built is what counts."""
    return {path.as_posix(): _content(source / path) for path in files}


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return _as_in_record(file_sha256(path))


def _as_in_record(sha256: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=")


def _key(plan: BuildPlan, where: Folders) -> str:
    """Give what else decides the folder's content: any other value and it is dropped."""
    return key_of(
        fingerprint(),
        toolkit.__version__,
        str(where.source),
        list(plan.config_settings),
        sorted(plan.environment.items()),
        plan.exports,
        [os.environ.get(name) for name in VARIABLES],
    )


def _end_of_the_project(project: Project) -> None:
    """Stop backends that look for ignore files upwards (hatchling) at the cache.

    The next one up is that of ``.spec14``, and it ignores everything.
    """
    (project.cache / ".gitignore").touch()
