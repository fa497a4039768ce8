"""Sites of several versions beside each other."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.artefacts import make_kernel_snapshot, make_runtime, make_wheel
from toolkit.check.runtime import snapshots
from toolkit.check.site import read_site
from toolkit.docs.deploy import deploy
from toolkit.errors import DocsFailed
from toolkit.lite.config import KERNEL_PLUGIN, configure_kernel
from toolkit.lite.distribution import Distribution, write_distribution
from toolkit.lite.sharing import SHARED
from toolkit.lite.snapshot.kept import package_files
from toolkit.lite.snapshot.manifest import SiteSnapshot, faults, parts
from toolkit.runtime.distribution import read_runtime


def built(folder: Path, version: str, *, memory: bytes | None = None) -> Path:
    """Give a site, as much of it as versions share or keep; `memory` is in its snapshot."""
    folder.mkdir()
    lite = folder / "site" / "lite"
    common = folder.parent / "common" / "numpy-1.0-py3-none-any.whl"
    numpy = common if common.is_file() else make_wheel(common.parent, "numpy")
    wheels = (numpy, make_wheel(folder, "ripple", version=version))
    runtime = read_runtime(make_runtime(folder / "runtime"))
    distribution = Distribution(runtime=runtime, kernel=(), project=wheels)
    snapshot = None
    if memory is not None:
        kept = folder / "kept"
        snapshot = SiteSnapshot(
            kernel=make_kernel_snapshot(kept, fill=memory),
            packages=tuple((wheel, *package_files(wheel, runtime, kept)) for wheel in wheels),
        )
    write_distribution(distribution, lite / "static" / "pyodide", snapshot)
    (lite / "jupyter-lite.json").write_text("{}")
    configure_kernel(lite / "jupyter-lite.json", preload=["numpy"])
    (folder / "site" / "index.html").write_text(version)
    (folder / "site" / "spec14-site.json").write_text("{}")
    return folder / "site"


def leads_to(root: Path, version: str) -> dict[str, Path]:
    """Give the files that the lock of a version and its configuration lead to."""
    lite = root / version / "lite"
    folder = lite / "static" / "pyodide"
    packages = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    found = {name: (folder / entry["file_name"]).resolve() for name, entry in packages.items()}
    data = json.loads((lite / "jupyter-lite.json").read_text())["jupyter-config-data"]
    kernel = data["litePluginSettings"][KERNEL_PLUGIN]
    assert kernel["loadPyodideOptions"]["lockFileURL"] == "./static/pyodide/pyodide-lock.json"
    snapshot = folder / "spec14-snapshot.json"
    manifest = json.loads(snapshot.read_text()) if snapshot.is_file() else {"reason": "old"}
    stems = {Path(part["file"]).name.partition(".")[0]: part["file"] for part in parts(manifest)}
    found |= {f"{stem}.snapshot": (folder / file).resolve() for stem, file in stems.items()}
    return {**found, "start": (lite / kernel["pyodideUrl"]).resolve()}


def test_what_is_alike_is_stored_once(tmp_path: Path) -> None:
    root = tmp_path / "versions"
    for version in ("1.0", "2.0"):
        deploy(built(tmp_path / version, version), root, version)
    one, two = leads_to(root, "1.0"), leads_to(root, "2.0")
    assert one["start"] == two["start"]
    assert one["numpy"] == two["numpy"]
    assert one["ripple"] != two["ripple"]
    assert all(file.is_file() for file in (*one.values(), *two.values()))
    beside = {file.name for file in one["start"].parent.iterdir()}
    assert {"pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip"} <= beside
    for version in ("1.0", "2.0"):
        left = sorted(path.name for path in (root / version / "lite/static/pyodide").iterdir())
        assert not [name for name in left if name.endswith((".whl", ".wasm", ".mjs"))], left
        assert (root / version / "index.html").read_text() == version
    assert len(list((root / SHARED).iterdir())) == 4


def test_what_no_version_needs_goes(tmp_path: Path) -> None:
    root = tmp_path / "versions"
    for version in ("1.0", "2.0"):
        deploy(built(tmp_path / version, version), root, "dev")
    assert (root / "dev" / "index.html").read_text() == "2.0"
    assert len(list((root / SHARED).iterdir())) == 3
    assert all(file.is_file() for file in leads_to(root, "dev").values())


def test_parts_of_snapshots_that_are_alike_are_stored_once(tmp_path: Path) -> None:
    root, memory = tmp_path / "versions", {"1.0": b"old", "2.0": b"new"}
    for version in ("1.0", "2.0"):
        deploy(built(tmp_path / version, version, memory=memory[version]), root, version)
    one, two = leads_to(root, "1.0"), leads_to(root, "2.0")
    for name in ("kernel.snapshot", "numpy.snapshot"):
        assert one[name] == two[name]
    for name in ("heap.snapshot", "ripple.snapshot"):
        assert one[name] != two[name]
    for version, found in (("1.0", one), ("2.0", two)):
        folder = root / version / "lite" / "static" / "pyodide"
        assert not list(folder.glob("*.snapshot"))
        assert all(file.parent.parent == root / SHARED for file in found.values())
        # What a kernel compares before it starts, the lock has other paths than before.
        manifest = json.loads((folder / "spec14-snapshot.json").read_text())
        lock = (folder / "pyodide-lock.json").read_bytes()
        assert manifest["lock"] == hashlib.sha256(lock).hexdigest()
        assert list(faults(folder / "spec14-snapshot.json")) == []
        assert {(folder / name).resolve().parent for name in manifest["runtime"]} == {
            found["start"].parent
        }
    assert list(snapshots(read_site(root))) == []


def test_parts_that_no_version_needs_go(tmp_path: Path) -> None:
    root = tmp_path / "versions"
    deploy(built(tmp_path / "1.0", "1.0", memory=b"old"), root, "dev")
    old = leads_to(root, "dev")
    deploy(built(tmp_path / "2.0", "2.0", memory=b"new"), root, "dev")
    new = leads_to(root, "dev")
    assert all(file.is_file() for file in new.values())
    assert not old["heap.snapshot"].exists()
    assert old["kernel.snapshot"].is_file()
    assert {path.parent for path in new.values()} == {*(root / SHARED).iterdir()}
    deploy(built(tmp_path / "3.0", "3.0"), root, "dev")
    assert not [path for path in (root / SHARED).iterdir() if path.name.startswith("snapshot-")]


def test_versions_that_were_built_before_there_were_snapshots(tmp_path: Path) -> None:
    root, old = tmp_path / "versions", built(tmp_path / "1.0", "1.0")
    (old / "lite" / "static" / "pyodide" / "spec14-snapshot.json").unlink()
    deploy(old, root, "1.0")
    deploy(built(tmp_path / "2.0", "2.0", memory=b"new"), root, "2.0")
    for version in ("1.0", "2.0"):
        assert all(file.is_file() for file in leads_to(root, version).values())


def test_a_site_without_pyodide_has_nothing_to_share(tmp_path: Path) -> None:
    root, site = tmp_path / "versions", built(tmp_path / "1.0", "1.0")
    shutil.rmtree(site / "lite" / "static")
    assert deploy(site, root, "1.0").dropped == ()
    assert (root / "1.0" / "lite" / "jupyter-lite.json").read_bytes() == (
        site / "lite" / "jupyter-lite.json"
    ).read_bytes()
    assert not (root / SHARED).exists()
    deploy(built(tmp_path / "2.0", "2.0"), root, "2.0")
    assert all(file.is_file() for file in leads_to(root, "2.0").values())
    assert deploy(site, root, "1.0").dropped == ()


def test_the_list_of_versions_is_the_projects(tmp_path: Path) -> None:
    root, site = tmp_path / "versions", built(tmp_path / "a", "1.0")
    root.mkdir()
    listed = json.dumps([{"version": "1.0", "url": "https://example.org/1.0/"}])
    (root / "switcher.json").write_text(listed)
    assert deploy(site, root, "1.0").unlisted is None
    assert deploy(site, root, "stable").unlisted == root / "switcher.json"
    assert (root / "switcher.json").read_text() == listed
    (root / "switcher.json").write_text("{}")
    assert deploy(site, root, "1.0").unlisted == root / "switcher.json"
    (root / "switcher.json").write_text("[1]")
    with pytest.raises(DocsFailed, match="is no list of versions"):
        deploy(site, root, "1.0")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "../x", ".hidden", SHARED, "a\nb"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    site = built(tmp_path / "a", "1.0")
    with pytest.raises(DocsFailed, match="cannot be the name"):
        deploy(site, tmp_path / "versions", name)


def test_only_a_site_of_ours(tmp_path: Path) -> None:
    with pytest.raises(DocsFailed, match="is no site that spec14 has built"):
        deploy(tmp_path, tmp_path / "versions", "1.0")
