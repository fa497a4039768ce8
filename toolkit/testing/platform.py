"""Causes by name: the same data as the plugin's, read on this side of the interpreter."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

INSIDE: Final = Path(__file__).with_name("inside")
"""Folder of what is imported in WebAssembly."""
FILE: Final = INSIDE / "pytest_spec14" / "platform.toml"
EXAMPLES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One thing that the runtime lacks.

    Attributes
    ----------
    reason
        One line.
    skip
        Whether a test that fails for it is reported as skipped.
    examples
        Python that shows it.
    """

    reason: str
    skip: bool
    examples: tuple[str, ...]


@functools.cache
def platform() -> Mapping[str, Cause]:
    """Give the causes by the names that entries of a skip file and reports use."""
    data = tomllib.loads(FILE.read_text("utf-8"))
    return {
        name: Cause(
            reason=said["reason"],
            skip=said.get("skip", True),
            examples=tuple(_examples(data, name))[:EXAMPLES],
        )
        for name, said in data["causes"].items()
    }


def _examples(data: Mapping[str, list[Mapping[str, str]]], cause: str) -> list[str]:
    rules = [
        rule["attempt"].rpartition("; ")[2] for rule in data["rules"] if rule["cause"] == cause
    ]
    modules = [f"import {name}" for name in data["modules"].get(cause, ())]  # type: ignore[attr-defined]
    names = [
        f"{module}.{name}"
        for module, missing in data["names"].get(cause, {}).items()  # type: ignore[attr-defined]
        for name in missing
    ]
    return [*rules, *modules, *names]
