"""What is kept from run to run."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from toolkit.cache import read_record, remembered, write_atomically, write_record

ROOT: Final = Path(__file__).resolve().parents[2]


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """In another process, whose files may not grow past 4 KiB: a disk that is full."""
    file = tmp_path / "file"
    file.write_bytes(b"old")
    text = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from toolkit.cache import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_atomically(Path(sys.argv[1]), bytes(100_000))\n"
        "except OSError as error:\n"
        "    sys.exit(f'refused {error.errno}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith("refused"), done.stderr
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_records(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    assert read_record(file) == {}
    write_record(file, {"b": 1, "a": [2]})
    assert read_record(file) == {"a": [2], "b": 1}


@pytest.mark.parametrize("content", [b"", b'{"a": 1', b"[1]", b"\xff\xfe", b"3"])
def test_a_damaged_record_is_a_stale_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    assert read_record(file) == {}


def test_what_is_remembered_is_made_once_for_each_key(tmp_path: Path) -> None:
    made: list[str] = []

    def make() -> dict[str, int]:
        made.append("x")
        return {"n": len(made)}

    file = tmp_path / "folder" / "record.json"
    assert [remembered(file, key, make)["n"] for key in ("a", "a", "b", "a")] == [1, 1, 2, 3]
    file.write_text("no JSON")
    assert remembered(file, "a", make) == {"key": "a", "n": 4}
