"""Sites with another kernel: a memory snapshot of their own, or none where it is not compared."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from toolkit.archive import file_sha256
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.lite.distribution import Distribution, write_distribution
from toolkit.lite.snapshot.manifest import MANIFEST, faults
from toolkit.lite.snapshot.site import Snapshots
from toolkit.runtime.distribution import Runtime
from toolkit.wheels.index import Wheelhouse


def other_kernel(runtime: Runtime, kernel: Sequence[Path]) -> Distribution:
    """Give a site whose project brings a package of the kernel's, in another version."""
    (packaging,) = Wheelhouse().target.glob("packaging-*.whl")
    distribution = Distribution(runtime=runtime, kernel=tuple(kernel), project=(packaging,))
    assert packaging in distribution.of_kernel
    assert packaging.name not in {wheel.name for wheel in kernel}
    return distribution


def test_another_version_of_a_kernels_package_has_a_snapshot_of_its_own(
    runtime: Runtime, kernel: tuple[Path, ...], tmp_path: Path
) -> None:
    distribution = other_kernel(runtime, kernel)
    said: list[str] = []
    snapshots = Snapshots(
        places=(SNAPSHOTS, tmp_path / "kept"), gate=BothWays(browsers=()), say=said.append
    )
    made = snapshots(distribution)
    assert made.kernel.reason == "", made.kernel.reason
    assert (tmp_path / "kept") in made.kernel.folder.parents
    write_distribution(distribution, tmp_path / "pyodide", made)
    assert list(faults(tmp_path / "pyodide" / MANIFEST)) == []
    manifest = json.loads((tmp_path / "pyodide" / MANIFEST).read_text("utf-8"))
    (packaging,) = distribution.project
    assert manifest["wheels"]["packaging"] == file_sha256(packaging)
    said.clear()
    assert snapshots(distribution).kernel == made.kernel
    assert said == []


def test_without_a_browser_a_site_is_built_without_one(
    runtime: Runtime,
    kernel: tuple[Path, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    node = shutil.which("node")
    assert node is not None
    (programs / "node").symlink_to(node)
    monkeypatch.setenv("PATH", str(programs))
    distribution = other_kernel(runtime, kernel)
    said: list[str] = []
    kept = tmp_path / "kept"
    made = Snapshots(places=(SNAPSHOTS, kept), gate=BothWays(), say=said.append)(distribution)
    reason = "it could not be compared: there is no chromium and no firefox on this machine"
    assert made.kernel.reason == reason
    assert said == [f"kernels start without a memory snapshot: {reason}"]
    assert not kept.exists() or not list(kept.rglob("*.json"))
    write_distribution(distribution, tmp_path / "pyodide", made)
    manifest = json.loads((tmp_path / "pyodide" / MANIFEST).read_text("utf-8"))
    assert manifest == {"schema": 1, "reason": reason}
    assert list((tmp_path / "pyodide").glob("*.snapshot")) == []
