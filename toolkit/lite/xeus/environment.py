"""What a project wants in a xeus kernel: ``environment.yml`` as conda has it, or our own table.

The file's keys are conda's (``name``, ``channels``, ``dependencies`` with a ``pip:`` list in it);
others that conda knows (``variables``, ``prefix``) mean nothing to a reader's browser and are
refused rather than dropped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from toolkit.errors import XeusFailed

FILES: Final = ("environment.yml", "environment.yaml")
KEYS: Final = frozenset({"name", "channels", "dependencies"})

LANGUAGES: Final[Mapping[str, str]] = {
    "python": "xeus-python",
    "lua": "xeus-lua",
    "sqlite": "xeus-sqlite",
    "r": "xeus-r",
    "cpp": "xeus-cpp",
}
"""Kernels by the language that ``[tool.spec14.xeus] languages`` names."""

CHANNELS: Final = ("emscripten-forge", "conda-forge")
"""Where packages are looked for if nobody says: the second for what is ``noarch``."""

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Names of an environment: it is a folder of the site."""

OWN_NAME: Final = "xeus"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Packages of one environment.

    Attributes
    ----------
    name
        Its folder in the site.
    channels
        Names or addresses, the first one first.
    packages
        What is asked for, in conda's words (match specifications).
    pip
        Requirements of pure wheels besides.
    where
        The file or table that says so, for messages.
    """

    name: str
    channels: tuple[str, ...]
    packages: tuple[str, ...]
    pip: tuple[str, ...] = ()
    where: str = ""


def find_file(folders: Sequence[Path]) -> Path | None:
    """Give the first ``environment.yml`` in some folders."""
    candidates = (folder / name for folder in folders for name in FILES)
    return next((file for file in candidates if file.is_file()), None)


def read_file(file: Path) -> Environment:
    """Read a file of conda's.

    Raises
    ------
    XeusFailed
        When it cannot be read, has a key that means nothing here, or names no package.
    """
    try:
        loaded = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        msg = f"{file} cannot be read: {' '.join(str(error).split())}"
        raise XeusFailed(msg, do="correct the file") from error
    if not isinstance(loaded, dict):
        raise _wrong(file, "does not hold a table", "write name, channels and dependencies")
    for key in loaded:
        if key not in KEYS:
            raise _wrong(file, f"has {key!r}, which means nothing in a browser", "take it out")
    packages, pip = _dependencies(file, loaded.get("dependencies"))
    name = loaded.get("name", OWN_NAME)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise _wrong(file, f"has a name that is no folder's: {name!r}", "use letters and digits")
    channels = loaded.get("channels") or list(CHANNELS)
    return Environment(
        name=name,
        channels=_strings(file, "channels", channels),
        packages=packages,
        pip=pip,
        where=str(file),
    )


def _dependencies(file: Path, given: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not isinstance(given, list) or not given:
        raise _wrong(file, "has no list of dependencies", "name a kernel: xeus-python for instance")
    packages: list[str] = []
    pip: tuple[str, ...] = ()
    for one in given:
        match one:
            case str():
                packages.append(one)
            case {"pip": list() as wheels, **more} if not more:
                pip += _strings(file, "pip", wheels)
            case _:
                raise _wrong(file, f"has a dependency that is no package: {one!r}", "correct it")
    for requirement in pip:
        if requirement.startswith("-"):
            raise _wrong(
                file, f"gives pip the option {requirement!r}", "name the requirements one by one"
            )
    # conda asks for pip where there is a pip list; here nothing is installed with it.
    return tuple(one for one in packages if one.strip() != "pip"), pip


def _strings(file: Path, key: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise _wrong(file, f"has {key} that are no list of names", "write one on each line")
    return tuple(given)


def _wrong(file: Path, what: str, do: str) -> XeusFailed:
    msg = f"{file} {what}"
    return XeusFailed(msg, do=do)


def of_table(
    *, packages: Sequence[str], channels: Sequence[str], languages: Sequence[str]
) -> Environment:
    """Give the environment of ``[tool.spec14.xeus]``.

    Raises
    ------
    XeusFailed
        For a language that has no kernel.
    """
    kernels = []
    for language in languages:
        if language not in LANGUAGES:
            msg = f"tool.spec14.xeus.languages must not be {language!r}"
            raise XeusFailed(msg, do=f"use one of: {', '.join(LANGUAGES)}")
        kernels.append(LANGUAGES[language])
    return Environment(
        name=OWN_NAME,
        channels=tuple(channels) or CHANNELS,
        packages=tuple(dict.fromkeys((*kernels, *packages))),
        where="[tool.spec14.xeus]",
    )
