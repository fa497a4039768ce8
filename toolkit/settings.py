"""``[tool.spec14]`` of a project's ``pyproject.toml``, as frozen dataclasses.

Each field carries its own description (``metadata["help"]``): the documentation is
made from it. An unknown key is an error that names the nearest known one.
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from toolkit.errors import SettingsError

DISTRIBUTIONS: Final = ("ask", "pyodide", "never")
"""What ``[tool.spec14] distribution`` may say."""


def option[T](default: T, description: str) -> T:
    """Give a dataclass field with its default and its description."""
    field: T = dataclasses.field(default=default, metadata={"help": description})
    return field


@dataclass(frozen=True, kw_only=True)
class TestSettings:
    """``[tool.spec14.test]``."""

    __test__ = False

    paths: tuple[str, ...] = option(
        (), "what pytest is given when the command line names nothing; empty: pytest's own choice"
    )
    requires: tuple[str, ...] | None = option(
        None,
        "requirements of the tests; unset: the dependency group or extra named test, tests, "
        "testing or dev, or [tool.cibuildwheel] test-requires",
    )
    args: tuple[str, ...] = option((), "arguments given to pytest before those of the command line")
    workers: int | None = option(
        None, "interpreters at once; unset: one for each processor this machine lets us use"
    )
    timeout: float = option(
        120.0, "seconds one test may take, with what its fixtures do; 0: as long as it likes"
    )
    run_timeout: float = option(0.0, "seconds the whole run may take; 0: as long as it likes")
    replace_after: int = option(
        5000, "tests after which an interpreter is replaced by a fresh one (between two files)"
    )
    heap_limit: int = option(
        1024, "MiB of memory from which an interpreter is replaced (between two files)"
    )
    durations: str | None = option(
        None,
        "file of durations by which shards are dealt, the same for all machines (a copy of "
        ".spec14/cache/durations.json); unset: by numbers of tests",
    )


@dataclass(frozen=True, kw_only=True)
class DocsSettings:
    """``[tool.spec14.docs]``."""

    source: str | None = option(
        None, "folder with conf.py; unset: docs, doc, docs/source or doc/source"
    )
    builder: str = option("html", "Sphinx builder: html or dirhtml")
    requires: tuple[str, ...] | None = option(
        None,
        "requirements of the docs beyond the stack of the image; unset: the dependency group or "
        "extra named docs, doc or documentation",
    )
    warnings_are_errors: bool = option(default=False, description="run Sphinx with -W --keep-going")
    allow_origins: tuple[str, ...] = option(
        (), 'origins ("https://host") from which pages may load something; otherwise none'
    )
    lite_packages: tuple[str, ...] = option(
        (), "packages put into the site besides the project and what it requires"
    )


@dataclass(frozen=True, kw_only=True)
class WheelSettings:
    """``[tool.spec14.wheel]``."""

    config_settings: tuple[str, ...] | None = option(
        None,
        "KEY=VALUE settings for the build backend, as for `python -m build -C`; unset: "
        "[tool.cibuildwheel] config-settings",
    )
    environment: Mapping[str, str] | None = option(
        None, "variables of the build, laid over those of [tool.cibuildwheel] environment"
    )
    before_build: tuple[str, ...] | None = option(
        None,
        "commands run in the copy of the source before the backend; unset: [tool.cibuildwheel] "
        "before-build; empty: none",
    )
    exports: str | None = option(
        None,
        "what modules export: requested, pyinit, whole_archive or names with commas between them "
        "(`pyodide build --exports`)",
    )
    allow: tuple[str, ...] = option(
        (), "kinds of audit findings (docs/audit.md) that only warn, pure or debug for instance"
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``[tool.spec14]``."""

    wheel: WheelSettings = option(WheelSettings(), "building the wheel")
    test: TestSettings = option(TestSettings(), "running the tests")
    docs: DocsSettings = option(DocsSettings(), "building the documentation")
    distribution: str = option(
        "ask",
        "whether a requirement that has no other wheel for the target may come from the Pyodide "
        'distribution: "pyodide" (yes), "never" (its sdist is built instead) or "ask" (it is an '
        "error that names --distribution=pyodide)",
    )
    offline: bool = option(
        default=False,
        description="ask no package index and no other host: only the lock, the caches and the "
        "wheelhouse of the image",
    )


def parse_settings(table: Mapping[str, Any]) -> Settings:
    """Read the table ``[tool.spec14]``.

    Raises
    ------
    SettingsError
        For an unknown key (with the nearest known one) or a value of a wrong type.
    """
    settings = _parse(Settings, table, "tool.spec14")
    if settings.distribution not in DISTRIBUTIONS:
        msg = f"tool.spec14.distribution must not be {settings.distribution!r}"
        raise SettingsError(msg, do=f"use one of: {', '.join(DISTRIBUTIONS)}")
    return settings


def _parse[S](kind: type[S], table: Mapping[str, Any], where: str) -> S:
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
        return _parse(hint, value, where)
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        if kind in (str, bool) and isinstance(value, kind):
            return value
        # true is an int in Python, not in TOML.
        if kind in (int, float) and isinstance(value, int) and not isinstance(value, bool):
            return kind(value)
        if kind is float and isinstance(value, float):
            return value
        if typing.get_origin(kind) is tuple and _is_list_of_strings(value):
            return tuple(value)
        if typing.get_origin(kind) is Mapping and _is_table_of_strings(value):
            return value
    wanted = "a list of strings" if any(typing.get_origin(k) is tuple for k in kinds) else None
    if any(typing.get_origin(kind) is Mapping for kind in kinds):
        wanted = "a table of strings"
    if int in kinds or float in kinds:
        wanted = "a number" if float in kinds else "a whole number"
    wanted = wanted or ("true or false" if bool in kinds else "a string")
    msg = f"{where} must be {wanted}, not {value!r}"
    raise SettingsError(msg, do="correct it in pyproject.toml")


def _is_list_of_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_table_of_strings(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(item, str) for item in value.values())
