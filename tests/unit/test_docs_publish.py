"""The published site is the old one or the new one, whole."""

from pathlib import Path

import pytest

from toolkit.docs.publish import recover, replacing
from toolkit.errors import DiskFull


@pytest.fixture
def site(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("old")
    return site


def around(site: Path) -> list[str]:
    return sorted(path.name for path in site.parent.iterdir())


def test_the_new_site_takes_the_place_of_the_old(site: Path) -> None:
    with replacing(site) as work:
        (work / "index.html").write_text("new")
        assert (site / "index.html").read_text() == "old"
    assert (site / "index.html").read_text() == "new"
    assert around(site) == ["site"]


def test_a_first_site_is_published_for_everyone_to_read(tmp_path: Path) -> None:
    with replacing(tmp_path / "site") as work:
        (work / "index.html").write_text("new")
    assert (tmp_path / "site").stat().st_mode & 0o777 == 0o755
    assert around(tmp_path / "site") == ["site"]


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_after_a_failure_the_old_site_stands(site: Path, error: BaseException) -> None:
    def fail() -> None:
        with replacing(site) as work:
            (work / "index.html").write_text("new")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert (site / "index.html").read_text() == "old"
    assert around(site) == ["site"]


def test_on_a_full_disk_the_old_site_stands(site: Path) -> None:
    def fill() -> None:
        with replacing(site) as work:
            (work / "big").symlink_to("/dev/full")
            (work / "big").write_text("new")

    with pytest.raises(DiskFull, match="what stood there still stands"):
        fill()
    assert (site / "index.html").read_text() == "old"
    assert around(site) == ["site"]


def test_when_the_new_site_is_gone_at_the_second_rename_the_first_is_undone(site: Path) -> None:
    with pytest.raises(FileNotFoundError), replacing(site) as work:
        work.rmdir()
    assert (site / "index.html").read_text() == "old"
    assert around(site) == ["site"]


def test_a_run_killed_between_the_renames_is_put_right(site: Path) -> None:
    site.rename(site.with_name("site.old"))
    recover(site)
    assert (site / "index.html").read_text() == "old"


def test_what_a_killed_run_left_is_removed(site: Path) -> None:
    (site.parent / "site.new-abc").mkdir()
    (site.parent / "site.old").mkdir()
    with replacing(site) as work:
        (work / "index.html").write_text("new")
    assert around(site) == ["site"]
    assert (site / "index.html").read_text() == "new"
