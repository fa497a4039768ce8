"""A site among those of other versions: its folder, what they share, the list of versions."""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from toolkit.check.static import require_lock
from toolkit.docs.build import RECORD as BUILT
from toolkit.docs.handover import IN_SITE
from toolkit.docs.publish import replacing
from toolkit.errors import DocsFailed
from toolkit.lite.config import LOCK, PYODIDE
from toolkit.lite.sharing import SHARED, drop_unused, share

VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")
SWITCHER: Final = ("switcher.json", "_static/switcher.json")
"""Where the list of pydata-sphinx-theme's version switcher usually lies."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A version that has been put into a folder of versions.

    Attributes
    ----------
    folder
        Its folder.
    dropped
        Names of what no version needed any more.
    unlisted
        The list of versions that does not name it, where there is one.
    """

    folder: Path
    dropped: tuple[str, ...]
    unlisted: Path | None


def deploy(site: Path, root: Path, version: str) -> Deployed:
    """Copy a site into a folder of versions; one of the same name is replaced.

    Parameters
    ----------
    site
        A published site.
    root
        Folder of all versions (a checkout of the branch that is served, for instance).
    version
        Name of the site's folder in it.

    Raises
    ------
    DocsFailed
        When there is no site, or the name cannot be that of a folder.
    LiteFailed
        When the site's lock does not fit its files.
    """
    if not VERSION.fullmatch(version) or version == SHARED:
        msg = f"{version!r} cannot be the name of a version's folder"
        raise DocsFailed(msg, do="use letters, digits and . _ + - (1.2, stable, dev)")
    if not (site / BUILT).is_file():
        msg = f"{site} is no site that spec14 has built"
        raise DocsFailed(msg, do="run `spec14 docs` first")
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(_lock_of(root)):
        with replacing(root / version) as work:
            shutil.copytree(site, work, dirs_exist_ok=True)
            # What versions share is the Pyodide kernel's.
            pyodide = (work / IN_SITE / PYODIDE).is_dir()
            if pyodide:
                share(work / IN_SITE, root / version / IN_SITE, root / SHARED)
        if pyodide:
            require_lock(root / version / IN_SITE / PYODIDE / LOCK)
        dropped = drop_unused(root / SHARED, _lite_sites(root))
    return Deployed(
        folder=root / version, dropped=tuple(dropped), unlisted=_unlisted(root, version)
    )


def _lock_of(root: Path) -> Path:
    """Give a file to lock by; the folder itself is published as it is."""
    name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()
    return Path(tempfile.gettempdir()) / f"spec14-deploy-{name[:16]}-{os.getuid()}.lock"


def _lite_sites(root: Path) -> Iterator[Path]:
    for built in sorted(root.glob(f"*/{BUILT}")):
        if (built.parent / IN_SITE / PYODIDE).is_dir():
            yield built.parent / IN_SITE


def _unlisted(root: Path, version: str) -> Path | None:
    """Give the list of versions if this one is not in it: it is the project's, and left alone."""
    for name in SWITCHER:
        file = root / name
        if file.is_file():
            try:
                entries: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))
                listed = {str(entry["version"]) for entry in entries}
            except (ValueError, KeyError, TypeError) as error:
                msg = f"{file} is no list of versions: {error!r}"
                raise DocsFailed(msg, do="write it as pydata-sphinx-theme documents") from error
            return None if version in listed else file
    return None
