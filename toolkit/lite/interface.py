"""What the site mends in JupyterLite's interface: a labextension of our own, written by hand.

Four faults of upstream that a reader cannot get around, looked at in ``jupyterlite-core`` 0.8.6,
``jupyterlite-pyodide-kernel`` 0.8.6 and ``coincident`` 1.2.3:

- *Interrupting* a running cell does nothing: ``LiteKernelClient.interrupt`` drops the cells that
  wait, and nobody calls Pyodide's ``setInterruptBuffer``. With isolation headers a buffer is shared
  with the kernel's worker (``start/spec14-interrupt.mjs``) and SIGINT is written into it, but not
  before the cell's own code runs (``inside/spec14_cells.py``); without
  them no memory can be shared, a busy worker hears nothing, and the reader is told so.
- *The prompt that never comes* under isolation headers: coincident calls ``then`` on what
  ``Atomics.waitAsync`` gives, which is a string and no promise where the worker was faster
  ("value.then is not a function").
- *Shift+Enter while the kernel starts* is dropped: ``OutputArea.execute`` of JupyterLab 4 throws
  "Session has no kernel". The cell shows "[*]" and waits (``labextension/static/executors.mjs``).
- *Cells that wait when one fails* never get an answer, and keep their "[*]": ``LiteKernelClient``
  answers those that an interrupt has dropped and no others. So the one passes for the other.

And a notebook in a frame takes over whether the page around it is light or dark
(``labextension/static/theme.mjs``).
"""

import json
import shutil
from pathlib import Path
from typing import Final

from toolkit.lite.config import read_json

NAME: Final = "@spec14/kernel"
FOLDER: Final = Path(__file__).parent / "labextension"
REPLACED: Final = tuple(
    f"@jupyterlab/{kind}-extension:cell-executor" for kind in ("console", "notebook")
)
"""Plugins of JupyterLab that the labextension's own stand for."""

FROM_FILE: Final = "static/from-file.js"
HEAD: Final = "<head>"


def add_interface(site: Path) -> None:
    """Put the labextension into a built JupyterLite site, and a word for pages opened as files.

    Raises
    ------
    LiteFailed
        When the site has no configuration.
    """
    shutil.copytree(FOLDER, site / "extensions" / NAME)
    build = read_json(FOLDER / "package.json")["jupyterlab"]["_build"]
    file = site / "jupyter-lite.json"
    config = read_json(file)
    data = config.setdefault("jupyter-config-data", {})
    loaded = [one for one in data.get("federated_extensions", ()) if one["name"] != NAME]
    # The first: what it mends has to be mended before a kernel is started.
    data["federated_extensions"] = [{"name": NAME, **build}, *loaded]
    data["disabledExtensions"] = sorted({*data.get("disabledExtensions", ()), *REPLACED})
    file.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")
    for page in (site / "index.html", *sorted(site.glob("*/index.html"))):
        if page.is_file():
            _say_from_file(page, site)


def _say_from_file(page: Path, site: Path) -> None:
    """Have a page of an application say why it stays empty where it is opened from a disk."""
    up = "../" * (len(page.relative_to(site).parts) - 1)
    script = f'<script src="{up}extensions/{NAME}/{FROM_FILE}"></script>'
    before, head, after = page.read_text("utf-8").partition(HEAD)
    page.write_text(f"{before}{head}{script if head else ''}{after}", "utf-8")
