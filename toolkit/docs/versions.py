"""Whether the pages, the wheel and the package in the kernel are of one version."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from packaging.utils import parse_wheel_filename
from packaging.version import InvalidVersion, Version

from toolkit.errors import VersionsDiffer

DO: Final = (
    "let conf.py take its release from importlib.metadata, or set check-version = false in "
    "[tool.spec14.docs]"
)


def check_release(wheel: Path, given: Mapping[str, Any]) -> None:
    """Compare what ``conf.py`` says with the version of the wheel.

    Where it says no release, or one that is no version (``dev``), there is nothing to compare.

    Parameters
    ----------
    wheel
        The project's.
    given
        ``conf``, ``release`` and ``version``, as handed over by the extension.

    Raises
    ------
    VersionsDiffer
        When they are two.
    """
    built = parse_wheel_filename(wheel.name)[1]
    for name in ("release", "version"):
        said = str(given[name])
        if said and not _same(said, built):
            msg = f"{given['conf']}: {name} is {said}, the wheel is {built}"
            raise VersionsDiffer(msg, do=DO)


def check_imported(wheel: Path, found: Mapping[str, str]) -> None:
    """Compare what packages in the kernel call their version with that of the wheel.

    Parameters
    ----------
    wheel
        The project's.
    found
        ``__version__`` by name of a module of the wheel.

    Raises
    ------
    VersionsDiffer
        When one is another.
    """
    built = parse_wheel_filename(wheel.name)[1]
    for name, said in found.items():
        if not _same(said, built):
            msg = f"{name}.__version__ is {said} in WebAssembly, the wheel is {built}"
            raise VersionsDiffer(msg, do=DO)


def _same(said: str, built: Version) -> bool:
    """Say whether a version is another's, its beginning (1.2 of 1.2.3), or none at all.

    The local part (PEP 440: ``+g1a2b3c``) counts only where both have one.
    """
    try:
        version = Version(said)
    except InvalidVersion:
        return True
    if version.local and built.local and version.local != built.local:
        return False
    if version.public == built.public or Version(version.public) == Version(built.public):
        return True
    short = not (version.is_prerelease or version.is_postrelease)
    return short and built.release[: len(version.release)] == version.release
