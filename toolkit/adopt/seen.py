"""What can be seen of a project and its repository, by reading files: no program is started."""

import configparser
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.docs.source import CONF, PLACES
from toolkit.project import Project, table

GITHUB: Final = "github"
GITLAB: Final = "gitlab"
CIRCLECI: Final = "circleci"
NONE: Final = "none"
SERVICES: Final = (GITHUB, CIRCLECI, GITLAB)

PAGES: Final = "pages"
READTHEDOCS: Final = "readthedocs"

FILES: Final = {
    GITHUB: (".github/workflows",),
    CIRCLECI: (".circleci",),
    GITLAB: (".gitlab-ci.yml",),
}
"""What tells that a service is used."""
READTHEDOCS_FILES: Final = (".readthedocs.yaml", ".readthedocs.yml")
FROM_GIT: Final = frozenset(
    {
        "setuptools-scm",
        "vcs-versioning",
        "hatch-vcs",
        "versioneer",
        "versioningit",
        "setuptools-git-versioning",
    }
)
"""Build requirements that compute the version from git's history."""
NOT_LOOKED_IN: Final = frozenset({"node_modules", "build", "dist", "tests", "test", "venv", "env"})
DEEP: Final = 3
"""Folders below the project's in which ``conf.py`` is looked for."""
HOST: Final = re.compile(r"(?:\w+://)?(?:[^/@]*@)?([\w.-]+)[:/]")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What there is.

    Attributes
    ----------
    project
        The project.
    repository
        The folder with ``.git``, which may be above; the project's own where there is none.
    service
        The CI service that is used already, or that the git remote's host has; otherwise
        ``None``.
    branch
        The default branch, as far as git's files tell; ``main`` otherwise.
    needs_history
        Whether the version is computed from git's history.
    documentation
        Folder of ``conf.py`` in the project, with slashes; ``None`` where there is none.
    readthedocs
        Name of its file, if it is there.
    package
        What is imported, where a folder of that name is there.
    """

    project: Project
    repository: Path
    service: str | None
    branch: str
    needs_history: bool
    documentation: str | None
    readthedocs: str | None
    package: str | None

    @property
    def below(self) -> str:
        """Where the project is in the repository; ``.`` where it is the whole."""
        return self.project.root.resolve().relative_to(self.repository.resolve()).as_posix()


def look(project: Project) -> Seen:
    """Look at a project."""
    root = project.root.resolve()
    above = (folder for folder in (root, *root.parents) if (folder / ".git").exists())
    repository = next(above, root)
    there = (name for name in READTHEDOCS_FILES if (repository / name).is_file())
    return Seen(
        project=project,
        repository=repository,
        service=_service(repository),
        branch=_branch(repository),
        needs_history=_needs_history(project),
        documentation=_documentation(project),
        readthedocs=next(there, None),
        package=_package(project),
    )


def _service(repository: Path) -> str | None:
    for service, names in FILES.items():
        if any((repository / name).exists() for name in names):
            return service
    # A worktree's .git is a file: then the remote is not told.
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read(repository / ".git" / "config", encoding="utf-8")
    except configparser.Error, OSError, UnicodeDecodeError:
        return None
    for section in sorted(parser.sections(), key=lambda name: '"origin"' not in name):
        url = parser.get(section, "url", fallback=None) or ""
        host = HOST.match(url) if section.startswith("remote ") else None
        for service in (GITHUB, GITLAB):
            if host and service in host[1].split("."):
                return service
    return None


def _branch(repository: Path) -> str:
    """Give the branch that ``origin/HEAD`` names, otherwise one with a usual name."""
    git = repository / ".git"
    for head in (git / "refs/remotes/origin/HEAD", git / "HEAD"):
        try:
            said = head.read_text("utf-8").strip()
        except OSError, UnicodeDecodeError:
            continue
        name = said.removeprefix("ref: refs/remotes/origin/").removeprefix("ref: refs/heads/")
        usual = name in ("main", "master", "trunk", "develop", "devel", "dev")
        if name != said and (usual or "remotes" in said) and re.fullmatch(r"[\w./+-]+", name):
            return name
    return "main"


def _needs_history(project: Project) -> bool:
    requires = table(project.pyproject, "build-system").get("requires", [])
    if FROM_GIT & set(_names(requires if isinstance(requires, list) else [])):
        return True
    pdm = table(project.pyproject, "tool", "pdm").get("version")
    return isinstance(pdm, dict) and pdm.get("source") == "scm"


def _names(requirements: Iterable[object]) -> Iterable[str]:
    for text in requirements:
        try:
            yield canonicalize_name(Requirement(str(text)).name)
        except InvalidRequirement:
            continue


def _documentation(project: Project) -> str | None:
    """Give the folder of ``conf.py``: where it usually is, or the only other one there is."""
    root = project.root
    named = project.settings.docs.source
    for place in (named,) if named is not None else PLACES:
        if (root / place / CONF).is_file():
            return place
    if named is not None:
        return None
    found = [folder for folder in _folders(root, DEEP) if (folder / CONF).is_file()]
    return found[0].relative_to(root).as_posix() if len(found) == 1 else None


def _folders(folder: Path, deep: int) -> Iterable[Path]:
    if deep == 0:
        return
    for below in sorted(folder.iterdir()):
        hidden = below.name.startswith((".", "_")) or below.name in NOT_LOOKED_IN
        if below.is_dir() and not below.is_symlink() and not hidden:
            yield below
            yield from _folders(below, deep - 1)


def _package(project: Project) -> str | None:
    """Give the import package, where it is called as the distribution."""
    name = re.sub(r"[-.]+", "_", project.name)
    for stem in dict.fromkeys((name, name.lower())):
        for place in ("src", ".", "python", "lib"):
            found = project.folder / place / stem
            if stem.isidentifier() and (
                (found / "__init__.py").is_file() or found.with_suffix(".py").is_file()
            ):
                return stem
    return None
