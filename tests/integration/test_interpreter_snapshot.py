"""The memory snapshot that interpreters start from: for one environment, whole, or not used."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.interpreters import of_type, run
from toolkit.runtime.interpreter import Start
from toolkit.runtime.snapshot import Snapshot, snapshot_for

pytestmark = pytest.mark.usefixtures("clean")


def test_a_snapshot_is_kept_and_is_for_one_environment(
    base: Start, snapshot: Snapshot, tmp_path: Path
) -> None:
    assert snapshot.fresh
    assert snapshot.file is not None, snapshot.reason
    folder = snapshot.file.parent
    again = snapshot_for(base, folder, imports=("no_such_module",))
    assert again == replace(snapshot, fresh=False)
    # Neither the folder nor the arguments matter, nor variables that Python does not read.
    other = replace(base, cwd=tmp_path, args=("x",), env={"HOME": "/"})
    assert snapshot_for(other, folder, imports=("no_such_module",)) == again
    assert not [path for path in folder.iterdir() if path.suffix not in {".snapshot", ".json"}]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-65536], "does not have its"),
        (lambda content: b"\xff" + content[1:], "magic"),
        (lambda content: content[:16] + bytes(32) + content[48:], "build id"),
        (lambda _content: b"", "too short"),
    ],
    ids=["cut", "magic", "build", "empty"],
)
def test_a_damaged_snapshot_is_not_used(
    base: Start,
    snapshot: Snapshot,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    reason: str,
) -> None:
    assert snapshot.file is not None, snapshot.reason
    (tmp_path / "damaged").write_bytes(damage(snapshot.file.read_bytes()))
    messages, code, _said = run(replace(base, snapshot=tmp_path / "damaged"), "import pytest")
    ready: dict[str, Any] = of_type(messages, "ready")
    assert code == 0
    assert not ready["snapshot"]
    assert reason in ready["reason"]


def test_a_snapshot_that_differs_is_not_used(base: Start, inside: Path, tmp_path: Path) -> None:
    """What a module does when it is imported may be seen in everything that comes after."""
    (inside / "changes.py").write_text("import sys\nsys.setrecursionlimit(777)\n")
    try:
        found = snapshot_for(base, tmp_path, imports=("changes",))
        again = snapshot_for(base, tmp_path, imports=("changes",))
    finally:
        (inside / "changes.py").unlink()
    assert found.file is None
    assert "recursion is [777" in found.reason
    assert again == replace(found, fresh=False)
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot.json"]
