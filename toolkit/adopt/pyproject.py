"""``[tool.spec14]``, appended to ``pyproject.toml`` as text: comments and layout stay."""

import tomllib
from collections.abc import Mapping
from typing import Any, Final

import tomli_w

from toolkit.errors import NotAdopted
from toolkit.settings import parse_settings

SAID: Final = "# Build, tests and documentation are read where they are written already."
TABLE: Final = "[tool.spec14]"


def with_settings(text: str, settings: Mapping[str, Any]) -> str:
    """Give the text with a table ``[tool.spec14]`` at its end, unless it has one.

    Parameters
    ----------
    text
        Of a ``pyproject.toml``, which can be read.
    settings
        What the table says.

    Raises
    ------
    NotAdopted
        When the table cannot be appended (``tool = {…}``).
    """
    before = tomllib.loads(text)
    if "spec14" in before.get("tool", {}):
        return text
    # An empty table above the first is its place for comments.
    table = tomli_w.dumps({"tool": {"spec14": settings}})
    lines = [TABLE, SAID, *table.replace(f"{TABLE}\n", "").strip("\n").splitlines()]
    end = "\r\n" if "\r\n" in text else "\n"
    start = text if not text or text.endswith("\n") else text + end
    made = start + (end if start else "") + end.join(lines).rstrip() + end
    try:
        after = tomllib.loads(made)
    except tomllib.TOMLDecodeError as error:
        msg = f"no table can be appended to pyproject.toml: {error}"
        raise NotAdopted(
            msg, do="write `spec14 = {}` by hand where the other keys of `tool` are"
        ) from error
    parse_settings(after["tool"].pop("spec14"))
    if "tool" not in before:
        del after["tool"]
    if after != before:
        msg = "a table at the end of pyproject.toml would change what stands before it"
        raise NotAdopted(msg, do="add [tool.spec14] by hand")
    return made
