"""``meson`` for a build folder whose configuration cannot have changed.

meson-python configures anew on every build (``Project._configure``, 0.22), which asks the
compiler the same questions again. Where nothing but sources of objects has changed since the
folder was last built (:mod:`toolkit.wheels.kept` knows), that is left out; ninja still runs
meson where a file that meson read has changed. meson-python takes its program from ``MESON``.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.crossenv.link_cache import write_launcher
from toolkit.process import attach

STATE: Final = "SPEC14_SETTLED"


def install(kept: Path, objects: Path) -> dict[str, str]:
    """Write the program and what it knows, and give the variables that select it.

    Parameters
    ----------
    kept
        Folder to write to.
    objects
        The configured build folder.
    """
    state = kept / "settled.json"
    written = {
        path.name: {"text": path.read_text("utf-8"), "time": path.stat().st_mtime_ns}
        for path in objects.glob("meson-python-*.ini")
    }
    state.write_text(json.dumps({"objects": str(objects), "written": written}), "utf-8")
    program = kept / "settled-meson"
    write_launcher(program, __name__)
    return {"MESON": str(program), STATE: str(state)}


def main(words: list[str]) -> int:
    """Answer what is known, and run meson for everything else."""
    state = json.loads(Path(os.environ[STATE]).read_text("utf-8"))
    objects = Path(state["objects"])
    information = objects / "meson-info" / "meson-info.json"
    if words == ["--version"] and information.is_file():
        print(json.loads(information.read_text("utf-8"))["meson_version"]["full"])
        return 0
    settled = words[:2] == ["setup", "--reconfigure"] and str(objects) in words
    if settled and _as_before(objects, state["written"]):
        print("The configuration is settled: only sources of objects have changed")
        return 0
    return attach(["meson", *words])


def _as_before(objects: Path, written: Mapping[str, Mapping[str, str | int]]) -> bool:
    """Whether meson-python wrote the same files again; if so their times are those of before.

    ninja would run meson because of the times alone.
    """
    paths = sorted(objects.glob("meson-python-*.ini"))
    if [path.name for path in paths] != sorted(written):
        return False
    for path in paths:
        if path.read_text("utf-8") != written[path.name]["text"]:
            return False
        time = int(written[path.name]["time"])
        os.utime(path, ns=(time, time))
    return True
