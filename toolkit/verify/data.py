"""The data of examples that run here: an interpreter reads the very files that the site ships."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from toolkit.data.gather import DataFile
from toolkit.data.ship import on_this_machine
from toolkit.runtime.interpreter import Start

SCRIPT: Final = Path(__file__).parent / "node" / "data.mjs"


def prepare_data(start: Start, file: Path, data: Sequence[DataFile]) -> Start:
    """Give a start whose interpreter reads declared URLs, and names others that are asked for.

    Parameters
    ----------
    start
        How the interpreter is started.
    file
        Written for it; not in the folder it runs in.
    data
        The data; its files are read on the host when they are asked for.
    """
    file.write_text(json.dumps({"files": on_this_machine(data)}) + "\n", "utf-8")
    return replace(start, prepare=(SCRIPT, file))
