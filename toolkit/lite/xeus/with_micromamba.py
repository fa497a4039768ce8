"""micromamba in rattler's place, for who prefers it: ``[tool.spec14.xeus] solver``.

It chooses packages in a dry run that tells them as JSON; rattler writes the lock of that. What is
installed is an explicit list (``@EXPLICIT``, ``address#sha256``) of what the lock names. Read off
the source of micromamba 2.8.1: ``libmamba/src/api/install.cpp``, ``core/transaction.cpp`` (the
JSON), ``specs/package_info.cpp`` (the list).
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.solving import LIMIT, PLATFORM, UNREACHABLE, UNSOLVED, Asked, Package
from toolkit.lite.xeus.with_rattler import read_lock, write_lock
from toolkit.process import Finished, find_tool, run

NAME: Final = "micromamba"
VARIABLE: Final = "MAMBA_EXE"
"""Where micromamba's own set-up of a shell says which program it is."""

PREFIXES: Final = ("MAMBA_", "CONDA_")
"""Variables that micromamba takes for its configuration: none of them is for this."""

CONFIGURATION: Final = {
    # Nothing of a prefix for another machine can be run while it is made.
    "compile_pyc": False,
    "skip_run_link_scripts": True,
    "add_pip_as_python_dependency": False,
}


class Micromamba:
    """Solves and installs with the user's micromamba."""

    def solve(self, asked: Asked, lock: Path) -> None:
        """Choose packages and write the lock."""
        words = [word for channel in asked.channels for word in ("--channel", channel)]
        words += ["--override-channels", "--dry-run"]
        with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
            told = _create(asked, Path(work) / "prefix", [*words, *asked.packages])
        records = told.get("actions", {}).get("LINK", [])
        if not records:
            msg = f"{NAME} chose no package for the environment of {asked.where}"
            raise XeusFailed(msg, do="name a kernel in it: xeus-python for instance")
        write_lock(asked, lock, records)

    def install(self, asked: Asked, lock: Path, folder: Path) -> tuple[Package, ...]:
        """Install what a lock names; give the packages."""
        packages = read_lock(asked, lock)
        with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
            named = Path(work) / "explicit.txt"
            named.write_text(explicit(packages), "utf-8")
            _create(asked, folder, ["--file", str(named)])
        return packages


def explicit(packages: Sequence[Package]) -> str:
    """Give the list of packages that are installed as they stand, each with its SHA-256.

    Raises
    ------
    XeusFailed
        When a package has none: its channel's index lacks it.
    """
    for one in packages:
        if not one["sha256"]:
            msg = f"the lock has no SHA-256 of {one['name']} {one['version']}"
            raise XeusFailed(msg, do="use a channel whose index has them (conda index, rattler)")
    return "\n".join(["@EXPLICIT", *(f"{one['url']}#{one['sha256']}" for one in packages), ""])


def program() -> Path:
    """Give the program: the one that ``MAMBA_EXE`` names, or that of ``PATH``.

    Raises
    ------
    ToolMissing
        When there is none.
    """
    do = f'put it on PATH, or name it in {VARIABLE}; solver = "rattler" needs none (docs/xeus.md)'
    return find_tool(os.environ.get(VARIABLE) or NAME, do=do)


def _create(asked: Asked, prefix: Path, words: Sequence[str]) -> dict[str, Any]:
    """Run ``micromamba create``; give what it tells."""
    root = asked.cache / NAME
    home = root / "home"
    home.mkdir(parents=True, exist_ok=True)
    # JSON is YAML; files of other names are passed over (``has_config_name``).
    own = root / "spec14.yml"
    own.write_text(json.dumps(CONFIGURATION | {"pkgs_dirs": [str(root / "pkgs")]}), "utf-8")
    command: list[str | Path] = [program(), "create"]
    # Files that are named are all that it reads of its configuration.
    for file in (own, *asked.configuration):
        command += ["--rc-file", file]
    command += ["--root-prefix", root, "--prefix", prefix, "--platform", PLATFORM]
    command += ["--yes", "--json", *(["--offline"] if asked.offline else [])]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
    # It notes each environment in a file of the home folder.
    env = kept | {"HOME": str(home)}
    try:
        done = run([*command, *words], env=env, own_env=True, timeout=LIMIT)
    except subprocess.TimeoutExpired as error:
        msg = f"{NAME} did not come to an end within {LIMIT:g} s"
        raise XeusFailed(msg, do=UNREACHABLE) from error
    told = _told(done)
    if done.code != 0 or not told.get("success", True):
        raise _failed(asked, done, told)
    return told


def _told(done: Finished) -> dict[str, Any]:
    """Give the object of JSON in what a program wrote; warnings may stand around it."""
    begin = done.output.find("{")
    try:
        told, _end = json.JSONDecoder().raw_decode(done.output[begin:]) if begin >= 0 else ({}, 0)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _failed(asked: Asked, done: Finished, told: dict[str, Any]) -> XeusFailed:
    problems = [str(one) for one in told.get("solver_problems") or ()]
    if problems:
        msg = f"the environment of {asked.where} cannot be had: {problems[0]}"
        return XeusFailed(msg, do=UNSOLVED, detail="\n".join(problems[1:]))
    msg = f"the environment of {asked.where} cannot be had: {NAME} ended with code {done.code}"
    return XeusFailed(msg, do=UNREACHABLE, detail=done.tail(30))
