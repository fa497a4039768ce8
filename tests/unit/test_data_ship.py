import hashlib
import json
from pathlib import Path

import pytest

from toolkit.data.gather import DataFile
from toolkit.data.ship import check_data, manifest, on_this_machine, write_data
from toolkit.errors import DataFailed


def data(folder: Path, name: str, content: bytes, address: str | None = None) -> DataFile:
    path = folder / name
    path.write_bytes(content)
    return DataFile(
        url=f"https://host.example/../{name}.html",
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        address=address,
    )


def test_files_are_named_by_content_and_stored_once(tmp_path: Path) -> None:
    files = [
        data(tmp_path, "a", b"one"),
        data(tmp_path, "b", b"one"),
        data(tmp_path, "c", b"three"),
        data(tmp_path, "d", b"large", "https://network.example/d"),
    ]
    folder = tmp_path / "static" / "data"
    assert write_data(files, folder) == len(b"one") + len(b"three")
    read = json.loads((folder / "manifest.json").read_text())
    assert read == manifest(files)
    assert read["elsewhere"] == {files[3].url: "https://network.example/d"}
    paths = {url: entry["path"] for url, entry in read["files"].items()}
    assert paths[files[0].url] == paths[files[1].url] != paths[files[2].url]
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *paths.values()}
    for one in files[:3]:
        assert (folder / paths[one.url]).read_bytes() == one.path.read_bytes()
    check_data(folder)
    (folder / paths[files[2].url]).write_bytes(b"other")
    with pytest.raises(DataFailed, match="is not the file that was declared"):
        check_data(folder)


def test_here_all_are_read_from_the_disk(tmp_path: Path) -> None:
    files = [data(tmp_path, "a", b"one"), data(tmp_path, "d", b"x", "https://network.example/d")]
    assert on_this_machine(files) == {one.url: str(one.path) for one in files}
