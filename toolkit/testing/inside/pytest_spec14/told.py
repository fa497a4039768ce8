"""What the controller says: JSON in the environment, the larger part of it in a file.

Linux takes no more than 128 KiB in one variable (``MAX_ARG_STRLEN``), which some seven hundred
entries of a skip file are.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

VARIABLE: Final = "SPEC14_TEST"
FILE: Final = "file"
"""Names a file of JSON with further settings; those in the variable win."""


def told() -> Mapping[str, Any]:
    """Give the settings; none where nothing is said."""
    here: Mapping[str, Any] = json.loads(os.environ.get(VARIABLE, "{}"))
    if FILE not in here:
        return here
    return {**json.loads(Path(here[FILE]).read_text("utf-8")), **here}
