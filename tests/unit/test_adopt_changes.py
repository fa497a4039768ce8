"""Files that ``spec14 init`` writes: all or none, and nothing that would be lost."""

from pathlib import Path

import pytest

from toolkit.adopt.changes import (
    Change,
    change_of,
    read_file,
    require_nothing_lost,
    write_changes,
)
from toolkit.errors import NotAdopted, NotOverwritten


def change(folder: Path, name: str, after: str) -> Change:
    found = change_of(folder, name, after)
    assert found is not None
    return found


def test_what_is_there_already_is_no_change(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    assert change_of(tmp_path, "a", "x\n") is None
    assert change(tmp_path, "a", "y\n").kind == "replace"
    assert change(tmp_path, "b", "y\n").kind == "create"


def test_the_diff_names_both_sides(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x\r\ny\r\n")
    diff = change(tmp_path, "a", "x\r\nz\r\n").diff
    assert diff == "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n"
    assert change(tmp_path, "b", "x\n").diff.startswith("--- /dev/null\n+++ b/b\n@@ -0,0 +1 @@\n+x")


def test_what_would_be_lost_has_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    changes = [change(tmp_path, "a", "y\n"), change(tmp_path, "b", "y\n")]
    with pytest.raises(NotOverwritten, match=r"^a is there") as caught:
        require_nothing_lost(changes, ())
    assert "--force a" in caught.value.do
    require_nothing_lost(changes, ("a",))
    with pytest.raises(NotOverwritten):
        require_nothing_lost(changes, ("b",))


def test_all_are_written_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    (tmp_path / "a").chmod(0o640)
    write_changes([change(tmp_path, "a", "y\n"), change(tmp_path, "d/e/b", "z\n")])
    assert (tmp_path / "a").read_text() == "y\n"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "d/e/b").read_text() == "z\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "d", "e"]


def test_after_an_error_everything_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x\n")
    (tmp_path / "c").write_text("x\n")
    changes = [
        change(tmp_path, "a", "y\n"),
        change(tmp_path, "d/b", "z\n"),
        change(tmp_path, "c", "y\n"),
    ]
    (tmp_path / "c").write_text("somebody else's\n")
    with pytest.raises(NotAdopted, match="changed meanwhile"):
        write_changes(changes)
    assert (tmp_path / "a").read_text() == "x\n"
    assert (tmp_path / "c").read_text() == "somebody else's\n"
    assert not (tmp_path / "d").exists()


def test_a_folder_in_the_way_of_a_file_changes_nothing(tmp_path: Path) -> None:
    changes = [change(tmp_path, "a", "y\n"), change(tmp_path, "b/c", "y\n")]
    (tmp_path / "b").write_text("a file\n")
    with pytest.raises((OSError, NotAdopted)):
        write_changes(changes)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / ".github").symlink_to(tmp_path)
    with pytest.raises(NotAdopted, match="leads out"):
        read_file(project, ".github/workflows/spec14.yml")


def test_what_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    with pytest.raises(NotAdopted, match="cannot be read"):
        read_file(tmp_path, "a")
    (tmp_path / "b").mkdir()
    with pytest.raises(NotAdopted, match="cannot be read"):
        read_file(tmp_path, "b")
