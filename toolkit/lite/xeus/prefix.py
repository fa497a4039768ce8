"""A prefix for ``emscripten-wasm32``, solved once, installed once, kept by what is in it."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from toolkit.cache import key_of
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import Channel
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.faults import faults
from toolkit.lite.xeus.lock import fits, mark
from toolkit.lite.xeus.tools import xeus_python
from toolkit.process import run

LIMIT: Final = 1800.0
"""Seconds in which everything has to be solved and fetched."""

SOLVER: Final = Path(__file__).with_name("solver.py")

HELP: Final[Mapping[str, str]] = {
    "unsolved": "a compiled package has to be one of emscripten-forge: docs/xeus.md shows how a "
    "recipe is written",
    "unreachable": "look at the address; a mirror of yours: docs/xeus.md",
}


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """An installed environment.

    Attributes
    ----------
    folder
        Where it lies; its last part is the environment's name.
    packages
        Name, version, build, subdir, address and SHA-256 of each package.
    """

    folder: Path
    packages: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where things lie.

    Attributes
    ----------
    lock
        The project's ``spec14-xeus.lock``.
    cache
        Folder kept from run to run, for all projects.
    configuration
        Files of rattler's configuration besides the machine's own.
    """

    lock: Path
    cache: Path
    configuration: tuple[Path, ...] = ()


def prepare(
    environment: Environment,
    channels: Sequence[Channel],
    places: Places,
    *,
    offline: bool = False,
    upgrade: bool = False,
) -> Prefix:
    """Give the prefix of an environment; the lock is written where there is none that fits.

    Raises
    ------
    XeusFailed
        When no set of packages fits, one cannot be had, or the prefix would not work.
    """
    urls = [channel.url for channel in channels]
    anew = upgrade or not fits(places.lock, urls, environment.packages)
    wanted = {
        "channels": urls,
        "packages": list(environment.packages),
        "lock": str(places.lock),
        "mark": mark(urls, environment.packages),
        "cache": str(places.cache),
        "configuration": [str(file) for file in places.configuration],
        "offline": offline,
    }
    places.cache.mkdir(parents=True, exist_ok=True)
    with FileLock(places.cache / "xeus.lock"):
        if anew:
            _child({**wanted, "solve": True, "prefix": ""}, environment)
        top = places.cache / "prefixes" / key_of(environment.name, places.lock.read_text("utf-8"))
        record = top / "packages.json"
        if not record.is_file():
            _install({**wanted, "solve": False}, environment, top)
        packages = json.loads(record.read_text("utf-8"))
    return Prefix(folder=top / environment.name, packages=tuple(packages))


def _install(wanted: dict[str, Any], environment: Environment, top: Path) -> None:
    """Install into a folder of its own; a prefix that would not work is not kept."""
    top.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(top, ignore_errors=True)
    # In its place from the start: packages have the prefix written into them.
    folder = top / environment.name
    told = _child({**wanted, "prefix": str(folder)}, environment)
    if found := list(faults(folder)):
        shutil.rmtree(top)
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        msg = f"the environment of {environment.where} would not work: {found[0]}{more}"
        raise XeusFailed(msg, do="correct its packages", detail="\n".join(found))
    (top / "packages.json").write_text(json.dumps(told["packages"]), "utf-8")


def _child(request: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
        asked, result = Path(work) / "request.json", Path(work) / "result.json"
        asked.write_text(json.dumps(request), "utf-8")
        done = run([xeus_python(), SOLVER, asked, result], timeout=LIMIT)
        if not result.is_file():
            msg = f"the environment of {environment.where} could not be solved"
            raise XeusFailed(msg, do="read the output above", detail=done.tail(30))
        told: dict[str, Any] = json.loads(result.read_text("utf-8"))
    if told["fault"]:
        words = told["reason"].splitlines()
        msg = f"the environment of {environment.where} cannot be had: {words[0]}"
        raise XeusFailed(msg, do=HELP[told["fault"]], detail="\n".join(words[1:]))
    return told
