"""The project that is worked on, and what can be seen of it without being told."""

import configparser
import contextlib
import errno
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.parser import HeaderParser
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
DOCS_GROUPS: Final = ("docs", "doc", "documentation")
GITIGNORE: Final = "# Everything here is made by spec14 and can be deleted.\n*\n"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's folder and its configuration.

    Attributes
    ----------
    folder
        Absolute path of the package: what wheels are built from and tests are run in.
    root
        Absolute path of the whole, where the documentation is looked for: `folder`, unless
        ``[tool.spec14] package`` there names a folder below.
    name
        Name of the distribution (``[project] name``, otherwise the folder's).
    pyproject
        The whole of ``pyproject.toml`` in `folder`.
    root_pyproject
        That in `root`.
    settings
        ``[tool.spec14]``; of the two files, that in `root` wins key by key.
    out
        ``.spec14``: the only folder that is written; in `root`, or in the working folder for
        a project that was fetched.
    """

    folder: Path
    root: Path
    name: str
    pyproject: Mapping[str, Any]
    root_pyproject: Mapping[str, Any]
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
    def is_given(self) -> bool:
        """Whether it was named on the command line and unpacked, and is nobody's folder."""
        return self.root.is_relative_to(self.out)

    @property
    def cache(self) -> Path:
        """What is kept from run to run; projects that were given have one each."""
        if self.is_given:
            return self.root.parents[1]
        return self.shared_cache

    @property
    def shared_cache(self) -> Path:
        """What does not depend on the project: downloads, the compiler's own cache."""
        return self.out / "cache"


def read_project(path: Path, out: Path | None = None) -> Project:
    """Read a project.

    Parameters
    ----------
    path
        Its folder. Where the package lies below it, ``[tool.spec14] package`` says so.
    out
        Where what is made of it goes; ``.spec14`` in its folder if not given.

    Raises
    ------
    ProjectMissing, ProjectNotAFolder, ProjectIncomplete, SettingsError
        When it is not one, or `package` leads to none in it.
    """
    root = Path(os.path.abspath(path))  # noqa: PTH100 - a symlinked project keeps its name
    if not root.exists():
        msg = f"the project {root} does not exist"
        raise ProjectMissing(msg, do="set PROJECT (or --project) to the folder of a project")
    if not root.is_dir():
        msg = f"the project {root} is not a folder"
        raise ProjectNotAFolder(msg, do="set PROJECT (or --project) to the project's folder")
    root_pyproject = _read_pyproject(root)
    said = table(root_pyproject, "tool", "spec14")
    settings = parse_settings(said)
    folder, pyproject = root, root_pyproject
    if settings.package is not None:
        folder = _package_folder(root, settings.package)
    if folder != root:
        pyproject = _read_pyproject(folder)
        below = table(pyproject, "tool", "spec14")
        if parse_settings(below).package is not None:
            msg = f"[tool.spec14] package stands in {folder} too, the package of {root}"
            raise SettingsError(msg, do="take it out of one of the two files")
        settings = parse_settings(_overlaid(below, said))
    return Project(
        folder=folder,
        root=root,
        name=_name(folder, pyproject),
        pyproject=pyproject,
        root_pyproject=root_pyproject,
        settings=settings,
        out=root / OUT if out is None else out,
    )


def _package_folder(root: Path, named: str) -> Path:
    """Give the folder of ``[tool.spec14] package``, which must lie in the project."""
    folder = Path(os.path.normpath(root / named))
    # A folder that is there first: a name that no path can have ends here too.
    if folder.is_relative_to(root) and not folder.is_dir():
        msg = f"[tool.spec14] package = {named!r}: there is no such folder in {root}"
        raise SettingsError(msg, do="name the folder that holds the package's pyproject.toml")
    if not folder.is_relative_to(root) or not folder.resolve().is_relative_to(root.resolve()):
        msg = f"[tool.spec14] package = {named!r} leads out of the project"
        raise SettingsError(msg, do="name a folder inside the project")
    return folder


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a table over another, key by key, and so the tables in it."""
    made = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], Mapping) and isinstance(above[key], Mapping):
            made[key] = {**below[key], **above[key]}
    return made


def _read_pyproject(folder: Path) -> Mapping[str, Any]:
    """Read ``pyproject.toml``; nothing stands in it where ``setup.py`` alone is there (PEP 517)."""
    file = folder / "pyproject.toml"
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        if (folder / "setup.py").is_file():
            return {}
        msg = f"{folder} has no pyproject.toml and no setup.py"
        raise ProjectIncomplete(
            msg, do="name the folder that holds pyproject.toml, or add one (PEP 621)"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file}: {error}"
        raise ProjectIncomplete(msg, do="correct the file") from error
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise ProjectIncomplete(msg, do="let it be a file that this user can read") from error


def _name(folder: Path, pyproject: Mapping[str, Any]) -> str:
    """Give the distribution's name; the folder's where no file says it without being run."""
    for where in (("project",), ("tool", "poetry"), ("tool", "flit", "metadata")):
        stated = table(pyproject, *where)
        if name := stated.get("name") or stated.get("dist-name") or stated.get("module"):
            return str(name)
    with contextlib.suppress(OSError, UnicodeDecodeError):
        told = HeaderParser().parsestr((folder / "PKG-INFO").read_text("utf-8")).get("Name")
        if told:
            return told
    parser = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
        parser.read(folder / "setup.cfg", encoding="utf-8")
        if name := parser.get("metadata", "name", fallback=""):
            return name
    return folder.name


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
    prepare_out(project.out)


def prepare_out(out: Path) -> None:
    """Make a ``.spec14`` before anything is known of a project.

    Raises
    ------
    NotWritable
        When this user cannot write there, with the line for ``.env`` that mends it.
    """
    folders = (out, out / "dist", out / "report", out / "cache")
    parent = out.parent
    try:
        for folder in folders:
            folder.mkdir(exist_ok=True)
            parent = out
        ignore = out / ".gitignore"
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
    return _first(project, names) or ()


def requirements_of_docs(project: Project) -> tuple[str, ...]:
    """Give what the documentation requires: of the settings, or of the first group of a name.

    The documentation lies in the root, so its ``pyproject.toml`` is asked before the package's.
    """
    if (said := project.settings.docs.requires) is not None:
        return said
    found = _first(replace(project, pyproject=project.root_pyproject), DOCS_GROUPS)
    return requirements_for(project, DOCS_GROUPS) if found is None else found


def _first(project: Project, names: tuple[str, ...]) -> tuple[str, ...] | None:
    for give in (group, extra):
        for name in names:
            if (found := give(project, name)) is not None:
                return found
    return None


def group(project: Project, name: str) -> tuple[str, ...] | None:
    """Give the requirements of a dependency group (PEP 735); ``None`` if it is not there."""
    groups = _lists(project, "dependency-groups")
    plain = _plain(name)
    return tuple(_expand(groups, plain, ())) if plain in groups else None


def extra(project: Project, name: str) -> tuple[str, ...] | None:
    """Give the requirements of an extra (PEP 621); ``None`` if it is not there."""
    found = _lists(project, "project", "optional-dependencies").get(_plain(name))
    return None if found is None else tuple(str(item) for item in found)


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
