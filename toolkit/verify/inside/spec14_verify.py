"""Runs in WebAssembly: executes the cells of one example as the kernel of the site does.

One message says what to run; one goes out for each cell, and one at the end.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Final

import spec14_channel
import spec14_install
import spec14_site
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from pyodide.ffi import run_sync

LONGEST: Final = 20_000
"""Characters of an output that are told."""
DRIVE: Final = "/drive"
"""Where the kernel of the site shows the contents (``DriveFS`` of JupyterLite 0.8.6)."""
RECURSION: Final = 3000
"""What jedi sets, which the kernel of the site imports (``jedi/api/__init__.py``, 0.20)."""


class Display(DisplayHook):
    """Shows the value of a cell's last expression without ``Out[1]:``."""

    def write_output_prompt(self) -> None:
        """Write nothing."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Write the text."""
        del md_dict
        if text := format_dict.get("text/plain"):
            print(text)  # noqa: T201


class Shell(InteractiveShell):
    """A shell without a display, as the kernel's own (``Interpreter`` of pyodide-kernel 0.8.6)."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Enable nothing: ``%matplotlib inline`` asks for it."""


class Overdue(BaseException):
    """The time is over. Not an ``Exception``, which examples may catch."""


def overdue(number: int, frame: FrameType | None) -> None:
    """End what runs."""
    del number, frame
    raise Overdue


def send(kind: str, **values: Any) -> None:
    """Send a message."""
    spec14_channel.send(json.dumps({"type": kind, **values}))


def run(shell: InteractiveShell, number: int, source: str) -> bool:
    """Run a cell and tell how it went; give whether it raised nothing."""
    send("cell", number=number)
    spec14_install.answer(source)
    with capture_output() as captured:
        result = run_sync(
            shell.run_cell_async(
                source,
                store_history=True,
                transformed_cell=transformed(shell, source),
            )
        )
    error = result.error_before_exec or result.error_in_exec
    said = captured.stdout + "".join(map(_text, captured.outputs))
    if error is None:
        send("done", number=number, output=said[:LONGEST])
        return True
    send(
        "failed",
        number=number,
        output=said[:LONGEST],
        error=type(error).__name__,
        message=str(error)[:LONGEST],
        module=getattr(error, "name", None) if isinstance(error, ImportError) else None,
        cause=_cause(error),
    )
    return False


def transformed(shell: InteractiveShell, source: str) -> str:
    """Give the Python of a cell: the kernel's own magics first, then IPython's."""
    text: str = shell.transform_cell(spec14_install.without_pip(source))  # type: ignore[no-untyped-call]
    return text


def _text(output: RichOutput) -> str:
    text = str((output.data or {}).get("text/plain", ""))
    return f"{text}\n"


def _cause(error: BaseException) -> str:
    """Say what of the platform is missing, where that is what failed."""
    import spec14_data  # noqa: PLC0415 - after the example's own imports
    from pytest_spec14 import causes  # noqa: PLC0415

    if (url := spec14_data.needed(error)) is not None:
        return f"it needs {url}: declare it in [tool.spec14.data]"
    found = causes.find(error)
    return "" if found is None else found.cause.reason


def go_to(contents: str, folder: str) -> None:
    """Make what is beside the notebook this process's own, as the kernel of the site has it."""
    shutil.copytree(contents, DRIVE)
    here = Path(DRIVE, folder)
    here.mkdir(parents=True, exist_ok=True)
    os.chdir(here)
    sys.path.insert(0, "")


def main() -> None:
    """Run what is asked for."""
    signal.signal(signal.SIGUSR1, overdue)
    wanted = json.loads(spec14_channel.receive())
    sys.path.append(wanted["packages"])
    go_to(wanted["contents"], wanted["folder"])
    spec14_site.prepare()
    sys.setrecursionlimit(max(RECURSION, sys.getrecursionlimit()))
    shell = Shell.instance(displayhook_class=Display)
    shell.showtraceback = lambda *_args, **_kw: None  # type: ignore[method-assign]
    for number, cell in enumerate(wanted["cells"]):
        if not run(shell, number, cell["source"]) and not cell["error"]:
            break  # as "Run All" of a notebook does
    send("end")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
