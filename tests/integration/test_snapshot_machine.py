"""Nothing of the machine is in a memory snapshot: the same bytes whoever made it, and no canary."""

import contextlib
import gzip
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.integration.canaries import CANARY, planted, traces
from tests.integration.conftest import ROOT, Spec14, copy_project
from toolkit.lite.snapshot.manifest import MANIFEST, faults

PYODIDE: Final = Path("lite/static/pyodide")
MAKE: Final = """
import sys
from pathlib import Path
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.heap import make_heap
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse

heap = make_heap(read_runtime(RUNTIME), kernel_wheels(Wheelhouse().kernel))
for name in ("start", "content", "files"):
    Path(sys.argv[1], name).write_bytes(getattr(heap, name))
"""


@pytest.fixture(scope="module")
def heaps(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """Make the heap three times, in processes that have nothing in common."""
    del toolchain
    top = tmp_path_factory.mktemp("heaps")
    canaries = planted(top)
    temporary = top / "elsewhere" / "temporary"
    temporary.mkdir(parents=True)
    cases: list[tuple[Path, dict[str, str]]] = [
        (top, {"PYTHONHASHSEED": "1"}),
        (top / f"{CANARY}-work", {**canaries, "TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8"}),
        (
            temporary,
            {
                "TZ": "America/New_York",
                "LC_ALL": "C",
                "TMPDIR": str(temporary),
                "PYTHONOPTIMIZE": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPYCACHEPREFIX": str(top / "cache"),
                "NODE_OPTIONS": "--no-warnings",
                "SOURCE_DATE_EPOCH": "1",
            },
        ),
    ]

    def make(number: int) -> dict[str, bytes]:
        cwd, env = cases[number]
        out = top / f"made-{number}"
        out.mkdir()
        base = {"PATH": os.environ["PATH"], "SPEC14_HOME": os.environ["SPEC14_HOME"]}
        done = subprocess.run(
            [sys.executable, "-c", MAKE, out],
            cwd=cwd,
            env={**base, "PYTHONPATH": str(ROOT), **env},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {file.name: file.read_bytes() for file in out.iterdir()}

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(make, range(len(cases))))


@pytest.mark.parametrize("part", ["start", "content", "files"])
def test_heaps_are_the_same_bytes_whoever_made_them(
    heaps: list[dict[str, bytes]], part: str
) -> None:
    one, *others = (heap[part] for heap in heaps)
    assert len(one) > 500
    for other in others:
        differ = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
        assert (len(other), differ[:5]) == (len(one), [])


def test_nothing_of_the_machine_is_in_a_heap(heaps: list[dict[str, bytes]]) -> None:
    assert traces(CANARY.encode("utf-32-le")) == ["utf-32-le"]
    for heap in heaps:
        assert {name: traces(content) for name, content in heap.items() if traces(content)} == {}


@pytest.fixture(scope="module")
def published(documented: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a whole site where canaries are everywhere; give the project."""
    top = tmp_path_factory.mktemp("published")
    env = planted(top)
    project = copy_project("pure", top / "pure")
    before = Path.cwd()
    os.chdir(top / f"{CANARY}-work")
    try:
        done = documented("docs", "--project", project, env=env, timeout=560)
    finally:
        os.chdir(before)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_nothing_of_the_machine_is_in_a_site(published: Path) -> None:
    site = published / ".spec14" / "site"
    manifest = json.loads((site / PYODIDE / MANIFEST).read_text("utf-8"))
    assert manifest["reason"] == ""
    assert list(faults(site / PYODIDE / MANIFEST)) == []
    inflated = 0
    for file in filter(Path.is_file, site.rglob("*")):
        content = file.read_bytes()
        assert traces(content) == [], file
        with contextlib.suppress(gzip.BadGzipFile):
            assert traces(gzip.decompress(content)) == [], file
            inflated += 1
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    assert traces(archive.read(name)) == [], (file, name)
    assert inflated >= len(list((site / PYODIDE).glob("*.snapshot"))) > 2


def test_without_the_setting_kernels_start_in_the_ordinary_way(
    published: Path, documented: Spec14
) -> None:
    config = published / "pyproject.toml"
    before = config.read_text("utf-8")
    config.write_text(f"{before}\n[tool.spec14.docs]\nsnapshot = false\n", "utf-8")
    done = documented("docs", "--project", published, timeout=560)
    config.write_text(before, "utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = published / ".spec14" / "site" / PYODIDE
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    assert manifest == {"schema": 1, "reason": "the site was built without one"}
    assert list(folder.glob("*.snapshot")) == []
