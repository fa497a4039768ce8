"""The labextension of the xeus kernels: its one request to another host is taken out."""

from pathlib import Path

import pytest

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.extension import EMPTY, NAME, PLACE, copy_extension

TABLE = "https://tables.example/mapping.json"


def installed(prefix: Path, bundles: dict[str, str]) -> Path:
    folder = prefix / PLACE
    (folder / "static").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    for name, text in bundles.items():
        (folder / "static" / name).write_text(text)
    return prefix


def test_the_address_is_taken_out_of_each_bundle(tmp_path: Path) -> None:
    bundles = {f"{name}.js": f'a("{TABLE}")' for name in "abc"} | {"d.js": "nothing"}
    site = tmp_path / "site"
    copied = copy_extension(installed(tmp_path / "prefix", bundles), site, table=TABLE)
    assert copied == site / NAME
    texts = {file.name: file.read_text() for file in (copied / "static").iterdir()}
    mended = dict.fromkeys(("a.js", "b.js", "c.js"), f'a("{EMPTY}")')
    assert texts == mended | {"d.js": "nothing"}


@pytest.mark.parametrize(
    ("bundles", "said"),
    [
        ({"a.js": "nothing"}, "0 bundles"),
        ({f"{name}.js": TABLE for name in "abcd"}, "4 bundles"),
        ({f"{name}.js": TABLE * 2 for name in "abc"}, "2 times"),
    ],
)
def test_an_extension_that_has_changed_is_refused(
    tmp_path: Path, bundles: dict[str, str], said: str
) -> None:
    with pytest.raises(XeusFailed) as raised:
        copy_extension(installed(tmp_path / "prefix", bundles), tmp_path / "site", table=TABLE)
    assert said in raised.value.what


def test_an_extension_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(XeusFailed, match="no labextension"):
        copy_extension(tmp_path, tmp_path / "site", table=TABLE)
