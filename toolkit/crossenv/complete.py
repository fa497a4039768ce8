"""Upstream's cross-build environment, with this image's runtime and wheels in it.

Compiler flags, headers and build data stay upstream's. What ``pyodide venv`` starts is the
npm package and the launcher of the assembled environment, so that tests run the same
way with either toolchain; what the image has compiled is what builds are given.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from toolkit.crossenv.assemble import write_dist
from toolkit.crossenv.install import installed_root
from toolkit.crossenv.numpy import NUMPY, overlay
from toolkit.errors import CrossEnvFailed
from toolkit.runtime.distribution import Runtime, read_runtime

STATED: Final = ("abi_version", "python", "platform")


def complete(
    runtime_folder: Path, home: Path, *, wheels: Sequence[Path], cross: Mapping[str, Path]
) -> Runtime:
    """Complete the environment that :mod:`toolkit.crossenv.upstream` installed below `home`.

    Parameters
    ----------
    runtime_folder
        The npm package ``pyodide``, unpacked.
    home
        Folder of pyodide-build's environments.
    wheels
        Wheels for every ``pyodide venv`` (micropip and what it requires).
    cross
        Wheels for the target, by name, whose headers and libraries builds need.

    Raises
    ------
    CrossEnvFailed
        When it is not the environment of this runtime.
    """
    runtime = read_runtime(runtime_folder)
    root = installed_root(home) / "pyodide-root"
    _require_same(runtime_folder, root / "dist")
    fresh = root / "dist.new"
    shutil.rmtree(fresh, ignore_errors=True)
    write_dist(runtime, fresh, wheels)
    shutil.rmtree(root / "dist")
    fresh.rename(root / "dist")
    # pyodide-build filled it with addresses on another host; the image's wheels come by folder.
    shutil.rmtree(root / "package_index", ignore_errors=True)
    (root / "package_index").mkdir()
    extras = root.parent / "site-packages-extras"
    for name in cross:
        shutil.rmtree(extras / name, ignore_errors=True)
    if NUMPY in cross:
        overlay(cross[NUMPY], extras)
    requirements = root.parent / "requirements.txt"
    versions = {name: path.name.split("-")[1] for name, path in cross.items()}
    requirements.write_text(replaced(requirements.read_text("utf-8"), versions), "utf-8")
    return runtime


def replaced(requirements: str, versions: Mapping[str, str]) -> str:
    """Give ``requirements.txt`` with the image's own versions of some packages.

    Parameters
    ----------
    requirements
        Lines as ``numpy==2.4.1``.
    versions
        Exact versions by name.
    """
    ours = {canonicalize_name(name) for name in versions}
    kept = [
        line
        for line in requirements.splitlines()
        if line.strip() and canonicalize_name(Requirement(line).name) not in ours
    ]
    lines = [*kept, *(f"{name}=={version}" for name, version in versions.items())]
    return "".join(f"{line}\n" for line in lines)


def _require_same(runtime: Path, dist: Path) -> None:
    def stated(folder: Path) -> Mapping[str, str]:
        try:
            lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
            return {name: lock["info"][name] for name in STATED}
        except (OSError, KeyError, ValueError) as error:
            msg = f"{folder} does not say which runtime it is for ({error})"
            raise CrossEnvFailed(msg, do="build the image anew") from error

    theirs, ours = stated(dist), stated(runtime)
    for name in STATED:
        if theirs[name] != ours[name]:
            msg = f"the environment is for {name} {theirs[name]}, the runtime has {ours[name]}"
            raise CrossEnvFailed(msg, do="move the pins together (nox -s update-pins)")
