"""The project that is worked on, and what can be seen of it without being told."""

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from toolkit.errors import (
    NotWritable,
    ProjectIncomplete,
    ProjectMissing,
    ProjectNotAFolder,
    SettingsError,
    not_writable,
)
from toolkit.settings import Settings, parse_settings

OUT: Final = ".spec14"
GITIGNORE: Final = "# Everything here is made by spec14 and can be deleted.\n*\n"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's folder and its configuration.

    Attributes
    ----------
    folder
        Absolute path.
    name
        Name of the distribution (``[project] name``, otherwise the folder's).
    pyproject
        The whole of ``pyproject.toml``.
    settings
        ``[tool.spec14]``.
    out
        ``.spec14``: the only folder that is written; in the project's folder, or in the
        working folder for a project that was fetched.
    """

    folder: Path
    name: str
    pyproject: Mapping[str, Any]
    settings: Settings
    out: Path

    @property
    def dist(self) -> Path:
        """Where the wheel goes."""
        return self.out / "dist"

    @property
    def site(self) -> Path:
        """The published site."""
        return self.out / "site"

    @property
    def report(self) -> Path:
        """JUnit files and the like."""
        return self.out / "report"

    @property
    def cache(self) -> Path:
        """What is kept from run to run."""
        return self.out / "cache"


def read_project(path: Path, out: Path | None = None) -> Project:
    """Read a project.

    Parameters
    ----------
    path
        Its folder.
    out
        Where what is made of it goes; ``.spec14`` in its folder if not given.

    Raises
    ------
    ProjectMissing, ProjectNotAFolder, ProjectIncomplete, SettingsError
        When it is not one.
    """
    folder = Path(os.path.abspath(path))  # noqa: PTH100 - a symlinked project keeps its name
    if not folder.exists():
        msg = f"the project {folder} does not exist"
        raise ProjectMissing(msg, do="set PROJECT (or --project) to the folder of a project")
    if not folder.is_dir():
        msg = f"the project {folder} is not a folder"
        raise ProjectNotAFolder(msg, do="set PROJECT (or --project) to the project's folder")
    file = folder / "pyproject.toml"
    try:
        pyproject = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        msg = f"{folder} has no pyproject.toml"
        raise ProjectIncomplete(
            msg, do="name the folder that holds pyproject.toml, or add one (PEP 621)"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file}: {error}"
        raise ProjectIncomplete(msg, do="correct the file") from error
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise ProjectIncomplete(msg, do="let it be a file that this user can read") from error
    return Project(
        folder=folder,
        name=str(table(pyproject, "project").get("name", folder.name)),
        pyproject=pyproject,
        settings=parse_settings(table(pyproject, "tool", "spec14")),
        out=folder / OUT if out is None else out,
    )


def with_choices(project: Project, *, offline: bool, distribution: str | None = None) -> Project:
    """Give the project with what the command line says instead of ``[tool.spec14]``."""
    settings = project.settings
    settings = replace(
        settings,
        offline=offline or settings.offline,
        distribution=distribution or settings.distribution,
    )
    return replace(project, settings=settings)


def table(pyproject: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Give a table of ``pyproject.toml``, empty when it is not there.

    Parameters
    ----------
    pyproject
        The whole file.
    names
        The table's name, a word for each dot: ``"tool", "spec14"``.

    Raises
    ------
    SettingsError
        When something else than a table stands there.
    """
    found: Any = pyproject
    for depth, name in enumerate(names, start=1):
        found = found.get(name, {})
        if not isinstance(found, Mapping):
            where = ".".join(names[:depth])
            msg = f"{where} in pyproject.toml must be a table, not {found!r}"
            raise SettingsError(msg, do=f"write [{where}] on a line of its own")
    return found  # type: ignore[no-any-return]


def prepare_output(project: Project) -> None:
    """Make ``.spec14`` with a ``.gitignore`` of its own.

    Raises
    ------
    NotWritable
        When this user cannot write there, with the line for ``.env`` that mends it.
    """
    folders = (project.out, project.dist, project.report, project.cache)
    parent = project.folder
    try:
        for folder in folders:
            folder.mkdir(exist_ok=True)
            parent = project.out
        ignore = project.out / ".gitignore"
        if not ignore.exists():
            ignore.write_text(GITIGNORE, "utf-8")
    except FileExistsError as error:
        msg = f"{error.filename} is in the way: a folder is wanted there"
        raise NotWritable(msg, do="remove or rename it") from error
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        raise not_writable(parent, os.getuid(), os.getgid()) from error
    for folder in folders:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise not_writable(folder, os.getuid(), os.getgid())


def requirements_for(project: Project, names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the requirements of the first dependency group or extra among `names`.

    Dependency groups (PEP 735) are looked at before extras; ``include-group``
    entries are followed.
    """
    groups = _lists(project, "dependency-groups")
    extras = _lists(project, "project", "optional-dependencies")
    for name in names:
        if name in groups:
            return tuple(_expand(groups, name, ()))
    for name in names:
        if name in extras:
            return tuple(str(item) for item in extras[name])
    return ()


def _lists(project: Project, *where: str) -> dict[str, list[Any]]:
    """Give a table of lists, by normalised name."""
    found: dict[str, list[Any]] = {}
    for name, items in table(project.pyproject, *where).items():
        if not isinstance(items, list):
            msg = f"[{'.'.join(where)}] {name} must be a list, not {items!r}"
            raise ProjectIncomplete(msg, do="write a list of requirements")
        found[_plain(name)] = items
    return found


def _expand(groups: Mapping[str, list[Any]], name: str, seen: tuple[str, ...]) -> list[str]:
    if name in seen or name not in groups:
        chain = " -> ".join([*seen, name])
        msg = f"[dependency-groups] is wrong at {chain}"
        raise ProjectIncomplete(msg, do="remove the cycle or add the missing group (PEP 735)")
    found: list[str] = []
    for item in groups[name]:
        match item:
            case str():
                found.append(item)
            case {"include-group": str(other)}:
                found.extend(_expand(groups, _plain(other), (*seen, name)))
            case _:
                msg = f"[dependency-groups] {name} holds {item!r}"
                raise ProjectIncomplete(msg, do="write requirements as strings (PEP 735)")
    return found


def _plain(name: str) -> str:
    """Normalise a group's name as PEP 735 says."""
    return re.sub(r"[-_.]+", "-", name).lower()
