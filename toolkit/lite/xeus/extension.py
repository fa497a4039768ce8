"""The interface's part of ``jupyterlite-xeus`` 5.1.0, made to ask nobody else.

Its bundles fetch one table from another host with each start (names of conda packages by their
names on PyPI, which ``%pip install`` would use). Its address is replaced by an empty table; where
it is not found exactly where it is expected, upstream has changed, and the site is not built.
"""

import shutil
from pathlib import Path
from typing import Final

from toolkit.errors import XeusFailed

NAME: Final = "@jupyterlite/xeus-extension"
"""What it calls itself, and so where a page looks for it."""
PLACE: Final = Path("share/jupyter/labextensions/@jupyterlite/xeus")
EMPTY: Final = "data:application/json,{}"

BUNDLES: Final = 3
"""In so many files its address stands, once in each."""


def copy_extension(installed: Path, site: Path, *, table: str) -> Path:
    """Copy the labextension into a folder of a site, and mend it.

    Parameters
    ----------
    installed
        The prefix where jupyterlite-xeus is installed.
    site
        Folder ``extensions`` of the site.
    table
        The address that is taken out.

    Raises
    ------
    XeusFailed
        When the extension is not there, or not as it was.
    """
    source = installed / PLACE
    if not (source / "package.json").is_file():
        msg = f"jupyterlite-xeus has no labextension in {source}"
        raise XeusFailed(msg, do="install the version that images/requirements/xeus.in names")
    target = Path(shutil.copytree(source, site / NAME))
    mended = [file for file in sorted(target.rglob("*.js")) if _mend(file, table)]
    if len(mended) != BUNDLES:
        shutil.rmtree(target)
        msg = f"{len(mended)} bundles of jupyterlite-xeus ask another host, {BUNDLES} are known"
        raise XeusFailed(
            msg, do="use the version that images/requirements/xeus.in names, or look at the new one"
        )
    return target


def _mend(file: Path, table: str) -> bool:
    """Take the address out of a bundle; say whether it was there."""
    text = file.read_text("utf-8")
    found = text.count(table)
    if found > 1:
        msg = f"{file.name} of jupyterlite-xeus asks another host {found} times"
        raise XeusFailed(msg, do="look at the new version, and at this module")
    if found:
        file.write_text(text.replace(table, EMPTY), "utf-8")
    return found == 1
