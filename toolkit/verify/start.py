"""How an interpreter for examples is started: with the wheels of the site, from a snapshot."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from toolkit.lite.distribution import INSIDE as IN_SITE
from toolkit.pins import RUNTIME
from toolkit.project import Project
from toolkit.runtime.interpreter import Start
from toolkit.runtime.snapshot import snapshot_for
from toolkit.testing.worker import INSIDE as CAUSES
from toolkit.testing.worker import PLACE
from toolkit.wheels.environment import environment_with

INSIDE: Final = Path(__file__).parent / "inside"
IMPORTS: Final = ("spec14_kernel",)
"""What the memory snapshot holds besides the runtime."""
BACKEND: Final = "module://matplotlib_inline.backend_inline"
"""The kernel of the site draws with it too."""
NOTEBOOK: Final = ".ipynb"


def start_with(project: Project, wheels: Sequence[Path], say: Callable[[str], None]) -> Start:
    """Say how an interpreter for examples is started.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheels
        All that the kernel of the site can load.
    say
        Told what takes long.
    """
    environment = environment_with(
        project.cache / "verify-env", wheels, what=f"the examples of {project.name}"
    )
    folder = project.cache / "verify"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start = Start(
        runtime=RUNTIME,
        python=environment.python,
        cwd=folder,
        module="spec14_verify",
        env={
            "HOME": "/tmp",  # noqa: S108 - in its memory
            "LANG": "C.UTF-8",
            "MPLBACKEND": BACKEND,
            "TZ": os.environ.get("TZ", "UTC"),
        },
        inside={PLACE: CAUSES, "/lib/spec14-verify": INSIDE, "/lib/spec14-site": IN_SITE},
    )
    found = snapshot_for(start, project.cache / "verify-snapshot", imports=IMPORTS)
    if found.file is None:
        say(f"interpreters start without a memory snapshot: {found.reason}")
        return start
    return replace(start, snapshot=found.file)


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
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, file in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / name)
    return folder
