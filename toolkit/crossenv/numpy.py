"""NumPy's headers and static libraries for the target, laid over the native NumPy.

A build imports the native NumPy and includes what lies in it; pyodide-build lays
``site-packages-extras/numpy`` over it, so that the configuration header and the
libraries are the target's.
"""

import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from toolkit.errors import CrossEnvFailed

NUMPY: Final = "numpy"
CONFIGURATION: Final = "numpy/_core/include/numpy/_numpyconfig.h"
LIBRARIES: Final = ("numpy/_core/lib", "numpy/random/lib")


def overlay(wheel: Path, extras: Path) -> list[Path]:
    """Unpack the target's files of a NumPy wheel below `extras`; give their paths.

    Raises
    ------
    CrossEnvFailed
        When the wheel does not carry them.
    """
    written: list[Path] = []
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            inside = PurePosixPath(name)
            library = inside.suffix == ".a" and str(inside.parent) in LIBRARIES
            if name == CONFIGURATION or library:
                target = extras / inside
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
                written.append(target)
    if not any(path.name == "_numpyconfig.h" for path in written):
        msg = f"{wheel.name} carries no {CONFIGURATION}"
        raise CrossEnvFailed(msg, do="build NumPy for the target again")
    return written
