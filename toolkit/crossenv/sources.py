"""The sources of recipes: fetched by name, checked against the pins, unpacked.

All of a run are fetched before the first is compiled: what cannot be had is told at once.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from toolkit.archive import require_sha256
from toolkit.crossenv.debian import fetch_orig, prepare
from toolkit.errors import RequirementsFailed
from toolkit.index import pip_configuration
from toolkit.pins import OrigPin, SdistPin
from toolkit.process import run


def fetch(wanted: Mapping[str, SdistPin | OrigPin], folder: Path) -> dict[str, Path]:
    """Fetch the archives of recipes into `folder`, by the recipes' names.

    Raises
    ------
    RequirementsFailed
        When one cannot be had.
    Untrusted
        When one is not the pinned one.
    """
    found: dict[str, Path] = {}
    for name, pin in wanted.items():
        if isinstance(pin, SdistPin):
            found[name] = fetch_sdist(pin, folder / name)
    if of_debian := {name: pin for name, pin in wanted.items() if isinstance(pin, OrigPin)}:
        apt = prepare(folder / ".apt")
        found |= {name: fetch_orig(apt, pin, folder / name) for name, pin in of_debian.items()}
    return found


def fetch_sdist(pin: SdistPin, folder: Path) -> Path:
    """Download an sdist with unearth, which finds it without building its metadata.

    ``pip download`` would run NumPy's native configuration first (3.5 minutes).

    Raises
    ------
    RequirementsFailed
        When the index that pip is configured for does not have it.
    Untrusted
        When it is not the pinned one.
    """
    configured = pip_configuration(os.environ)
    indexes = [
        word
        for key in ("index-url", "extra-index-url")
        for url in configured.get(key, "").split()
        for word in ("--index-url", url)
    ]
    finder = [sys.executable, "-m", "unearth", "--no-binary", *indexes]
    done = run([*finder, "--download", folder, f"{pin.name}=={pin.version}"])
    found = sorted(folder.glob("*.tar.gz")) if folder.is_dir() else []
    if done.code != 0 or len(found) != 1:
        msg = f"the sdist of {pin.name} {pin.version} cannot be had"
        raise RequirementsFailed(msg, do="see that pip reaches an index", detail=done.tail())
    require_sha256(found[0], pin.sha256)
    return found[0]
