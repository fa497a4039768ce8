"""Modules beside a notebook, in the Python of this machine: who is asked for what."""

import json
import subprocess
import sys
from pathlib import Path

from toolkit.lite.distribution import INSIDE

KERNEL = """
import json, os, sys, types
own, drive = sys.argv[1:]
asked = []

class JsException(Exception):
    pass

class Names(list):
    def to_py(self):
        return list(self)

class FS:
    @staticmethod
    def readdir(path):
        asked.append(path)
        if path.endswith("broken"):
            raise JsException(path)
        return Names([".", "..", *listing(path)])

listing = os.listdir
sys.modules["pyodide_js"] = types.SimpleNamespace(FS=FS)
sys.modules["pyodide"] = types.ModuleType("pyodide")
sys.modules["pyodide.ffi"] = types.SimpleNamespace(JsException=JsException)
listed = []
os.listdir = lambda path: listed.append(path) or listing(path)
sys.modules["posix"].listdir = os.listdir
sys.path.append(own)
import spec14_drive
os.chdir(drive)
sys.path.insert(0, "")
sys.path_importer_cache[drive] = None
spec14_drive.prepare(drive)
sys.path.append(drive + "/broken")

import beside
import package.inner
import elsewhere
from importlib.util import find_spec
missing = find_spec("nobodys")
with open("later.py", "w") as file:
    file.write("value = 3")
os.utime(drive, (1, 1))
import later
print(json.dumps({
    "values": [beside.value, package.inner.value, elsewhere.value, later.value],
    "missing": missing is None,
    "asked": asked,
    "listed": [path for path in listed if path.startswith(drive)],
    "hook": type(sys.path_importer_cache[drive]).__name__,
    "other": type(sys.path_importer_cache[own]).__name__,
}))
"""


def test_names_are_asked_for_once_and_again_when_the_folder_has_changed(tmp_path: Path) -> None:
    drive = tmp_path.resolve()
    (drive / "beside.py").write_text("value = 1")
    (drive / "package").mkdir()
    (drive / "package" / "__init__.py").touch()
    (drive / "package" / "inner.py").write_text("value = 2")
    (drive / "broken").mkdir()
    (drive / "broken" / "elsewhere.py").write_text("value = 4")
    done = subprocess.run(
        [sys.executable, "-c", KERNEL, str(INSIDE), str(drive)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["values"] == [1, 2, 4, 3]
    assert told["missing"]
    root, package, broken = str(drive), f"{drive}/package", f"{drive}/broken"
    assert told["asked"] == [root, package, broken, root]
    # What the runtime does not tell is found as ever.
    assert told["listed"] == [broken]
    assert (told["hook"], told["other"]) == ("DriveFinder", "FileFinder")
