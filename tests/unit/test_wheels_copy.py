"""The private copy: the same as a fresh one, with the times of what has not changed."""

import os
from pathlib import Path

from tests.artefacts import write_tree
from toolkit.wheels.copy import fresh_copy, update_copy
from toolkit.wheels.source import source_files

FILES = {"a.c": "1\n", "deep/er/b.c": "2\n", "thing": "3\n"}


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in folder.rglob("*")
        if path.is_file()
    }


def update(project: Path, target: Path) -> None:
    update_copy(project, source_files(project), target)
    fresh = target.with_name("fresh")
    fresh_copy(project, source_files(project), fresh)
    assert tree(target) == tree(fresh)
    assert {path.name for path in target.parent.iterdir()} == {"project", "copy", "fresh"}


def test_it_is_what_a_fresh_one_is_after_every_change(tmp_path: Path) -> None:
    project, copy = write_tree(tmp_path / "project", FILES), tmp_path / "copy"
    update(project, copy)
    (copy / "left" / "over").mkdir(parents=True)
    (copy / "left" / "over" / "object.o").touch()
    (copy / "a.c").write_text("what a build did to it\n")
    update(project, copy)
    # A file where a folder was, and the other way round.
    (project / "thing").unlink()
    write_tree(project, {"thing/in.c": "4\n"})
    (project / "deep" / "er" / "b.c").unlink()
    (project / "deep" / "er").rmdir()
    (project / "deep" / "er").write_text("5\n")
    update(project, copy)
    (project / "a.c").chmod(0o777)
    update(project, copy)
    (project / "a.c").rename(project / "z.c")
    update(project, copy)


def test_times_tell_what_has_changed(tmp_path: Path) -> None:
    project, copy = write_tree(tmp_path / "project", FILES), tmp_path / "copy"
    long_ago = (1_200_000_000, 1_200_000_000)
    for path in project.rglob("*"):
        os.utime(path, long_ago)
    update(project, copy)
    (project / "a.c").write_text("changed\n")
    # Unpacked from an archive, or checked out: older than what was compiled from its predecessor.
    os.utime(project / "a.c", (1_000_000_000, 1_000_000_000))
    os.utime(project / "thing", (1_700_000_000, 1_700_000_000))
    update(project, copy)
    assert (copy / "thing").stat().st_mtime == long_ago[0], "the content is the same"
    assert (copy / "deep" / "er" / "b.c").stat().st_mtime == long_ago[0]
    assert (copy / "a.c").stat().st_mtime > long_ago[0] + 1e8


def test_modes_do_not_hang_on_the_umask(tmp_path: Path) -> None:
    project = write_tree(tmp_path / "project", FILES)
    (project / "a.c").chmod(0o660)
    (project / "thing").chmod(0o700)
    fresh_copy(project, source_files(project), tmp_path / "copy")
    assert {name: oct(mode) for name, (_, mode) in tree(tmp_path / "copy").items()} == {
        "a.c": "0o644",
        "deep/er/b.c": "0o644",
        "thing": "0o755",
    }
