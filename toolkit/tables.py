"""TOML tables read into frozen dataclasses.

Each field carries its own description (``metadata["help"]``): the documentation is made from it.
An unknown key is an error that names the nearest known one.
"""

import dataclasses
import datetime as dt
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, Final

from toolkit.errors import SettingsError

NAMES: Final[Mapping[Any, str]] = {
    tuple: "a list of strings",
    Mapping: "a table of strings",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a string",
    dt.date: "a date",
}
"""What a value of a type is called in messages and in the documentation."""


def option[T](default: T, description: str) -> T:
    """Give a dataclass field with its default and its description."""
    field: T = dataclasses.field(default=default, metadata={"help": description})
    return field


def read_table[S](kind: type[S], table: Mapping[str, Any], where: str) -> S:
    """Read a table.

    Parameters
    ----------
    kind
        The dataclass.
    table
        As TOML gives it.
    where
        What the table is called, for messages.

    Raises
    ------
    SettingsError
        For an unknown key (with the nearest known one) or a value of a wrong type.
    """
    hints = typing.get_type_hints(kind)
    known = {field.name.replace("_", "-"): field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            msg = f"[{where}] has no key {key!r}{_nearest(key, known)}"
            raise SettingsError(msg, do=f"use one of: {', '.join(sorted(known))}")
        values[known[key]] = _value(hints[known[key]], value, f"{where}.{key}")
    return kind(**values)


def _nearest(key: str, known: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(key.replace("_", "-"), known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _value(hint: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            msg = f"{where} must be a table"
            raise SettingsError(msg, do=f"write [{where}] on a line of its own")
        return read_table(hint, value, where)
    if (kind := table_in(hint)) is not None:
        return _tables(kind, value, where)
    kinds = _kinds(hint)
    if dt.date in kinds:
        return _date(value, where)
    for kind in kinds:
        if _is_of(kind, value):
            # TOML has lists, and writes 10 for 10.0.
            made = typing.get_origin(kind) or kind
            return made(value) if made in (tuple, float) else value
    msg = f"{where} must be {type_name(hint)}, not {value!r}"
    raise SettingsError(msg, do="correct it in pyproject.toml")


def _is_of(kind: Any, value: Any) -> bool:
    found = typing.get_origin(kind) or kind
    if found in (int, float):
        return _is_number(value, found)
    if found is tuple:
        return _is_list_of_strings(value)
    if found is Mapping:
        return _is_table_of_strings(value)
    return found in (str, bool) and isinstance(value, found)


def type_name(hint: Any) -> str:
    """Give what a value of a field is called (see `NAMES`)."""
    if table_in(hint) is not None:
        return "a list of tables"
    for kind in _kinds(hint):
        if name := NAMES.get(typing.get_origin(kind) or kind):
            return name
    raise TypeError(f"no words for the type {hint!r} of a setting")


def _kinds(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _is_number(value: object, kind: type) -> bool:
    # true is an int in Python, not in TOML.
    return isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)


def table_in(hint: Any) -> type | None:
    """Give the dataclass of a field that is a list of tables."""
    if typing.get_origin(hint) is not tuple:
        return None
    kind = typing.get_args(hint)[0]
    return kind if dataclasses.is_dataclass(kind) and isinstance(kind, type) else None


def _tables(kind: type, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        msg = f"{where} must be a list of tables"
        raise SettingsError(msg, do=f"write [[{where}]] on a line of its own before each")
    return tuple(read_table(kind, item, f"{where} {n}") for n, item in enumerate(value, start=1))


def _date(value: Any, where: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    msg = f"{where} must be a date, not {value!r}"
    raise SettingsError(msg, do="write it as 2027-01-31, without quotes")


def _is_list_of_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_table_of_strings(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(item, str) for item in value.values())
