"""``[tool.cibuildwheel]``: what a project says there of its build for Pyodide, and where.

An option is looked for in ``[tool.cibuildwheel]``, its table ``pyodide`` and then in every
``[[tool.cibuildwheel.overrides]]`` whose ``select`` matches the build, in the order of the
file; the last one counts, unless an override inherits. Read off cibuildwheel 4's
``options.py`` (cascade, formats), ``selector.py`` (``select``) and ``util/helpers.py``
(placeholders). Its ``CIBW_…`` variables are not looked at: the build must be the same
tomorrow.
"""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from toolkit.errors import SettingsError
from toolkit.project import table

IDENTIFIER: Final = f"cp{sys.version_info.major}{sys.version_info.minor}-pyodide_wasm32"
"""The build as cibuildwheel names it: pyodide-build runs on the target's own Python version."""
PLATFORM: Final = "pyodide"
BRACES: Final = re.compile(r"\{([^{}]*,[^{}]*)\}")
INHERIT: Final = ("none", "append", "prepend")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What stands for an option in one place.

    Attributes
    ----------
    value
        As TOML has it.
    origin
        The place, as a reader of ``pyproject.toml`` finds it.
    """

    value: Any
    origin: str


def option(pyproject: Mapping[str, Any], name: str) -> tuple[Entry, ...]:
    """Give what counts for an option: nothing, one entry, or several where one inherits.

    Parameters
    ----------
    pyproject
        The whole of ``pyproject.toml``.
    name
        As in cibuildwheel's documentation: ``before-build``.

    Raises
    ------
    SettingsError
        When a table or ``overrides`` is not what cibuildwheel takes.
    """
    found: list[Entry] = []
    for entry, rule in _cascade(pyproject, name):
        if rule == "none":
            found = [entry]
        elif entry.value not in ("", [], {}):
            found.insert(0 if rule == "prepend" else len(found), entry)
    return tuple(found)


def words(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Give a list option (``test-requires``): a list as it stands, a string split by a shell."""
    return tuple(
        word
        for entry in entries
        for word in (
            _split(entry) if isinstance(entry.value, str) else map(str, _list(entry, "a list"))
        )
    )


def names(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Give a list of names (``test-extras``, ``test-groups``): commas or spaces between them."""
    return tuple(
        name
        for entry in entries
        for part in ([entry.value] if isinstance(entry.value, str) else _list(entry, "a list"))
        for name in re.split(r"[,\s]+", str(part))
        if name
    )


def command(entries: Sequence[Entry]) -> str:
    """Give a command option as one line for a shell: a list is joined with ``&&``."""
    parts = [
        entry.value if isinstance(entry.value, str) else " && ".join(_list(entry, "a list"))
        for entry in entries
    ]
    return " && ".join(part.strip() for part in parts if part.strip())


def key_values(entries: Sequence[Entry]) -> Iterator[tuple[str, str, str]]:
    """Give a table option (``config-settings``) as key, value and origin.

    A value may be a list: the key comes several times. Of entries that are inherited a
    later key replaces an earlier one, all its values.
    """
    merged: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries:
        own: dict[str, list[tuple[str, str, str]]] = {}
        for key, value in _pairs(entry):
            own.setdefault(key, []).append((key, value, entry.origin))
        merged |= own
    for found in merged.values():
        yield from found


def assignments(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Give an environment option as assignments for a shell, with their origin.

    A table's values stand within double quotes, as cibuildwheel writes them: variables and
    ``$(…)`` in them count.
    """
    for entry in entries:
        match entry.value:
            case str():
                yield entry.value, entry.origin
            case {}:
                for name, value in entry.value.items():
                    yield f'{name}="{value}"', entry.origin
            case _:
                raise _wrong(entry, "a table or a string")


def filled_in(text: str, **values: str) -> str:
    """Put values for ``{project}`` and ``{package}``; ``#{project}`` stays as ``{project}``."""
    for name, value in values.items():
        text = re.sub(rf"(?<!#)\{{{name}\}}", value.replace("\\", r"\\"), text)
        text = text.replace(f"#{{{name}}}", f"{{{name}}}")
    return text


def selects(patterns: str | Sequence[str], identifier: str = IDENTIFIER) -> bool:
    """Say whether a list of patterns (``select``, ``build``, ``skip``) names a build.

    Patterns of file names, with braces: ``cp{313,314}-*``.
    """
    listed = patterns if isinstance(patterns, str) else " ".join(patterns)
    return any(
        fnmatchcase(identifier, pattern) for word in listed.split() for pattern in _expanded(word)
    )


def excluded(pyproject: Mapping[str, Any]) -> str | None:
    """Say where ``build`` or ``skip`` leave Pyodide out; ``None`` where they do not."""
    for name, wanted in (("build", True), ("skip", False)):
        for entry in option(pyproject, name):
            patterns = entry.value if isinstance(entry.value, str) else _list(entry, "a list")
            if patterns and selects(patterns) != wanted:
                return f"{entry.origin} {name}"
    return None


def _cascade(pyproject: Mapping[str, Any], name: str) -> Iterator[tuple[Entry, str]]:
    everywhere = table(pyproject, "tool", "cibuildwheel")
    target = table(pyproject, "tool", "cibuildwheel", PLATFORM)
    for values, where in (
        (everywhere, "[tool.cibuildwheel]"),
        (target, f"[tool.cibuildwheel.{PLATFORM}]"),
    ):
        if name in values:
            yield Entry(value=values[name], origin=where), "none"
    overrides = everywhere.get("overrides", [])
    if not isinstance(overrides, list):
        msg = f"tool.cibuildwheel.overrides must be a list of tables, not {overrides!r}"
        raise SettingsError(msg, do="write [[tool.cibuildwheel.overrides]] on a line of its own")
    for override in overrides:
        select = override.get("select") if isinstance(override, Mapping) else None
        if not isinstance(select, str | list) or not select:
            msg = f"an override of [tool.cibuildwheel] has no select: {override!r}"
            raise SettingsError(msg, do='write select = "*pyodide*" into it')
        if name in override and selects(select):
            origin = f"[[tool.cibuildwheel.overrides]] select = {select!r}"
            yield Entry(value=override[name], origin=origin), _rule(override, name)


def _rule(override: Mapping[str, Any], name: str) -> str:
    inherit = override.get("inherit", {})
    rule = inherit.get(name, "none") if isinstance(inherit, Mapping) else None
    if rule not in INHERIT:
        msg = f"inherit of an override of [tool.cibuildwheel] holds {inherit!r}"
        raise SettingsError(msg, do=f"give each option one of {', '.join(INHERIT)}")
    return str(rule)


def _expanded(pattern: str) -> Iterator[str]:
    found = BRACES.search(pattern)
    if found is None:
        yield pattern
        return
    for part in found[1].split(","):
        yield from _expanded(pattern[: found.start()] + part + pattern[found.end() :])


def _pairs(entry: Entry) -> Iterator[tuple[str, str]]:
    if isinstance(entry.value, str):
        for word in _split(entry):
            key, equals, value = word.partition("=")
            if not equals:
                raise _wrong(entry, "KEY=VALUE words")
            yield key, value
        return
    if not isinstance(entry.value, Mapping):
        raise _wrong(entry, "a table or a string")
    for key, value in entry.value.items():
        for item in value if isinstance(value, list) else [value]:
            yield key, str(item)


def _split(entry: Entry) -> list[str]:
    try:
        return shlex.split(entry.value)
    except ValueError as error:
        raise _wrong(entry, f"words as a shell splits them ({error})") from error


def _list(entry: Entry, wanted: str) -> list[Any]:
    if not isinstance(entry.value, list) or any(
        isinstance(item, list | dict) for item in entry.value
    ):
        raise _wrong(entry, f"{wanted} of strings")
    return entry.value


def _wrong(entry: Entry, wanted: str) -> SettingsError:
    msg = f"{entry.origin} holds {entry.value!r} where {wanted} is wanted"
    return SettingsError(msg, do="write it as cibuildwheel's documentation says")
