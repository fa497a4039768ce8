"""What the runtime does not have: the data of ``platform.toml``, which says how it was found."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("platform.toml")
C: Final = "C"
"""Raised by a function in C, not by a ``raise`` of some module."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One thing that is missing.

    Attributes
    ----------
    name
        What entries of a skip file and reports call it.
    reason
        One line.
    skip
        Whether a test that failed for it is reported as skipped; otherwise as failed, with
        the reason as a hint.
    """

    name: str
    reason: str
    skip: bool = True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How a cause shows in an exception.

    Attributes
    ----------
    cause
        Name of the cause.
    raises
        Type of the exception, with its module unless it is a builtin.
    attempt
        Python that raises it in the runtime.
    errno
        Name of its errno, "" for any.
    message
        Its text, ``None`` for any.
    by
        Module whose ``raise`` it is, or `C`.
    functions
        Functions of that module; empty for any.
    """

    cause: str
    raises: str
    attempt: str
    errno: str = ""
    message: re.Pattern[str] | None = None
    by: str = C
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Platform:
    """All of it.

    Attributes
    ----------
    causes
        By name.
    rules
        The first that fits decides.
    modules
        Modules that are missing, with the name of the cause.
    names
        Names that are missing in a module, with the name of the cause.
    """

    causes: Mapping[str, Cause]
    rules: tuple[Rule, ...]
    modules: Mapping[str, str]
    names: Mapping[tuple[str, str], str]


@functools.cache
def platform() -> Platform:
    """Read the data."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    return Platform(
        causes={name: Cause(name=name, **said) for name, said in data["causes"].items()},
        rules=tuple(_rule(dict(said)) for said in data["rules"]),
        modules={name: cause for cause, names in data["modules"].items() for name in names},
        names={
            (module, name): cause
            for cause, modules in data["names"].items()
            for module, names in modules.items()
            for name in names
        },
    )


def _rule(said: dict[str, object]) -> Rule:
    whole, pattern = said.pop("message", None), said.pop("matches", None)
    text = re.escape(str(whole)) if whole is not None else pattern
    said["functions"] = tuple(said.pop("functions", ()))  # type: ignore[arg-type]
    message = None if text is None else re.compile(str(text), re.DOTALL)
    return Rule(message=message, **said)  # type: ignore[arg-type]
