"""The store of fetched and built wheels."""

from pathlib import Path

import pytest

from tests.artefacts import make_wheel, write_tree
from toolkit.archive import file_sha256
from toolkit.project import read_project
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.store import VARIABLE, Store, store_of


def locked(path: Path) -> Locked:
    return Locked(
        name="thing",
        version="1.0",
        file=path.name,
        sha256=file_sha256(path),
        origin="sdist",
        url="",
        sdist=("thing-1.0.tar.gz", "0" * 64),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path / "store")


def test_what_is_put_is_found(store: Store, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "thing")
    entry = locked(wheel)
    assert store.find(entry.file, entry.sha256) is None
    with store.held():
        place = store.put(wheel, entry)
    assert store.find(entry.file, entry.sha256) == place
    assert store.known(place) == entry
    assert store.known(wheel) is None
    assert store.links() == (place.parent,)


def test_a_damaged_file_is_not_found_and_goes(store: Store, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "thing")
    entry = locked(wheel)
    place = store.put(wheel, entry)
    place.write_bytes(b"half")
    assert store.find(entry.file, entry.sha256) is None
    assert store.links() == ()


def test_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read_project(write_tree(tmp_path / "p", {"pyproject.toml": "[project]\nname='p'\n"}))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert store_of(project).folder == project.cache / "wheels"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "shared"))
    assert store_of(project).folder == tmp_path / "shared" / "wheels"
