"""The Pyodide distribution, played by a server on this machine."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.artefacts import make_runtime, make_wheel
from tests.indexes import STALL, TAMPER, TRUNCATE, serving
from toolkit.errors import RequirementsFailed, Untrusted
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.wheels.distribution import (
    VARIABLE,
    as_locked,
    base_url,
    fetch,
    read_distribution,
)
from toolkit.wheels.lockfile import Locked


@pytest.fixture
def files(tmp_path: Path) -> Path:
    make_wheel(tmp_path / "files", "frames", version="3.0")
    make_wheel(tmp_path / "files", "waves", version="1.0")
    return tmp_path / "files"


@pytest.fixture
def runtime(tmp_path: Path, files: Path) -> Runtime:
    folder = make_runtime(tmp_path / "runtime")
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    for path in files.iterdir():
        name, version = path.name.split("-")[:2]
        lock["packages"][name] = {
            "name": name,
            "version": version,
            "file_name": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "depends": ["libwave"] if name == "waves" else [],
            "package_type": "package",
        }
    extra = {"version": "1", "sha256": "0", "depends": []}
    library = {**extra, "name": "libwave", "file_name": "l.zip", "package_type": "shared_library"}
    lock["packages"]["libwave"] = library
    tests = {**extra, "name": "frames-tests", "file_name": "t.zip", "package_type": "package"}
    lock["packages"]["frames-tests"] = tests
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return read_runtime(folder)


def frames(runtime: Runtime, base: str) -> Locked:
    return as_locked(read_distribution(runtime)["frames"], base)


def test_what_it_offers(runtime: Runtime) -> None:
    offered = read_distribution(runtime)
    assert set(offered) == {"frames", "waves"}
    assert offered["frames"].satisfies(">=2,<4")
    assert offered["frames"].satisfies("")
    assert not offered["frames"].satisfies(">=4")
    assert not offered["frames"].satisfies("no version")


def test_a_package_with_a_shared_library_of_its_own_is_refused(runtime: Runtime) -> None:
    with pytest.raises(RequirementsFailed, match="libwave"):
        as_locked(read_distribution(runtime)["waves"], "http://localhost/")


def test_a_wheel_is_fetched_and_checked(runtime: Runtime, files: Path, tmp_path: Path) -> None:
    with serving(files) as (base, asked):
        path = fetch(frames(runtime, base), tmp_path)
    assert path.read_bytes() == (files / path.name).read_bytes()
    assert asked == [path.name]


def test_a_tampered_wheel(runtime: Runtime, files: Path, tmp_path: Path) -> None:
    name = "frames-3.0-py3-none-any.whl"
    with serving(files, {name: TAMPER}) as (base, _), pytest.raises(Untrusted, match=name):
        fetch(frames(runtime, base), tmp_path)


def test_a_wheel_that_is_not_there(runtime: Runtime, files: Path, tmp_path: Path) -> None:
    (files / "frames-3.0-py3-none-any.whl").unlink()
    with serving(files) as (base, _), pytest.raises(RequirementsFailed, match=r"frames-3.0.* 404"):
        fetch(frames(runtime, base), tmp_path)


def test_a_wheel_that_ends_early(runtime: Runtime, files: Path, tmp_path: Path) -> None:
    name = "frames-3.0-py3-none-any.whl"
    with (
        serving(files, {name: TRUNCATE}) as (base, _),
        pytest.raises(RequirementsFailed, match=r"frames-3.0.* (ended after|IncompleteRead)"),
    ):
        fetch(frames(runtime, base), tmp_path)


def test_a_connection_that_stalls(runtime: Runtime, files: Path, tmp_path: Path) -> None:
    name = "frames-3.0-py3-none-any.whl"
    with (
        serving(files, {name: STALL}) as (base, _),
        pytest.raises(RequirementsFailed, match=r"frames-3.0.* no answer for 0.3 s"),
    ):
        fetch(frames(runtime, base), tmp_path, silence=0.3)


def test_a_host_that_is_not_there(runtime: Runtime, tmp_path: Path) -> None:
    with serving(tmp_path) as (base, _):
        pass
    with pytest.raises(RequirementsFailed, match=r"frames-3.0.* refused"):
        fetch(frames(runtime, base), tmp_path)


def test_the_address(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "http://mirror.invalid/pyodide")
    assert base_url(runtime) == "http://mirror.invalid/pyodide/"
    monkeypatch.setenv(VARIABLE, "file:///etc")
    with pytest.raises(RequirementsFailed, match=VARIABLE):
        base_url(runtime)
    monkeypatch.delenv(VARIABLE)
    assert base_url(runtime).startswith("https://")
    assert runtime.version in base_url(runtime)
