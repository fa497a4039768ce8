"""The look at a site's xeus kernels."""

import json
from pathlib import Path

import pytest

from toolkit.check.kernels import local_channels, missing
from toolkit.check.site import read_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with the files of one kernel."""
    lite = tmp_path / "lite"
    mine = lite / "xeus" / "mine"
    (mine / "xlua").mkdir(parents=True)
    (mine / "bin").mkdir()
    (mine / "kernel_packages").mkdir()
    (lite / "jupyter-lite.json").write_text('{"jupyter-config-data": {}}')
    kernels = [{"kernel": "xlua", "env_name": "mine"}]
    (lite / "xeus" / "kernels.json").write_text(json.dumps(kernels))
    spec = {
        "argv": ["xeus/mine/bin/xlua.js", "-f"],
        "metadata": {"shared": {"libxlua.so": "lib/libxlua.so"}},
        "resources": {},
    }
    (mine / "xlua" / "kernel.json").write_text(json.dumps(spec))
    meta = {
        "packages": [{"filename": "lua.tar.gz", "channel": "https://conda.example"}],
        "mounts": [{"filename": "mount_0.tar.gz"}],
        "channels": ["https://conda.example"],
    }
    (mine / "empack_env_meta.json").write_text(json.dumps(meta))
    for name in ("xlua/libxlua.so", "bin/xlua.js", "bin/xlua.wasm"):
        (mine / name).write_text("1")
    for name in ("lua.tar.gz", "mount_0.tar.gz"):
        (mine / "kernel_packages" / name).write_text("1")
    return tmp_path


def test_a_kernel_that_is_whole_passes(site: Path) -> None:
    assert list(missing(read_site(site))) == []
    assert list(local_channels(read_site(site))) == []


@pytest.mark.parametrize(
    "name",
    [
        "xlua/kernel.json",
        "xlua/libxlua.so",
        "bin/xlua.js",
        "bin/xlua.wasm",
        "empack_env_meta.json",
        "kernel_packages/lua.tar.gz",
        "kernel_packages/mount_0.tar.gz",
    ],
)
def test_each_file_that_a_kernel_starts_with_is_looked_for(site: Path, name: str) -> None:
    (site / "lite" / "xeus" / "mine" / name).unlink()
    (found,) = missing(read_site(site))
    assert (found.kind, found.severity) == ("missing", "error")
    assert found.file == f"lite/xeus/mine/{name}"


def test_a_folder_of_the_machine_is_no_channel_for_readers(site: Path) -> None:
    file = site / "lite" / "xeus" / "mine" / "empack_env_meta.json"
    file.write_text(file.read_text().replace("https://conda.example", "file:///srv/own"))
    (found,) = local_channels(read_site(site))
    assert (found.kind, found.severity) == ("local-path", "error")
    assert "file:///srv/own" in found.what


def test_a_site_without_such_kernels_is_none_of_it(site: Path) -> None:
    (site / "lite" / "xeus" / "kernels.json").unlink()
    (site / "lite" / "xeus" / "mine" / "xlua" / "kernel.json").unlink()
    assert list(missing(read_site(site))) == []
