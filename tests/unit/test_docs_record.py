"""What a site says of what runs in it."""

import json
from pathlib import Path, PurePosixPath

from tests.artefacts import RUNTIME, make_runtime, make_wheel
from toolkit.docs.build import write_record
from toolkit.docs.source import documented_in
from toolkit.lite.distribution import Distribution
from toolkit.lite.xeus.layer import Installed, Packed
from toolkit.lite.xeus.prefix import Prefix
from toolkit.runtime.distribution import read_runtime


def written(tmp_path: Path, distribution: Distribution | None, *xeus: Packed) -> dict[str, object]:
    wheel = make_wheel(tmp_path / "made", "ripple")
    write_record(tmp_path / "record.json", wheel, distribution, xeus=xeus, tested=True)
    read: dict[str, object] = json.loads((tmp_path / "record.json").read_text())
    return read


def environment(tmp_path: Path) -> Packed:
    kernel = tmp_path / "mine" / "share" / "jupyter" / "kernels" / "xpython" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text("{}")
    packages = ({"name": "python", "version": "3.13.1"}, {"name": "xeus-python", "version": "1"})
    return Packed(
        prefix=Prefix(folder=tmp_path / "mine", packages=packages),
        channels=(),
        packages=("xeus-python",),
        lock_sha256="ab",
        wheels=Installed(folder=tmp_path, place=PurePosixPath("/lib"), names=("ripple.whl",)),
    )


def test_a_site_of_pyodide_alone_says_nothing_of_xeus(tmp_path: Path) -> None:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    record = written(tmp_path, Distribution(runtime=runtime, kernel=(), project=()))
    assert set(record) == {"schema", "wheel", "wheel_sha256", "pyodide", "python", "tested"}
    assert record["python"] == RUNTIME["python"]


def test_each_environment_is_told(tmp_path: Path) -> None:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    packed = environment(tmp_path)
    both = written(tmp_path, Distribution(runtime=runtime, kernel=(), project=()), packed)
    alone = written(tmp_path, None, packed)
    assert (
        both["xeus"]
        == alone["xeus"]
        == [
            {
                "name": "mine",
                "kernels": ["xpython"],
                "python": "3.13.1",
                "packages": 2,
                "lock_sha256": "ab",
                "wheels": ["ripple.whl"],
            }
        ]
    )
    assert (both["python"], alone["python"]) == (RUNTIME["python"], "3.13.1")
    assert "pyodide" not in alone


def test_the_documentation_is_where_its_configuration_lies(tmp_path: Path) -> None:
    (tmp_path / "lite.json").write_text('{"conf": "/project/manual/conf.py"}')
    assert documented_in(tmp_path) == Path("/project/manual")
