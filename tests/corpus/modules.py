"""Which modules of a wheel are compiled, by the names that Python imports them by."""

import re
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

SUFFIX: Final = re.compile(r"(\.cpython-[\w-]+|\.abi3)?\.so$")
"""``importlib.machinery.EXTENSION_SUFFIXES`` of the runtime: with the ABI, ``.abi3``, bare."""


def compiled_modules(wheel: Path) -> list[str]:
    """Give the names of the extension modules of a wheel; shared libraries are none.

    A module may lie below ``NAME.data/platlib`` (the binary distribution format).
    """
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in map(module_name, archive.namelist()) if name is not None]
    return sorted(names)


def module_name(path: str) -> str | None:
    """Give the dotted name of a file of a wheel, where it is an extension module."""
    parts = list(PurePosixPath(path).parts)
    if not parts or not SUFFIX.search(parts[-1]):
        return None
    if parts[0].endswith(".data"):
        del parts[:2]
    bare = SUFFIX.sub("", parts[-1])
    library = parts[-1] == f"{bare}.so" and bare.startswith("lib")
    if library or not all(part.isidentifier() for part in [*parts[:-1], bare]):
        return None
    return ".".join([*parts[:-1], bare])
