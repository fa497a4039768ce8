"""The published site: built beside, swapped in by renames, never half there."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from toolkit.disk import full_disk_is_an_error


@contextlib.contextmanager
def replacing(site: Path) -> Iterator[Path]:
    """Give a folder to build a site in; it takes `site`'s place when the block ends well.

    The old site goes aside by one rename and the new one comes by a second; when that one
    cannot be done, or Ctrl-C comes between, the first is undone. What a killed run left is
    put right first.

    Parameters
    ----------
    site
        The published folder; it need not exist.

    Raises
    ------
    DiskFull
        When there is no room; the old site stands.
    """
    aside = _aside(site)
    recover(site)
    for leftover in site.parent.glob(f"{site.name}.new-*"):
        shutil.rmtree(leftover)
    with full_disk_is_an_error(site):
        work = Path(tempfile.mkdtemp(dir=site.parent, prefix=f"{site.name}.new-"))
    try:
        with full_disk_is_an_error(site):
            yield work
        # mkdtemp keeps others out; a site is read by servers under any user.
        work.chmod(0o755)
        try:
            if site.exists():
                site.rename(aside)
            work.rename(site)
        except BaseException:
            recover(site)
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if aside.exists():
        shutil.rmtree(aside)


def recover(site: Path) -> None:
    """Put the old site back where a run was ended between the two renames."""
    aside = _aside(site)
    if aside.is_dir():
        if site.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(site)


def _aside(site: Path) -> Path:
    return site.with_name(f"{site.name}.old")
