"""A site's memory snapshot, with real Node: its files, its byte code, its gate."""

import ast
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.artefacts import make_wheel
from toolkit.archive import file_sha256
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.lite.snapshot.files import METADATA, unpacked
from toolkit.lite.snapshot.gate.compare import Cell, Shown, difference
from toolkit.lite.snapshot.gate.node import compare_in_node, shown_in_node
from toolkit.lite.snapshot.heap import INSIDE, RESTORED
from toolkit.lite.snapshot.site import Snapshots
from toolkit.runtime.distribution import Runtime
from toolkit.wheels.index import Wheelhouse


@dataclass(frozen=True, kw_only=True)
class Site:
    """A distribution with a snapshot.

    Attributes
    ----------
    folder
        Where it lies.
    wheels
        Those that are no part of the kernel.
    packages
        What an ordinary start loads.
    """

    folder: Path
    wheels: tuple[Path, ...]
    packages: list[str]


@pytest.fixture(scope="module")
def site(
    runtime: Runtime, kernel: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """Give NumPy and a wheel with data beside the kernel; the gate in Node is for this tree."""
    top = tmp_path_factory.mktemp("site")
    (numpy,) = Wheelhouse().target.glob("numpy-*.whl")
    data = make_wheel(
        top / "wheels",
        "with-data",
        files={
            "with_data/__init__.py": "VALUE = 14\n",
            "with_data/template.py": "this is no {{ python }}\n",
            "with_data/empty.txt": b"",
            "with_data-1.0.data/data/share/with-data/table.csv": "1,2\n",
            "with_data-1.0.data/data/etc/with-data.conf": "on\n",
            "with_data-1.0.data/scripts/with-data": "#!python\n",
        },
    )
    distribution = Distribution(runtime=runtime, kernel=kernel, project=(numpy, data))
    said: list[str] = []
    places = (SNAPSHOTS, top / "kept")
    snapshots = Snapshots(places=places, gate=BothWays(browsers=()), say=said.append)
    made = snapshots(distribution)
    assert made.kernel.reason == "", said
    write_distribution(distribution, top / "pyodide", made)
    return Site(
        folder=top / "pyodide",
        wheels=(numpy, data),
        packages=names(distribution.wheels),
    )


LIST: Final = """
import hashlib, json, os
found = {}
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("dev", "proc")]
    folders[:] = [name for name in folders if name not in ("__pycache__", "spec14-site")]
    for name in folders:
        found[os.path.join(folder, name)] = "folder"
    for name in files:
        with open(os.path.join(folder, name), "rb") as file:
            found[os.path.join(folder, name)] = hashlib.sha256(file.read()).hexdigest()
print(json.dumps(found))
"""
COMPILED: Final = """
from importlib.machinery import SourceFileLoader
compiled, original = [], SourceFileLoader.source_to_code
def noted(self, data, path, *words, **more):
    compiled.append(path)
    return original(self, data, path, *words, **more)
SourceFileLoader.source_to_code = noted
import numpy, numpy.linalg, with_data, wcwidth, json
SourceFileLoader.source_to_code = original
print(json.dumps([compiled, with_data.VALUE, os.path.isfile(numpy.__spec__.cached)]))
"""
LOOKS: Final = (Cell(name="files", code=LIST), Cell(name="compiled", code=COMPILED))


@pytest.fixture(scope="module")
def looks(site: Site) -> list[dict[str, Any]]:
    """Give what files there are and what is compiled: after an ordinary start, from a snapshot."""

    def look(way: bool) -> dict[str, Any]:  # noqa: FBT001 - for map
        shown = shown_in_node(site.folder, site.packages, snapshot=way, cells=LOOKS)
        return {name: json.loads(texts[0][1]) for name, texts in shown["cells"].items()}

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(look, (False, True)))


def test_files_are_those_that_pyodide_installs(
    looks: list[dict[str, Any]], site: Site, runtime: Runtime, tmp_path: Path
) -> None:
    ordinary, restored = (look["files"] for look in looks)
    assert {
        path: ordinary.get(path) for path in restored if restored[path] != ordinary.get(path)
    } == {}
    assert ordinary.keys() - restored.keys() == set()
    assert ordinary["/share/with-data/table.csv"] != "folder"
    assert "/etc/with-data.conf" in ordinary
    copy = tmp_path / "one"
    for wheel in site.wheels:
        files = unpacked(wheel, runtime)
        assert len(files) > len(METADATA)
        for path, content in files.items():
            copy.write_bytes(content)
            assert ordinary[path] == file_sha256(copy), path


def test_byte_code_is_used(looks: list[dict[str, Any]]) -> None:
    (ordinary, _, _), (restored, value, cached) = (look["compiled"] for look in looks)
    assert len(ordinary) > 50
    assert restored == []
    assert (value, cached) == (14, True)


VISIT: Final = INSIDE / "spec14_visit.py"
SAME: Final = "tempfile._name_sequence = iter(['same'] * 99)"
REPAIRS: Final = {
    "chance": (RESTORED, "random.seed()", "random.seed(14)", "'random' is the same"),
    "temporary names": (
        RESTORED,
        "tempfile._name_sequence = None",
        SAME,
        "'temporary name' is the same",
    ),
    "the time zone": (RESTORED, "_renew_time_zone()", "pass", "'the clock' is"),
    "the environment": (RESTORED, "os.environ[name] = value", "pass", "'the environment' is"),
    "a variable too many": (
        RESTORED,
        "os.environ.clear()",
        "os.environ.update(TOKEN='x')",
        "'the environment' is",
    ),
    "the locale": (VISIT, "locale.setlocale(locale.LC_CTYPE, '')", "pass", "'the locale' is"),
    "the lock": (VISIT, "_renew_lock()", "pass", "'the lock' is"),
    "the path": (VISIT, "sys.path.remove('')", "break", "'the interpreter' is"),
    "the browser's name": (
        VISIT,
        "vars(sys)['_emscripten_info'] = ",
        "unused = ",
        "'the interpreter' is",
    ),
    "the home folder": (
        VISIT,
        "for path, content in _home.items()",
        "for path, content in ()",
        "'the folder' is",
    ),
    "the main module": (
        VISIT,
        "sys.modules['__main__'] = _main[0]",
        "pass",
        "'the main module' is",
    ),
}
"""A repair, what it is changed into, and what the gate says then."""

TWICE: Final = ("chance", "temporary names")
"""What only two kernels show."""


def without(site: Site, folder: Path, repair: str) -> Path:
    """Copy a distribution whose kernels make everything new but one thing."""
    script, old, new, _ = REPAIRS[repair]
    # Written by the same hand: quotes and comments of the source do not count.
    functions = [
        node
        for node in ast.parse(script.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    text = ast.unparse(ast.Module(body=list(functions), type_ignores=[]))
    (renew,) = (
        node
        for node in functions
        if node.name in ("renew", "make_new") and ast.unparse(node).count(old) == 1
    )
    changed = text.replace(ast.unparse(renew), ast.unparse(renew).replace(old, new))
    shutil.copytree(site.folder, folder, copy_function=os.link)
    restore = folder / "spec14-restore.mjs"
    content = restore.read_text("utf-8")
    here = "  const visit = py.pyimport"
    assert here in content
    code = f"exec({changed!r}, vars(__import__({script.stem!r})))"
    restore.unlink()
    restore.write_text(
        content.replace(here, f"  py.runPython({json.dumps(code)});\n{here}"), "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def differences(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give what the gate in Node says of kernels that lack a repair each; one lacks none."""
    top = tmp_path_factory.mktemp("without")
    folders = {repair: without(site, top / repair, repair) for repair in REPAIRS}
    jobs = [
        (site.folder, False),
        (site.folder, True),
        *((folder, True) for folder in folders.values()),
        *((folders[repair], True) for repair in TWICE),
    ]

    def look(job: tuple[Path, bool]) -> Shown:
        return shown_in_node(job[0], site.packages, snapshot=job[1])

    with ThreadPoolExecutor(max_workers=2) as pool:
        ordinary, good, *shown = pool.map(look, jobs)
    again = dict(zip(TWICE, shown[len(REPAIRS) :], strict=True))
    pairs = zip(REPAIRS, shown, strict=False)
    return {repair: difference(ordinary, one, again.get(repair, good)) for repair, one in pairs}


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_gate_names_what_is_not_made_new(differences: dict[str, str], repair: str) -> None:
    assert differences[repair].startswith(REPAIRS[repair][3]), differences[repair]


def test_the_gate_passes_what_is_shipped(site: Site) -> None:
    assert compare_in_node(site.folder, site.packages) == ""
