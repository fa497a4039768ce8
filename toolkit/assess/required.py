"""What a project requires at run time, as far as its files say it without being run."""

import ast
import configparser
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from toolkit.project import Project, table

UNKNOWN: Final = "nothing says it without the build being run"


@dataclass(frozen=True, kw_only=True)
class Required:
    """Requirements, and who says so.

    Attributes
    ----------
    requirements
        As PEP 508 has them, markers and all.
    origin
        File and table, for people.
    known
        Whether any file says what is required.
    unread
        Lines that are no requirements.
    """

    requirements: tuple[Requirement, ...] = ()
    origin: str = UNKNOWN
    known: bool = False
    unread: tuple[str, ...] = ()


def required_by(project: Project) -> Required:
    """Give what a project requires: the first of its files that says it counts.

    ``[project] dependencies``, poetry's table, ``PKG-INFO`` of an sdist (PEP 643: a field that is
    not ``Dynamic`` holds for the wheel), ``*.egg-info/requires.txt``, ``setup.cfg``, a list in
    ``setup.py``.
    """
    metadata = table(project.pyproject, "project")
    if metadata and "dependencies" not in metadata.get("dynamic", ()):
        return _parsed(metadata.get("dependencies", ()), "pyproject.toml [project]")
    poetry = table(project.pyproject, "tool", "poetry").get("dependencies")
    if isinstance(poetry, Mapping):
        names = [name for name, said in poetry.items() if name != "python" and not _is_extra(said)]
        return _parsed(names, "pyproject.toml [tool.poetry] (without versions)")
    for found in (
        _of_sdist(project.folder),
        _of_egg_info(project.folder),
        _of_setup_cfg(project.folder),
        _of_setup_py(project.folder),
    ):
        if found is not None:
            return found
    return Required()


def _parsed(lines: Sequence[object], origin: str) -> Required:
    requirements, unread = [], []
    for line in lines if isinstance(lines, list | tuple) else ():
        try:
            requirements.append(Requirement(str(line)))
        except InvalidRequirement:
            unread.append(str(line))
    return Required(
        requirements=tuple(requirements), origin=origin, known=True, unread=tuple(unread)
    )


def _is_extra(said: object) -> bool:
    return isinstance(said, Mapping) and bool(said.get("optional"))


def _of_sdist(folder: Path) -> Required | None:
    info = _headers(folder / "PKG-INFO")
    if info is None or info["Metadata-Version"] is None:
        return None
    dynamic = {str(field).lower() for field in info.get_all("Dynamic", [])}
    lines = info.get_all("Requires-Dist", [])
    if not lines and (info["Metadata-Version"] < "2.2" or "requires-dist" in dynamic):
        return None
    told = " (dynamic: the wheel may say otherwise)" if "requires-dist" in dynamic else ""
    return _parsed([str(line) for line in lines], f"PKG-INFO{told}")


def _headers(file: Path) -> Message | None:
    try:
        return HeaderParser().parsestr(file.read_text("utf-8"))
    except OSError, UnicodeDecodeError:
        return None


def _of_egg_info(folder: Path) -> Required | None:
    for file in sorted(
        [*folder.glob("*.egg-info/requires.txt"), *folder.glob("src/*.egg-info/requires.txt")]
    ):
        try:
            text = file.read_text("utf-8")
        except OSError, UnicodeDecodeError:
            continue
        # Sections are extras or markers ([test], [:python_version < "3.11"]).
        lines = [line.strip() for line in text.split("\n[")[0].splitlines() if line.strip()]
        return _parsed(lines, file.relative_to(folder).as_posix())
    return None


def _of_setup_cfg(folder: Path) -> Required | None:
    parser = configparser.RawConfigParser()
    with contextlib.suppress(configparser.Error, OSError, UnicodeDecodeError):
        parser.read(folder / "setup.cfg", encoding="utf-8")
        text = parser.get("options", "install_requires", fallback="")
        if text and not text.startswith("file:"):
            return _parsed([line for line in text.splitlines() if line.strip()], "setup.cfg")
    return None


def _of_setup_py(folder: Path) -> Required | None:
    try:
        tree = ast.parse((folder / "setup.py").read_bytes())
    except OSError, SyntaxError, ValueError, RecursionError:
        return None
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="install_requires", value=ast.List(elts=items)):
                lines = [item.value for item in items if isinstance(item, ast.Constant)]
                if len(lines) == len(items):
                    return _parsed(lines, "setup.py")
            case ast.Call(func=ast.Name(id="setup"), keywords=words) if not any(
                word.arg in {"install_requires", None} for word in words
            ):
                return Required(origin="setup.py", known=True)
    return None
