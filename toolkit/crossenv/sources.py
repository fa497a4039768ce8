"""The sources of recipes: fetched by name, checked against the pins, unpacked.

All of a run are fetched before the first is compiled: what cannot be had is told at once.
"""

from collections.abc import Mapping
from pathlib import Path

from toolkit.archive import require_sha256
from toolkit.crossenv.debian import fetch_orig, prepare
from toolkit.pins import OrigPin, SdistPin
from toolkit.sdist import fetch_sdist


def fetch(wanted: Mapping[str, SdistPin | OrigPin], folder: Path) -> dict[str, Path]:
    """Fetch the archives of recipes into `folder`, by the recipes' names.

    Raises
    ------
    SourceFailed, RequirementsFailed
        When one cannot be had, from the package index or from Debian.
    Untrusted
        When one is not the pinned one.
    """
    found: dict[str, Path] = {}
    for name, pin in wanted.items():
        if isinstance(pin, SdistPin):
            found[name] = fetch_sdist(f"{pin.name}=={pin.version}", folder / name)
            require_sha256(found[name], pin.sha256)
    if of_debian := {name: pin for name, pin in wanted.items() if isinstance(pin, OrigPin)}:
        apt = prepare(folder / ".apt")
        found |= {name: fetch_orig(apt, pin, folder / name) for name, pin in of_debian.items()}
    return found
