"""Packages that come when they are imported, in the Python of this machine.

The runtime's modules are stood in for; the finder is asked by Python's own import, and the wheels
are real ones.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from spec14_later import needed

from tests.artefacts import make_wheel
from toolkit.lite.distribution import INSIDE

LOCK: dict[str, dict[str, Any]] = {
    "a": {"depends": ["b", "c"]},
    "b": {"depends": ["d"]},
    "c": {"depends": ["d"]},
    "d": {"depends": []},
    "one": {"depends": ["two"]},
    "two": {"depends": ["three", "d"]},
    "three": {"depends": ["one"]},
}


@pytest.mark.parametrize(
    ("package", "loaded", "wanted"),
    [
        ("d", (), ["d"]),
        ("a", (), ["d", "b", "c", "a"]),
        ("a", ("b",), ["d", "c", "a"]),
        ("a", ("b", "c"), ["a"]),
        ("a", ("a",), []),
        ("one", (), ["three", "d", "two", "one"]),
        ("three", ("two",), ["one", "three"]),
    ],
)
def test_a_package_and_what_it_needs_come_once_its_needs_first(
    package: str, loaded: tuple[str, ...], wanted: list[str]
) -> None:
    assert list(needed(package, LOCK, dict.fromkeys(loaded))) == wanted


KERNEL = """
import json, shutil, sys, tempfile, types, zipfile
from pathlib import Path

wheels, lock, own = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
place = tempfile.mkdtemp()
sys.path += [own, place]
asked, said = [], []

class Request:
    # The browser's, synchronous.
    def open(self, method, url, wait):
        assert (method, wait) == ("GET", False)
        self.url = url

    def send(self):
        asked.append(self.url)
        name = self.url.removeprefix("https://docs.example/lite/static/pyodide/")
        file = wheels / name
        self.status = 200 if file.is_file() else 404
        if file.is_file():
            content = file.read_bytes()
            self.response = types.SimpleNamespace(to_memoryview=lambda: content, file=file)

def unpack(wheel, *, filename, extract_dir, metadata):
    said.append([filename, metadata["INSTALLER"]])
    zipfile.ZipFile(wheel.file).extractall(extract_dir)

class Loaded(types.SimpleNamespace):
    def to_py(self):
        return vars(self)

sys.modules["js"] = types.SimpleNamespace(
    XMLHttpRequest=types.SimpleNamespace(new=Request)
)
runtime = types.SimpleNamespace(
    lockfile=types.SimpleNamespace(packages=types.SimpleNamespace(to_py=lambda: lock)),
    loadedPackages=Loaded(here="default channel"),
    lockfileBaseUrl="https://docs.example/lite/static/pyodide/",
)
sys.modules["pyodide_js"] = runtime
hook = types.SimpleNamespace(REPODATA_PACKAGES_IMPORT_TO_PACKAGE_NAME={
    name: package for package, entry in lock.items() for name in entry["imports"]
})
sys.modules["_pyodide"] = types.SimpleNamespace(_importhook=hook)
sys.modules["pyodide"] = types.SimpleNamespace(
    _package_loader=types.SimpleNamespace(
        unpack_buffer=unpack, get_install_dir=lambda kind: place
    )
)
import spec14_later
spec14_later.prepare()
"""
"""What of a kernel the module uses: an import gets `wheels` through the browser's own request."""


def kernel(tmp_path: Path, code: str, **damage: Any) -> Any:
    """Run code in such a kernel and give what it prints last."""
    folder = tmp_path / "wheels"
    texts = {
        "numpy": {"numpy/__init__.py": "x = 1", "numpy/core.py": "y = 2"},
        "ripple": {"ripple.py": "import numpy.core"},
        "broken": {"broken/__init__.py": "import broken.a\n1 / 0", "broken/a.py": ""},
    }
    wheels = {name: make_wheel(folder, name, files=files) for name, files in texts.items()}
    depends = {"ripple": ["numpy", "here"]}
    lock = {
        name: {
            "name": name,
            "file_name": wheel.name,
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "imports": [name],
            "depends": depends.get(name, []),
            "install_dir": "site",
            **damage.get(name, {}),
        }
        for name, wheel in wheels.items()
    }
    words = [sys.executable, "-c", KERNEL + code, str(folder), json.dumps(lock), str(INSIDE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_an_import_further_in_brings_the_package_and_what_it_needs(tmp_path: Path) -> None:
    code = """
before = sorted(vars(runtime.loadedPackages))
import ripple
again = len(asked)
import ripple, numpy.core
print(json.dumps([before, [url.rpartition("/")[2] for url in asked], said,
    sorted(vars(runtime.loadedPackages)), again == len(asked), ripple.numpy.core.y]))
"""
    names = ["numpy-1.0-py3-none-any.whl", "ripple-1.0-py3-none-any.whl"]
    assert kernel(tmp_path, code) == [
        ["here"],
        names,
        [[name, "pyodide.loadPackage"] for name in names],
        ["here", "numpy", "ripple"],
        True,
        2,
    ]


def test_what_nobody_has_stays_an_error_of_pythons(tmp_path: Path) -> None:
    code = """
try:
    import nobodys
except ModuleNotFoundError as error:
    first = str(error)
import numpy
try:
    import numpy.nothing
except ModuleNotFoundError as error:
    print(json.dumps([first, str(error), len(asked)]))
"""
    assert kernel(tmp_path, code) == [
        "No module named 'nobodys'",
        "No module named 'numpy.nothing'",
        1,
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            {"file_name": "gone.whl"},
            "gone.whl could not be loaded: the server answers 404",
        ),
        (
            {"sha256": "0" * 64},
            "numpy-1.0-py3-none-any.whl is not the file of this site's lock",
        ),
    ],
)
def test_a_wheel_that_cannot_be_had_is_named_and_nothing_is_unpacked(
    tmp_path: Path, damage: dict[str, str], said: str
) -> None:
    code = """
try:
    import ripple
except ImportError as error:
    print(json.dumps([str(error), error.name, said, sorted(vars(runtime.loadedPackages))]))
"""
    assert kernel(tmp_path, code, numpy=damage) == [said, "numpy", [], ["here"]]


def test_what_is_imported_ahead_and_fails_is_as_if_nobody_had_tried(tmp_path: Path) -> None:
    code = """
before = set(sys.modules)
spec14_later.warm("broken")
left = sorted(set(sys.modules) - before)
spec14_later.warm("nobodys")
spec14_later.warm("numpy")
try:
    import broken
except ZeroDivisionError as error:
    print(json.dumps([left, "numpy" in sys.modules, "nobodys" in sys.modules, str(error)]))
"""
    assert kernel(tmp_path, code) == [[], True, False, "division by zero"]
