"""What goes into a kernel's memory snapshot and what each visit makes new.

In the Python of this machine, in a process of its own: it changes the interpreter. The runtime's
modules are stood in for; micropip is the kernel's, so that a change of its is noticed here.
"""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from toolkit.lite.distribution import INSIDE
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.heap import RESTORED
from toolkit.wheels.index import Wheelhouse

MAGIC = importlib.util.MAGIC_NUMBER.hex()

KERNEL = """\
import os, sys, types
from pathlib import Path

os.environ["MPLBACKEND"] = "module://kernels"
os.environ["KEPT"] = "by the kernel"
folder = Path.home() / ".ipython" / "empty"
folder.mkdir(parents=True)
(folder.parent / "README").write_bytes(b"made by the kernel")
sys.modules["__main__"] = types.ModuleType("__main__", "the kernel's")
try:
    1 / 0
except ZeroDivisionError as error:
    sys.last_exc = error
"""

START = """
import json, os, random, shutil, sys, tempfile, time, types
from pathlib import Path

magic, *paths = sys.argv[1:]
sys.path[:0] = paths
class Info(tuple):
    # A structure of Python's own: made of one sequence, as `sys._emscripten_info` is.
    pass

sys._emscripten_info = Info(("4.0.9", "Node.js v20", False))

class Proxy:
    def __init__(self, value):
        self.value = value

    def to_py(self):
        return dict(self.value)

import micropip._compat as compat

compat.LOCKFILE_PACKAGES.update(numpy={"version": "1"}, gone={})
compat.LOCKFILE_INFO.update(python="3.13")
sys.modules["js"] = types.SimpleNamespace(spec14InCell=lambda yes: None)
sys.modules["pyodide_js"] = types.SimpleNamespace(
    lockfileBaseUrl="https://docs.example/lite/",
    _api=types.SimpleNamespace(
        lockfile_packages=Proxy({"numpy": {"version": "2"}}),
        lockfile_info=Proxy({"python": "3.14"}),
    ),
)
import spec14_visit
main = sys.modules["__main__"]
told = {}
"""


def run(tmp_path: Path, code: str, *, magic: str = MAGIC) -> subprocess.CompletedProcess[str]:
    """Run code where the module can be imported, and a kernel's that leaves traces."""
    (tmp_path / "kernels.py").write_text(KERNEL)
    (tmp_path / "home").mkdir()
    wheels = kernel_wheels(Wheelhouse().kernel)
    micropip = next(path for path in wheels if path.name.startswith("micropip-"))
    paths = [tmp_path, INSIDE, RESTORED.parent, micropip]
    words = [sys.executable, "-c", START + code, magic, *map(str, paths)]
    env = {**os.environ, "HOME": str(tmp_path / "home"), "PYTHONHASHSEED": "14", "TZ": "UTC"}
    env |= {"OF_THE_BUILD": "1", "KEPT": "by the build"}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False)


def told(tmp_path: Path, code: str) -> dict[str, Any]:
    """Give what code has put into `told`."""
    done = run(tmp_path, f"{code}\nprint(json.dumps(told))")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_what_is_prepared_is_in_memory_and_nothing_of_this_process(tmp_path: Path) -> None:
    code = """
modules = json.loads(spec14_visit.prepare(["kernels", "json"], magic))
told["missing"] = sorted({"kernels", *spec14_visit.PREPARING, "spec14_visit"} - {*modules})
told["sorted"] = modules == sorted(modules) == sorted(sys.modules)
told["main"] = sys.modules["__main__"] is main
told["seed"] = "PYTHONHASHSEED" in os.environ
told["error"] = hasattr(sys, "last_exc")
told["finders"] = len(sys.path_importer_cache) == 0
"""
    assert told(tmp_path, code) == {
        "missing": [],
        "sorted": True,
        "main": True,
        "seed": False,
        "error": False,
        "finders": True,
    }


def test_byte_code_of_another_python_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "spec14_visit.prepare(['kernels'], magic)", magic="00000000")
    assert f"ImportError: the byte code is for 00000000, this Python's is {MAGIC}" in done.stderr


def test_a_module_that_is_missing_fails_the_snapshot(tmp_path: Path) -> None:
    done = run(tmp_path, "spec14_visit.prepare(['kernels', 'no_such_module'], magic)")
    assert "ModuleNotFoundError: No module named 'no_such_module'" in done.stderr


VISIT = """
spec14_visit.prepare(["kernels"], magic)
packages, info = compat.LOCKFILE_PACKAGES, compat.LOCKFILE_INFO
shutil.rmtree(Path.home() / ".ipython")
sys.path[:0] = ["", ""]
random.seed(1)
first = random.random()
random.seed(1)
tempfile.tempdir = "/of/the/build"
home, zone = os.environ["HOME"], "Asia/Kathmandu"
os.environ["TZ"] = zone
time.tzset()
variables = [f"HOME={home}", f"TZ={zone}", "LANG=C.UTF-8", "EMPTY=", "ODD=a=b"]
spec14_visit.renew(variables, "Agent/1")
"""


def test_a_visit_has_an_environment_of_its_own_and_what_the_kernel_sets(tmp_path: Path) -> None:
    code = """
told["environment"] = dict(os.environ)
"""
    environment = told(tmp_path, VISIT + code)["environment"]
    assert environment == {
        "HOME": str(tmp_path / "home"),
        "TZ": "Asia/Kathmandu",
        "LANG": "C.UTF-8",
        "EMPTY": "",
        "ODD": "a=b",
        "MPLBACKEND": "module://kernels",
        "KEPT": "by the kernel",
    }


def test_a_variable_of_the_visit_stands_before_the_kernels(tmp_path: Path) -> None:
    code = """
spec14_visit.prepare(["kernels"], magic)
spec14_visit.renew([f"HOME={os.environ['HOME']}", "MPLBACKEND=the visit's"], "Agent/1")
told["backend"] = os.environ["MPLBACKEND"]
"""
    assert told(tmp_path, code) == {"backend": "the visit's"}


def test_a_visit_makes_new_what_a_start_makes(tmp_path: Path) -> None:
    code = """
told["main"] = sys.modules["__main__"].__doc__
told["file"] = (Path.home() / ".ipython" / "README").read_text()
told["folder"] = (Path.home() / ".ipython" / "empty").is_dir()
told["path"] = sys.path.count("")
told["emscripten"] = [type(sys._emscripten_info) is Info, *sys._emscripten_info]
told["random"] = random.random() != first
told["temporary"] = tempfile.gettempdir() != "/of/the/build"
told["zone"] = [time.timezone, time.daylight]
"""
    assert told(tmp_path, VISIT + code) == {
        "main": "the kernel's",
        "file": "made by the kernel",
        "folder": True,
        "path": 1,
        "emscripten": [True, "4.0.9", "Agent/1", False],
        "random": True,
        "temporary": True,
        "zone": [-(5 * 3600 + 45 * 60), 0],
    }


def test_a_visit_has_the_lock_of_its_site_whoever_holds_it(tmp_path: Path) -> None:
    code = """
told["same"] = packages is compat.LOCKFILE_PACKAGES and info is compat.LOCKFILE_INFO
told["lock"] = [packages, info]
layer = compat.compatibility_layer
told["layer"] = layer.lockfile_packages is packages and layer.lockfile_info is info
told["urls"] = [compat.lockfile_base_url, layer.lockfile_base_url]
"""
    assert told(tmp_path, VISIT + code) == {
        "same": True,
        "lock": [{"numpy": {"version": "2"}}, {"python": "3.14"}],
        "layer": True,
        "urls": ["https://docs.example/lite/"] * 2,
    }


def test_the_modules_of_this_folder_are_in_a_snapshot_and_fetched_without_one() -> None:
    modules = {path.stem for path in INSIDE.glob("*.py")} - {"spec14_visit"}
    visit = (INSIDE / "spec14_visit.py").read_text("utf-8")
    prepare = (INSIDE.parent / "start" / "spec14-prepare.mjs").read_text("utf-8")
    assert {name for name in modules if f'"{name}"' not in visit} == set()
    assert {name for name in modules if f'"{name.removeprefix("spec14_")}"' not in prepare} == set()
