"""What the site mends in JupyterLite's interface: a labextension of our own, written by hand.

Five faults of upstream that a reader cannot get around, looked at in ``jupyterlite-core`` 0.8.6,
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

- *A cover that is taken away twice*: Notebook's splash goes once for each theme that was loaded
  before the page was there, and that fails but for the first ("The node to be removed is not a
  child of this node"; ``@jupyter-notebook/application-extension`` of JupyterLite's applications for
  one document). Ours goes with the last (``labextension/static/splash.mjs``).

And a notebook in a frame takes over whether the page around it is light or dark
(``labextension/static/theme.mjs``).

Two more are about the time until the first cell is there, between the same versions:

- *Half a second of waiting*: where windows have names, ``apputils-extension:state`` reads the
  workspace and then waits for its own debounced saving before a notebook may be opened. An
  application for one document restores no workspace: there, windows have none.
- *Settings* are read from the server and from IndexedDB once for each plugin that asks, and two
  validators are compiled for each schema (``labextension/static/settings.mjs``).
"""

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any, Final

from toolkit.errors import LiteFailed
from toolkit.lite.config import read_json
from toolkit.lite.distribution import HEAP, START
from toolkit.lite.joined import join_scripts
from toolkit.lite.kernel import EXTENSION

NAME: Final = "@spec14/kernel"
FOLDER: Final = Path(__file__).parent / "labextension"
REPLACED: Final = tuple(
    f"@jupyterlab/{kind}-extension:cell-executor" for kind in ("console", "notebook")
)
"""Plugins of JupyterLab that the labextension's own stand for."""

NAMES: Final = (
    "@jupyterlab/apputils-extension:resolver",
    "@jupyterlite/application-extension:resolver",
)
"""The plugins that name windows, after which their workspaces are called: JupyterLite's stands in
for JupyterLab's."""

SPLASH: Final = "@jupyter-notebook/application-extension:splash"
"""The plugin that covers a page until its interface is there; ``splash.mjs`` asks whether it is
off, and stands in for it."""

DOCUMENTS: Final = frozenset({"consoles", "edit", "notebooks", "tree"})
"""Applications that are made of Notebook's plugins."""

CHUNK: Final = re.compile(r"[0-9]+\.([0-9a-f]{16})\.js")
"""Chunks of a labextension (webpack); their addresses end in ``?v=`` and the same sum."""

IMPORTED: Final = ("static/executors.mjs", "static/settings.mjs", "static/splash.mjs")
"""Modules without which the labextension has no plugins."""

FROM_FILE: Final = "static/from-file.js"
EARLY: Final = "static/early.js"
HEAD: Final = "<head>"

RUNNING: Final = frozenset({"notebooks", "repl", "consoles"})
"""Applications that start a kernel when they are opened."""

WORKERS: Final = {"plain": "comlink", "isolated": "coincident"}
"""Scripts of the kernel's workers (``initWorker`` of pyodide-kernel 0.8.6), with and without
isolation headers."""

MODULES: Final = ("pyodide.mjs", "pyodide.asm.mjs")
"""Of the runtime what a worker imports."""

WORKER: Final = """\
// The kernel's own worker, which is told at once what it will be asked for: early.js.
import "./{script}";

const {{ start, options }} = JSON.parse(decodeURIComponent(self.location.hash.slice(1)));
// Side by side: each that names the next one would cost a round trip.
for (const name of {modules}) import(new URL(name, start)).catch(() => {{}});
import(start).then(({{ beginEarly }}) => beginEarly(options));
"""


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
    _write_without(file, config, *REPLACED)
    for app in sorted(RUNNING | DOCUMENTS):
        own = site / app / file.name
        off = (*(NAMES if app in RUNNING else ()), *((SPLASH,) if app in DOCUMENTS else ()))
        if own.is_file():
            _write_without(own, read_json(own), *off)
    scripts = (f"extensions/{one['name']}/{one['load']}" for one in data["federated_extensions"])
    ahead = (*scripts, *(f"extensions/{NAME}/{one}" for one in IMPORTED))
    join_scripts(site, ahead, _kernel_chunks(site))
    # The Pyodide kernel's; a site that has xeus kernels alone has none.
    pyodide = (site / "extensions" / EXTENSION).is_dir()
    workers = json.dumps(_early_workers(site)) if pyodide else None
    for page in (site / "index.html", *sorted(site.glob("*/index.html"))):
        if page.is_file():
            _add_scripts(page, site, workers)


def _write_without(file: Path, config: dict[str, Any], *plugins: str) -> None:
    """Write a configuration with plugins disabled; JupyterLite adds up what its files disable."""
    data = config.setdefault("jupyter-config-data", {})
    data["disabledExtensions"] = sorted({*data.get("disabledExtensions", ()), *plugins})
    file.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")


def _kernel_chunks(site: Path) -> list[str]:
    """Give what the kernel's labextension loads, one after the other, by the addresses it uses."""
    folder = site / "extensions" / EXTENSION / "static"
    names = (CHUNK.fullmatch(file.name) for file in sorted(folder.glob("*.js")))
    path = folder.relative_to(site).as_posix()
    return [f"{path}/{name[0]}?v={name[1]}" for name in names if name]


def _early_workers(site: Path) -> dict[str, tuple[str, str]]:
    """Write the workers that are started early; give the paths of the kernel's own and of ours.

    They lie in one folder: what Python asks for by a relative URL is found from there.
    """
    folder = site / "extensions" / EXTENSION / "static"
    scripts_of_start = [path for room in (START, HEAP) for path in room.glob("*.mjs")]
    modules = sorted({*(path.name for path in scripts_of_start), *MODULES})
    found: dict[str, tuple[str, str]] = {}
    for kind, stem in WORKERS.items():
        scripts = sorted(folder.glob(f"{stem}.worker.*.js"))
        if len(scripts) != 1:
            msg = f"the kernel has {len(scripts)} scripts named {stem}.worker.*.js"
            raise LiteFailed(msg, do="use the kernel that images/pins.toml names")
        ours = folder / f"spec14-{stem}.mjs"
        ours.write_text(WORKER.format(script=scripts[0].name, modules=json.dumps(modules)), "utf-8")
        own, early = (path.relative_to(site).as_posix() for path in (scripts[0], ours))
        found[kind] = (own, early)
    return found


def _add_scripts(page: Path, site: Path, workers: str | None) -> None:
    """Have a page start its kernel early, and say why it stays empty when opened from a disk."""
    parts = page.relative_to(site).parts
    up = "../" * (len(parts) - 1)
    scripts = f'<script src="{up}extensions/{NAME}/{FROM_FILE}"></script>'
    if workers is not None and parts[0] in RUNNING:
        early = f"{up}extensions/{NAME}/{EARLY}"
        scripts = (
            f'<script src="{early}" data-root="{up}" data-workers="{html.escape(workers)}">'
            f"</script>{scripts}"
        )
    before, head, after = page.read_text("utf-8").partition(HEAD)
    page.write_text(f"{before}{head}{scripts if head else ''}{after}", "utf-8")
