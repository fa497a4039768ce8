from pathlib import Path

import pytest

from toolkit.data.registry import Entry, read_registry
from toolkit.errors import DataFailed

TEXT = """
# a comment
a.csv 0123
"b c.csv" md5:4567 https://host.example/b%20c.csv

folder/d.csv SHA256:89AB
"""


def test_a_registry_as_pooch_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "registry.txt"
    path.write_text(TEXT)
    assert read_registry(path, "registry.txt") == (
        Entry(name="a.csv", checksum="0123", url=None, line=3),
        Entry(name="b c.csv", checksum="md5:4567", url="https://host.example/b%20c.csv", line=4),
        Entry(name="folder/d.csv", checksum="SHA256:89AB", url=None, line=6),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a.csv\n", "r:1: 1 words"),
        (b"a b c d\n", "r:1: 4 words"),
        (b'\n"a 01\n', "r:2: no closing quotation"),
        (b"\xff\xfe\n", "r is not UTF-8"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "registry.txt"
    path.write_bytes(content)
    with pytest.raises(DataFailed, match=said):
        read_registry(path, "r")
