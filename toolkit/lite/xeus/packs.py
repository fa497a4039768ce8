"""Packed environments, kept: one build of a documentation needs each twice, the next one again.

What is packed takes seconds to minutes of compressing, and the site in which examples are run has
the same as the site of the readers. It is known by all that goes into it, so what is found is what
would be made.
"""

import shutil
import tempfile
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from filelock import FileLock

import toolkit
from toolkit.cache import key_of
from toolkit.lite.xeus.tools import xeus_python

KEPT: Final = 4
"""So many packed environments stay, those used last: each has the size of its packages."""

TOOLS: Final = ("empack", "jupyterlite-core", "jupyterlite-xeus")
"""What packs; another version may write other files."""

OURS: Final = ("archives.py", "layer.py")
"""What we change in it afterwards."""


def tools() -> list[str]:
    """Give names and versions of all that packs, and what of ours has a say in it."""
    folders = xeus_python().parents[1].glob("lib/python3*/site-packages")
    found = distributions(path=[str(folder) for folder in folders])
    named = sorted(f"{one.name} {one.version}" for one in found if one.name in TOOLS)
    ours = [Path(__file__).with_name(name).read_text("utf-8") for name in OURS]
    return [*named, toolkit.__version__, *ours]


def kept(packs: Path, parts: object, make: Callable[[Path], None], target: Path) -> None:
    """Copy a packed environment, which is made if it has not been kept.

    Parameters
    ----------
    packs
        Folder of all that are kept.
    parts
        What JSON can write: all that goes into it but the tools.
    make
        Fills a folder that is there.
    target
        Where it is copied to; what is there already stays.
    """
    packs.mkdir(parents=True, exist_ok=True)
    place = packs / key_of(parts, tools())
    # One at a time: what is copied is not taken away, and nothing is packed twice.
    with FileLock(packs / "lock"):
        if not place.is_dir():
            with tempfile.TemporaryDirectory(prefix="new-", dir=packs) as work:
                made = Path(work) / "made"
                made.mkdir()
                make(made)
                made.replace(place)
        place.touch()
        # Copies: a site is compressed and changed by who publishes it.
        shutil.copytree(place, target, dirs_exist_ok=True)
        _drop(packs)


def _drop(packs: Path) -> None:
    """Take away what was not used for longest."""
    places = [one for one in packs.iterdir() if one.is_dir()]
    for place in sorted(places, key=lambda one: one.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(place)
