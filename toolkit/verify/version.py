"""What the project's packages call their version in WebAssembly: one more thing to run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from toolkit.runtime.lock import read_wheel
from toolkit.verify.outcome import Cell, Example, Kind, Verdict

FORM: Final = "version"
SOURCE: Final = """\
import importlib, json
_found = {{}}
for _name in {names!r}:
    _said = getattr(importlib.import_module(_name), "__version__", None)
    if isinstance(_said, str):
        _found[_name] = _said
if _found:
    print(json.dumps(_found))
"""


def version_example(wheel: Path) -> Example:
    """Give what prints the versions; it shows no output, so that any is told.

    Parameters
    ----------
    wheel
        The project's.
    """
    source = SOURCE.format(names=list(read_wheel(wheel).imports))
    return Example(
        key=FORM,
        form=FORM,
        document="",
        place=wheel.name,
        name=FORM,
        cells=(Cell(source=source, expected=""),),
    )


def versions_found(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Give ``__version__`` by module; nothing where a package cannot be imported."""
    for one in verdicts:
        if one.form == FORM and one.kind is Kind.DIFFERS:
            found: dict[str, str] = json.loads(one.got)
            return found
    return {}
