"""Pure wheels beside conda packages: the project's own, what it requires, and ``pip:`` entries.

uv resolves them for the environment's Python. It knows nothing of what conda has installed, so it
is shown a wheel without content for each of these: what they satisfy is not fetched, and a project
that requires another version of one is an error.
"""

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.kernels import installed_distributions, python_version, site_packages
from toolkit.lite.xeus.layer import Installed
from toolkit.lite.xeus.prefix import Prefix
from toolkit.process import run
from toolkit.project import Project
from toolkit.runtime.lock import read_wheel
from toolkit.wheels.dependencies import locked_wheels, require_written
from toolkit.wheels.index import Wheelhouse, uv_environment
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.locking import as_locked
from toolkit.wheels.refusal import Refusal, image_versions
from toolkit.wheels.resolve import Chosen, Question, Refused, ask
from toolkit.wheels.store import store_of

PLATFORM: Final = "wasm32-pyodide2024"
"""What uv 0.13 calls the nearest target: its markers are Emscripten's (``sys_platform``)."""

OF_CONDA: Final = "conda"
"""Local version of what stands for a package of conda's: no index has it."""

GROUP: Final = "xeus"
"""Of the lock (``spec14.lock``), as the site of the other kernel and the tests have theirs."""

ADD: Final = "name it among the environment's conda packages, or require another version"

NOT_FOR_A_BROWSER: Final = ("bin", "*.dist-info/direct_url.json", "*.dist-info/uv_*.json")
"""Programs, and records that name places of this machine."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is installed beside an environment.

    Attributes
    ----------
    wheel
        The project's own wheel, where it goes in.
    pip
        Further requirements.
    where
        What says so, for messages.
    """

    wheel: Path | None
    pip: tuple[str, ...]
    where: str


def is_pure(wheel: Path) -> bool:
    """Tell by its name whether a wheel runs on any machine."""
    try:
        tags = parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename:
        return False
    return all(tag.abi == "none" and tag.platform == "any" for tag in tags)


def install_wheels(project: Project, prefix: Prefix, beside: Beside) -> Installed | None:
    """Install pure wheels into a folder of the project's cache.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    prefix
        The environment.
    beside
        What is installed.

    Returns
    -------
    Installed or None
        ``None`` where there is nothing to install.

    Raises
    ------
    XeusFailed
        When the environment has no Python, or a requirement cannot be had as a pure wheel.
    RequirementsFailed, LockFailed
        When a requirement is none, or its file cannot be fetched.
    """
    if beside.wheel is None and not beside.pip:
        return None
    require_written(beside.pip)
    python = python_version(prefix)
    if python is None:
        msg = f"the environment of {beside.where} has no Python, and its pip: list needs one"
        raise XeusFailed(msg, do="name xeus-python among its packages, or take the list out")
    wheels = _resolve(project, beside, installed_distributions(prefix, python), python)
    folder = project.cache / "xeus-wheels"
    shutil.rmtree(folder, ignore_errors=True)
    _install(project, wheels, folder, python)
    names = tuple(wheel.name for wheel in wheels)
    return Installed(folder=folder, place=site_packages(python), names=names)


def _resolve(
    project: Project, beside: Beside, conda: Mapping[str, str], python: str
) -> tuple[Path, ...]:
    """Give the wheels that are installed, the project's own first."""
    own = None if beside.wheel is None else read_wheel(beside.wheel)
    asked = {*beside.pip, *(map(str, own.requires) if own else ())}
    requires = (*asked, *(f"{one}=={version}" for one, version in conda.items()))

    def resolve(preferred: Mapping[str, str]) -> tuple[Locked, ...]:
        return _lock(project, beside, conda, python, preferred)

    found = (
        locked_wheels(project, GROUP, tuple(sorted((*requires, f"python=={python}"))), resolve)
        if asked
        else ()
    )
    return found if own is None else (own.path, *found)


def _lock(
    project: Project,
    beside: Beside,
    conda: Mapping[str, str],
    python: str,
    preferred: Mapping[str, str],
) -> tuple[Locked, ...]:
    """Let uv choose what neither conda nor the project's own wheel is."""
    store, own = store_of(project), beside.wheel
    named = {} if own is None else {str(read_wheel(own).name): own}
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as name:
        shown = Path(name)
        stand_ins = dict(_stand_in(shown, one, version) for one, version in conda.items())
        question = Question(
            requirements=(
                *(f"{one} @ {path.as_uri()}" for one, path in named.items()),
                *beside.pip,
            ),
            constraints=tuple(f"{one}=={version}" for one, version in stand_ins.items()),
            preferred=preferred,
            links=(
                shown,
                Wheelhouse().target,
                Wheelhouse().kernel,
                *(store.links() if project.settings.offline else ()),
            ),
            index=False,
        )
        try:
            chosen = _ask(project, question, python)
        except Refused as refused:
            raise _refusal(project, beside, conda, refused.refusal) from refused
        others = [
            one
            for one in chosen
            if canonicalize_name(one.name) not in named and not _is_in(shown, one)
        ]
    for one in others:
        if not is_pure(Path(one.file)):
            msg = f"{one.name} {one.version} is compiled, and no pure wheel ({beside.where})"
            raise XeusFailed(msg, do=ADD)
    return tuple(as_locked(one, store) for one in others)


def _is_in(folder: Path, chosen: Chosen) -> bool:
    return chosen.path is not None and chosen.path.parent == folder


def _ask(project: Project, question: Question, python: str) -> tuple[Chosen, ...]:
    """Ask with the image's wheels alone; where that does not suffice, the index too."""

    def chosen(*, index: bool) -> tuple[Chosen, ...]:
        return ask(
            replace(question, index=index),
            python=Path(sys.executable),
            folder=project.cache / "resolve-xeus",
            env=uv_environment(project.cache, offline=project.settings.offline),
            target=_target(python),
        )

    try:
        return chosen(index=False)
    except Refused:
        if project.settings.offline:
            raise
    return chosen(index=True)


def _refusal(
    project: Project, beside: Beside, conda: Mapping[str, str], refusal: Refusal
) -> XeusFailed:
    """Say why there is no solution."""
    names = ", ".join((*refusal.lacking, *refusal.unknown))
    fixed = ", ".join(image_versions(refusal, conda))
    if refusal.unreachable:
        msg = f"the pure wheels of {beside.where} cannot be had: the package index did not answer"
        do = (
            "see that it can be reached (`pip config list`), or that the caches have all: --offline"
        )
    elif names and project.settings.offline:
        msg = f"no pure wheel of {names} is here, and this run is offline"
        do = "run the same command once without --offline"
    elif names:
        msg = f"{names} cannot be had as a pure wheel, and no conda package has it"
        do = ADD
    elif fixed:
        msg = f"{fixed} is what the environment of {beside.where} has, and another is required"
        do = "ask for a version in the environment that suits the project"
    else:
        msg = f"the pure wheels of {beside.where} contradict each other"
        do = "change one of those named above"
    return XeusFailed(msg, do=do, detail=refusal.text)


def _stand_in(folder: Path, name: str, version: str) -> tuple[str, str]:
    """Write a wheel of nothing but a name and a version; give these."""
    try:
        public = Version(version).public
    except InvalidVersion:
        public = "0"
    marked = f"{public}+{OF_CONDA}"
    stem = f"{name.replace('-', '_')}-{marked}"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {marked}\n"
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{stem}.dist-info/METADATA", metadata)
        wheel.writestr(
            f"{stem}.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{stem}.dist-info/RECORD", "")
    return name, marked


def _install(project: Project, wheels: Sequence[Path], folder: Path, python: str) -> None:
    words: list[str | Path] = ["uv", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    words += ["--offline", "--no-config", "--python", sys.executable, *_target(python)]
    words += ["--target", folder, *wheels]
    done = run(words, cwd=project.cache, env=uv_environment(project.cache, offline=True))
    if done.code != 0:
        names = ", ".join(wheel.name for wheel in wheels)
        msg = f"the wheels for the xeus kernel could not be installed: {names}"
        raise XeusFailed(msg, do="read what uv says above", detail=done.tail(12))
    for pattern in NOT_FOR_A_BROWSER:
        for found in folder.glob(pattern):
            shutil.rmtree(found) if found.is_dir() else found.unlink()


def _target(python: str) -> tuple[str, ...]:
    return ("--python-version", python, "--python-platform", PLATFORM)
