"""What says in a site that a snapshot, the runtime, the lock and the wheels belong together."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import RUNTIME, make_kernel_snapshot, make_runtime, make_wheel
from toolkit.check.runtime import snapshots
from toolkit.check.site import read_site
from toolkit.lite.distribution import Distribution, write_distribution
from toolkit.lite.snapshot.kept import KernelSnapshot, package_files
from toolkit.lite.snapshot.manifest import MANIFEST, SiteSnapshot, faults, parts
from toolkit.runtime.distribution import RUNTIME_FILES, read_runtime

type Manifest = dict[str, Any]
type Damage = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A distribution with a snapshot, as far as files go."""
    made = tmp_path / "made"
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    kernel = (make_wheel(made, "ipython"), make_wheel(made, "IPython-Pygments-Lexers"))
    ripple = make_wheel(made, "ripple", requires=["numpy"])
    numpy, extra = make_wheel(made, "numpy"), make_wheel(made, "extra")
    distribution = Distribution(
        runtime=runtime, kernel=kernel, project=(ripple, numpy, extra), own=ripple
    )
    snapshot = SiteSnapshot(
        kernel=make_kernel_snapshot(tmp_path / "kept"),
        packages=tuple(
            (wheel, *package_files(wheel, runtime, tmp_path / "kept"))
            for wheel in distribution.from_start
        ),
    )
    write_distribution(distribution, tmp_path / "site" / "pyodide", snapshot)
    return tmp_path / "site" / "pyodide"


def read(folder: Path) -> Manifest:
    found: Manifest = json.loads((folder / MANIFEST).read_text())
    return found


def changed(change: Callable[[Manifest], object]) -> Damage:
    """Give what changes a manifest."""

    def damage(folder: Path) -> None:
        manifest = read(folder)
        change(manifest)
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return damage


def part_of(folder: Path, stem: str) -> Path:
    (found,) = folder.glob(f"{stem}.*.snapshot")
    return found


def relock(folder: Path, change: Callable[[Manifest], object]) -> None:
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    change(lock)
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))


def test_it_names_each_file_with_its_hash(folder: Path) -> None:
    manifest = read(folder)
    assert manifest["reason"] == ""
    assert manifest["pyodide"] == RUNTIME["pyodide"]
    named = {
        **manifest["runtime"],
        "pyodide-lock.json": manifest["lock"],
        **{one["file"]: one["packed_sha256"] for one in parts(manifest)},
    }
    assert named.keys() > {*RUNTIME_FILES}
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    for one in parts(manifest):
        packed = (folder / one["file"]).read_bytes()
        content = gzip.decompress(packed)
        assert (one["packed"], one["size"]) == (len(packed), len(content))
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
    stems = [one["file"].partition(".")[0] for one in manifest["files"]]
    assert stems == ["kernel", "ripple", "numpy"]


def test_its_wheels_are_the_kernels_and_what_is_there_from_the_start(folder: Path) -> None:
    manifest = read(folder)
    names = ["ipython", "ipython-pygments-lexers", "numpy", "ripple"]
    assert manifest["packages"] == names
    assert list(manifest["wheels"]) == names
    lock = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    assert manifest["wheels"] == {name: lock[name]["sha256"] for name in names}


def test_where_its_pages_go(folder: Path) -> None:
    heap = read(folder)["heap"]
    assert (heap["memory"], heap["runs"]) == (4 * 4096, [[2, 1]])
    assert heap["size"] == 4096


def test_the_sizes_of_a_start_from_it_are_written(folder: Path) -> None:
    sizes = json.loads((folder / "spec14-files.json").read_text())["snapshot"]
    names = {one["file"] for one in parts(read(folder))}
    assert not [name for name in sizes if name.endswith(".whl")]
    assert names < sizes.keys()
    assert sizes == {name: (folder / name).stat().st_size for name in sizes}


def test_nothing_of_the_machine_that_built_it_is_in_it(folder: Path, tmp_path: Path) -> None:
    assert str(tmp_path) not in (folder / MANIFEST).read_text()


def test_what_fits_has_no_faults(folder: Path) -> None:
    assert list(faults(folder / MANIFEST)) == []


def test_a_reason_stands_alone(tmp_path: Path) -> None:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    distribution = Distribution(
        runtime=runtime, kernel=(), project=(make_wheel(tmp_path / "made", "ripple"),)
    )
    kernel = KernelSnapshot(folder=tmp_path / "kept", reason="in firefox 'a result' is 1")
    folder = tmp_path / "pyodide"
    write_distribution(distribution, folder, SiteSnapshot(kernel=kernel))
    assert read(folder) == {"schema": 1, "reason": "in firefox 'a result' is 1"}
    assert list(parts(read(folder))) == []
    assert not list(folder.glob("*.snapshot"))
    assert list(faults(folder / MANIFEST)) == []


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda folder: part_of(folder, "heap").unlink(),
            [r"names heap\.\w+\.snapshot, which is not there"],
        ),
        (
            lambda folder: part_of(folder, "numpy").write_bytes(b""),
            [r"is of another numpy\.\w+\.snapshot than the one beside it"],
        ),
        (
            lambda folder: (folder / "pyodide.asm.wasm").write_bytes(b"\0asm"),
            [r"is of another pyodide\.asm\.wasm than the one beside it"],
        ),
        (
            lambda folder: (folder / "python_stdlib.zip").unlink(),
            [r"names python_stdlib\.zip, which is not there"],
        ),
        (
            lambda folder: relock(folder, lambda lock: lock["packages"].pop("extra")),
            [r"is of another pyodide-lock\.json than the one beside it"],
        ),
        (
            lambda folder: relock(
                folder, lambda lock: lock["packages"]["ripple"].update(sha256="0" * 64)
            ),
            [
                "is of another wheel of ripple than the lock names",
                r"is of another pyodide-lock\.json than the one beside it",
            ],
        ),
        (
            changed(lambda manifest: manifest["wheels"].update(gone="0" * 64)),
            ["is of another wheel of gone than the lock names"],
        ),
        (
            changed(lambda manifest: manifest.update(lock="0" * 64)),
            [r"is of another pyodide-lock\.json than the one beside it"],
        ),
    ],
)
def test_each_misfit_is_named(folder: Path, damage: Damage, said: list[str]) -> None:
    damage(folder)
    found = list(faults(folder / MANIFEST))
    assert len(found) == len(said)
    for what, pattern in zip(found, said, strict=True):
        assert re.fullmatch(pattern, what)
    findings = list(snapshots(read_site(folder.parent)))
    assert [finding.what for finding in findings] == found
    assert {finding.file for finding in findings} == {f"pyodide/{MANIFEST}"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / MANIFEST).write_text("{"),
        lambda folder: (folder / MANIFEST).write_text("[]"),
        lambda folder: (folder / MANIFEST).write_text("{}"),
        lambda folder: (folder / "pyodide-lock.json").write_text("<html>"),
        lambda folder: (folder / "pyodide-lock.json").write_text('{"packages": []}'),
        changed(lambda manifest: manifest.update(schema=2)),
        changed(lambda manifest: manifest.update(reason=None)),
        changed(lambda manifest: manifest.pop("heap")),
        changed(lambda manifest: manifest["heap"].pop("packed_sha256")),
        changed(lambda manifest: manifest.update(files=[1])),
        changed(lambda manifest: manifest.update(files=None)),
        changed(lambda manifest: manifest.update(wheels=["ripple"])),
        changed(lambda manifest: manifest.update(runtime=[])),
        changed(lambda manifest: manifest["heap"].update(file=1)),
    ],
)
def test_what_is_no_manifest_is_one_fault(folder: Path, damage: Damage) -> None:
    damage(folder)
    (found,) = faults(folder / MANIFEST)
    assert found.startswith("is no manifest of a memory snapshot")
