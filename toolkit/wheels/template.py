"""An empty environment for the target that is made once, with the image, and then copied.

``pyodide venv`` starts Python in Node four times, which takes ten seconds; a copy takes a tenth of
one. What it writes names its own folder in a few scripts and links (virtualenv 21,
``pyodide_build/out_of_tree/venv.py`` 0.39.2): those are written anew.
"""

import os
import shutil
from pathlib import Path
from typing import Final

from toolkit.cache import read_record, write_record
from toolkit.disk import full_disk_is_an_error, require_room
from toolkit.errors import RuntimeFailed
from toolkit.pins import IMAGE, fingerprint
from toolkit.process import run

TEMPLATE: Final = IMAGE / "environment"
RECORD: Final = "spec14-template.json"
NAMING_PLACES: Final = (".", "bin")
"""Folders in which files name the environment's own."""


def create(folder: Path, template: Path = TEMPLATE) -> None:
    """Make an empty environment: a copy of the image's, or a new one where that does not fit.

    Parameters
    ----------
    folder
        Where it goes; nothing is there.
    template
        Where the image's is.

    Raises
    ------
    RuntimeFailed
        When Python in Node does not start.
    """
    if read_record(template / RECORD) == _made_by():
        _copy(template, folder)
    else:
        make(folder)


def make(folder: Path) -> None:
    """Make an empty environment with ``pyodide venv``.

    Raises
    ------
    RuntimeFailed
        When Python in Node does not start.
    """
    done = run(
        ["pyodide", "venv", folder],
        env={
            # virtualenv unpacks the pip it carries into a folder of its own.
            "VIRTUALENV_OVERRIDE_APP_DATA": str(folder.parent / "virtualenv"),
            # It asks Python in Node what it is and gives up after 15 seconds, which a busy
            # machine needs (python-discovery, _cached_py_info.py).
            "PY_DISCOVERY_TIMEOUT": "120",
        },
    )
    if done.code != 0:
        require_room(done.output, folder)
        msg = "Python in Node did not start to make an environment"
        raise RuntimeFailed(msg, do="see `spec14 info`", detail=done.tail())


def _copy(template: Path, folder: Path) -> None:
    with full_disk_is_an_error(folder):
        shutil.copytree(template, folder, symlinks=True)
    (folder / RECORD).unlink()
    old, new = str(template), str(folder.absolute())
    for place in NAMING_PLACES:
        for path in (folder / place).iterdir():
            if path.is_symlink():
                target = str(path.readlink())
                if target.startswith(f"{old}/"):
                    path.unlink()
                    path.symlink_to(new + target.removeprefix(old))
            elif path.is_file() and old.encode() in (content := path.read_bytes()):
                path.write_bytes(content.replace(old.encode(), new.encode()))


def _made_by() -> dict[str, str]:
    """Give what a template depends on: another toolchain's does not fit."""
    return {
        "fingerprint": fingerprint(),
        "crossenv": os.environ.get("PYODIDE_XBUILDENV_PATH", ""),
    }


if __name__ == "__main__":  # one of the image's last steps
    make(TEMPLATE)
    for one in (file for file in TEMPLATE.rglob("*") if not file.is_symlink()):
        one.chmod(one.stat().st_mode & ~0o022)  # pyodide-build's scripts are everybody's
    shutil.rmtree(TEMPLATE.parent / "virtualenv")
    write_record(TEMPLATE / RECORD, _made_by())
