"""How an interpreter for examples is started: with the wheels of the site, from a snapshot."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from filelock import FileLock

from toolkit.archive import file_sha256
from toolkit.cache import key_of
from toolkit.lite.distribution import INSIDE as IN_SITE
from toolkit.pins import RUNTIME, fingerprint
from toolkit.project import Project
from toolkit.runtime.interpreter import Start
from toolkit.runtime.snapshot import snapshot_for
from toolkit.testing.worker import INSIDE as CAUSES
from toolkit.testing.worker import PLACE
from toolkit.verify.behaviour import Wheels
from toolkit.wheels.environment import environment_with, unpack
from toolkit.wheels.store import shared_folder

INSIDE: Final = Path(__file__).parent / "inside"
IMPORTS: Final = ("spec14_kernel",)
"""What the memory snapshot holds besides the runtime."""
BACKEND: Final = "module://matplotlib_inline.backend_inline"
"""The kernel of the site draws with it too."""
NOTEBOOK: Final = ".ipynb"


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What an example finds when it begins.

    Attributes
    ----------
    start
        How its interpreter is started.
    packages
        Folder of the project's own packages.
    contents
        Folder with what is beside a notebook; each example gets a copy of its own.
    """

    start: Start
    packages: Path
    contents: Path


def prepared(
    project: Project,
    wheels: Wheels,
    contents: Mapping[str, Path],
    say: Callable[[str], None],
) -> Prepared:
    """Prepare interpreters for examples.

    The environment and the snapshot hold everything but the project's own wheel, which is the one
    that changes. They lie in the project's cache, or below ``SPEC14_CACHE`` for all projects.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheels
        All that the kernel of the site can load.
    contents
        Files that notebooks find beside them, by name.
    say
        Told what takes long.
    """
    cwd = made_anew(project.cache / "verify")
    with _held(project, wheels) as place:
        environment = environment_with(
            place / "verify-env", wheels.others, what=f"the examples of {project.name}"
        )
        start = Start(
            runtime=RUNTIME,
            python=environment.python,
            cwd=cwd,
            module="spec14_verify",
            env={
                "HOME": "/tmp",  # noqa: S108 - in its memory
                "LANG": "C.UTF-8",
                "MPLBACKEND": BACKEND,
                "TZ": os.environ.get("TZ", "UTC"),
            },
            inside={PLACE: CAUSES, "/lib/spec14-verify": INSIDE, "/lib/spec14-site": IN_SITE},
        )
        found = snapshot_for(start, place / "verify-snapshot", imports=IMPORTS)
        packages = made_anew(project.cache / "verify-own")
        unpack(environment, wheels.own, packages, what=project.name)
    if found.file is None:
        say(f"interpreters start without a memory snapshot: {found.reason}")
    return Prepared(
        start=replace(start, snapshot=found.file),
        packages=packages,
        contents=stage(contents, project.cache / "verify-contents"),
    )


@contextlib.contextmanager
def _held(project: Project, wheels: Wheels) -> Iterator[Path]:
    """Give the folder of environment and snapshot; where projects share it, others wait."""
    if (shared := shared_folder()) is None:
        yield project.cache
        return
    key = key_of(fingerprint(), sorted(map(file_sha256, wheels.others)))
    place = shared / "examples" / key[:24]
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "lock"):
        yield place


def made_anew(folder: Path) -> Path:
    """Give a folder without anything in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def files_in(contents: Iterable[Path]) -> dict[str, Path]:
    """Give the files that a notebook finds beside it, by their path in the site.

    Notebooks are left out: they are what is run.

    Parameters
    ----------
    contents
        Files, and folders whose content is taken.
    """
    found: dict[str, Path] = {}
    for path in contents:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        root = path if path.is_dir() else path.parent
        for file in inside:
            if file.is_file() and file.suffix != NOTEBOOK:
                found[file.relative_to(root).as_posix()] = file
    return found


def stage(files: Mapping[str, Path], folder: Path) -> Path:
    """Copy files, given by name, into a folder that is made anew, and give it."""
    made_anew(folder)
    for name, file in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    return folder
