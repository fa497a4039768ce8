"""New versions in old files: every comment and every other line stays as a person wrote it."""

import json
import re
import tomllib
from collections.abc import Collection, Mapping
from typing import Any, Final

from packaging.utils import canonicalize_name

from toolkit.errors import MoveRefused

REQUIREMENT: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)(?P<extras>\[[^\]]*\])?==(?P<version>[^\s;#]+)", re.MULTILINE
)
"""A line that pins one version (the name as PEP 508 has it)."""


def with_pins(text: str, values: Mapping[tuple[str, ...], str]) -> str:
    """Give ``images/pins.toml`` with other values.

    Parameters
    ----------
    text
        The file.
    values
        New strings by table and key: ``("runtime", "pyodide")``.

    Raises
    ------
    MoveRefused
        When a key is not there on a line of its own: nothing is guessed.
    """
    for path, value in values.items():
        text = _with_pin(text, path, value)
    table = tomllib.loads(text)
    for path, value in values.items():
        found: Any = table
        for key in path:
            found = found[key]
        if found != value:
            raise _unreadable(path)
    return text


def _with_pin(text: str, path: tuple[str, ...], value: str) -> str:
    heading = f"[{'.'.join(path[:-1])}]"
    lines = text.splitlines(keepends=True)
    inside = False
    for number, line in enumerate(lines):
        if line.startswith("["):
            inside = line.strip() == heading
        elif inside and re.match(rf'{re.escape(path[-1])} = "[^"\\]*"$', line.rstrip("\n")):
            lines[number] = f"{path[-1]} = {json.dumps(value)}\n"
            return "".join(lines)
    raise _unreadable(path)


def _unreadable(path: tuple[str, ...]) -> MoveRefused:
    msg = f"images/pins.toml has no line of its own for {'.'.join(path)}"
    return MoveRefused(msg, do=f'write {path[-1]} = "…" below [{".".join(path[:-1])}]')


def with_versions(text: str, versions: Mapping[str, str]) -> str:
    """Give a file of requirements with other exact versions.

    Parameters
    ----------
    text
        The file.
    versions
        By normalised name; what is not pinned in the file stays out of it.
    """

    def other(found: re.Match[str]) -> str:
        name = canonicalize_name(found["name"])
        version = versions.get(name, found["version"])
        return f"{found['name']}{found['extras'] or ''}=={version}"

    return REQUIREMENT.sub(other, text)


def relaxed(text: str, names: Collection[str]) -> str:
    """Give a file of requirements in which the versions of `names` may rise, but not fall."""

    def other(found: re.Match[str]) -> str:
        if canonicalize_name(found["name"]) not in names:
            return found[0]
        return f"{found['name']}{found['extras'] or ''}>={found['version']}"

    return REQUIREMENT.sub(other, text)


def with_arguments(text: str, values: Mapping[str, str]) -> str:
    """Give a Dockerfile with other defaults of its arguments.

    Raises
    ------
    MoveRefused
        When there is no such argument with a default.
    """
    for name, value in values.items():
        text, changes = re.subn(
            rf"^ARG {name}=\S+$", f"ARG {name}={value}", text, count=1, flags=re.MULTILINE
        )
        if not changes:
            msg = f"the Dockerfile has no line ARG {name}=…"
            raise MoveRefused(msg, do="write it before the first FROM")
    return text


def with_dependency(text: str, name: str, version: str) -> str:
    """Give a ``package.json`` with another version of one of its dependencies."""
    package = json.loads(text)
    package["dependencies"][name] = version
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"
