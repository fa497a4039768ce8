"""The upstream compiler of a runtime: what a person reads off emsdk's repository.

The host of that repository is none of the three registries, so it is not asked here. When the
runtime is made with another Emscripten, ``--emsdk FILE`` gives what ``[toolchain.emsdk.upstream]``
needs (docs/new-runtime.md says where each value stands).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import MoveRefused
from toolkit.upkeep.tree import Tree

SHAPES: Final = {
    "commit": r"[0-9a-f]{40}",
    "build": r"[0-9a-f]{40}",
    "build-sha256": r"[0-9a-f]{64}",
    "node": r"\d+\.\d+\.\d+",
    "node-sha256": r"[0-9a-f]{64}",
}
"""What each value looks like."""
OF_RUNTIME: Final = "xbuildenv-sha256"
"""Of one Pyodide; it need not be there."""


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Where the upstream compiler of one Emscripten comes from.

    Attributes
    ----------
    emscripten
        Its version.
    values
        As in ``[toolchain.emsdk.upstream]``.
    """

    emscripten: str
    values: Mapping[str, str]


def upstream_of(tree: Tree, file: Path | None) -> Upstream:
    """Give what `file` says, or the pins of now without one.

    Raises
    ------
    MoveRefused
        When the file cannot be read, or a value is missing or of a wrong shape.
    """
    if file is None:
        emscripten = tree.emsdk.toolchain["emscripten"].removeprefix("==")
        return Upstream(emscripten=emscripten, values=tree.emsdk.upstream)
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file} cannot be read: {error}"
        raise MoveRefused(msg, do=_write()) from error
    shapes = {"emscripten": r"\d+\.\d+\.\d+", **SHAPES}
    if OF_RUNTIME in table:
        shapes[OF_RUNTIME] = SHAPES["build-sha256"]
    for name, shape in shapes.items():
        value = table.get(name)
        if not isinstance(value, str) or re.fullmatch(shape, value) is None:
            msg = f"{file}: {name} is {value!r}" if name in table else f"{file} has no {name}"
            raise MoveRefused(msg, do=_write())
    if unknown := sorted(set(table) - set(shapes)):
        raise MoveRefused(f"{file} has an unknown key {unknown[0]!r}", do=_write())
    emscripten = table.pop("emscripten")
    return Upstream(emscripten=emscripten, values=table)


def require_of_runtime(tree: Tree, upstream: Upstream, pyodide: str) -> None:
    """Refuse the checksum of one Pyodide's environment beside another Pyodide.

    Raises
    ------
    MoveRefused
        When the pins have one, and the Pyodide moves.
    """
    pinned = tree.emsdk.upstream.get(OF_RUNTIME)
    if pinned is None or pyodide == tree.pins.runtime["pyodide"]:
        return
    if upstream.values.get(OF_RUNTIME) in (None, pinned):
        msg = f"{OF_RUNTIME} in images/pins.toml is of Pyodide {tree.pins.runtime['pyodide']}"
        raise MoveRefused(
            msg, do=f"take that line out, or give the one of {pyodide} (--emsdk FILE)"
        )


def _write() -> str:
    return f'write emscripten = "…" and {", ".join(SHAPES)}, as docs/new-runtime.md says'
