"""Where the tools of the xeus kernels are: a Python of their own.

``empack``, which packs a prefix for the browser, wants an older Click than ours: what is installed
for it (``images/requirements/xeus.in``) lies in a virtual environment beside. A project with
``kernel = "pyodide"`` never starts it.
"""

import os
from pathlib import Path
from typing import Final

from toolkit.errors import ToolMissing
from toolkit.pins import IMAGE

VARIABLE: Final = "SPEC14_XEUS_PYTHON"


def xeus_python() -> Path:
    """Give the interpreter that has jupyterlite-xeus and py-rattler.

    Raises
    ------
    ToolMissing
        When there is none.
    """
    given = os.environ.get(VARIABLE)
    python = Path(given) if given else IMAGE / "xeus" / "bin" / "python"
    if not python.exists():
        msg = f"the tools of the xeus kernel are not on this machine ({python})"
        raise ToolMissing(
            msg,
            do="run this inside the spec14-toolkit image, or name a Python that has "
            f"jupyterlite-xeus and py-rattler in {VARIABLE}",
        )
    return python
