"""Kernels in Node, that start both ways."""

import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from toolkit.lite.snapshot.gate.compare import (
    COMPLETED,
    Cell,
    NotCompared,
    Shown,
    difference,
    read_cells,
)
from toolkit.process import find_tool, run
from toolkit.runtime.interpreter import NODE_FLAGS

SCRIPT: Final = Path(__file__).parent / "node.mjs"
LIMIT: Final = 300.0
"""Seconds."""

FAR: Final = "Asia/Kathmandu"
"""A time zone that no snapshot is made in: what a visit makes new has to show."""


def compare_in_node(folder: Path, packages: Sequence[str]) -> str:
    """Compare kernels that start in Node both ways; give the reason not to ship the snapshot.

    Parameters
    ----------
    folder
        ``static/pyodide`` of a site with a snapshot.
    packages
        What an ordinary start loads.

    Raises
    ------
    NotCompared
        When an ordinary kernel does not start.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        ways = (False, True, True)
        shown = list(pool.map(lambda way: shown_in_node(folder, packages, snapshot=way), ways))
    return difference(*shown)


def shown_in_node(
    folder: Path, packages: Sequence[str], *, snapshot: bool, cells: Sequence[Cell] | None = None
) -> Shown:
    """Give what a kernel shows that starts in Node.

    Parameters
    ----------
    folder
        ``static/pyodide`` of a site.
    packages
        What an ordinary start loads.
    snapshot
        Whether it starts from the snapshot.
    cells
        What it runs; the cells of ``cells.py`` without.

    Raises
    ------
    NotCompared
        When one does not start in the ordinary way.
    """
    settings = {
        "folder": str(folder.resolve()),
        "snapshot": snapshot,
        "packages": list(packages),
        "modules": sorted(path.name for path in folder.glob("spec14_*.py")),
        "cells": [asdict(cell) for cell in (read_cells() if cells is None else cells)],
        "completed": COMPLETED,
    }
    with tempfile.TemporaryDirectory(prefix="spec14-gate-") as name:
        file = Path(name) / "settings.json"
        file.write_text(json.dumps(settings), "utf-8")
        words: list[str | Path] = [find_tool("node"), *NODE_FLAGS, SCRIPT, file]
        done = run(words, cwd=Path(name), env={"TZ": FAR}, timeout=LIMIT)
    if done.code != 0:
        way = "from it" if snapshot else "in the ordinary way"
        reason = f"a kernel that starts {way} in Node ends: {done.tail(6)[-600:]}"
        if not snapshot:
            raise NotCompared(reason)
        return {"snapshot": False, "reason": reason, "cells": {}, "completions": {}}
    shown: Shown = json.loads(done.tail(1))
    return shown
