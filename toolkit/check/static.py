"""All looks at a site's files, and what of them keeps a site from being published."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from toolkit.check import kernels, layout, leaks, origins, runtime
from toolkit.check.findings import Finding
from toolkit.check.site import BuiltSite, read_site
from toolkit.data.ship import FOLDER, MANIFEST, check_data
from toolkit.errors import DataFailed, LiteFailed


def findings(site: BuiltSite, allow_origins: Sequence[str] = ()) -> Iterator[Finding]:
    """Give all that is found in a site's files.

    Parameters
    ----------
    site
        From :func:`toolkit.check.site.read_site`.
    allow_origins
        Origins (``https://host``) from which pages may load something.
    """
    return chain(
        runtime.missing_files(site),
        runtime.locks(site),
        runtime.snapshots(site),
        kernels.missing(site),
        kernels.local_channels(site),
        layout.extensions(site),
        _data(site),
        origins.unreadable(site),
        origins.foreign(site, allow_origins),
        runtime.two_runtimes(site),
        layout.clashes(site),
        leaks.local_paths(site),
        # Last: there may be hundreds, and none of them keeps anything from working.
        leaks.source_maps(site),
    )


def require_sound(folder: Path, *, allow_origins: Sequence[str] = ()) -> int:
    """Check a site before it is published; give the number of its pages.

    A site that fails here would fail at the reader's, with a message in a console nobody
    sees: an entry of the lock without its file, a page that loads from another origin.

    Raises
    ------
    LiteFailed
        Naming the file.
    """
    site = read_site(folder)
    for one in findings(site, allow_origins):
        if one.severity == "error":
            msg = f"{one.file}: {one.what}"
            raise LiteFailed(msg, do=one.do)
    return len(site.pages)


def require_lock(lock: Path) -> None:
    """Check one lock.

    Raises
    ------
    LiteFailed
        Naming the entry.
    """
    for one in runtime.lock_entries(lock, str(lock)):
        msg = f"{one.file}: {one.what}"
        raise LiteFailed(msg, do=one.do)


def _data(site: BuiltSite) -> Iterator[Finding]:
    for lite in site.lites:
        folder = lite.folder / FOLDER
        if (folder / MANIFEST).is_file():
            try:
                check_data(folder)
            except DataFailed as error:
                yield Finding(
                    kind="data", file=site.name(folder / MANIFEST), what=error.what, do=error.do
                )
