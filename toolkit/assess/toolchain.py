"""What the compiler for the target has: its macros and its headers, asked of itself."""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.cache import key_of, remembered
from toolkit.crossenv.install import installed_root
from toolkit.crossenv.libraries import LIBRARIES
from toolkit.errors import ToolMissing
from toolkit.pins import RUNTIME, fingerprint
from toolkit.process import run

RECORD: Final = "compiler-has.json"
MACRO: Final = re.compile(r"^#define (\w+)(?: (.*))?$", re.MULTILINE)
SEARCHED: Final = re.compile(
    r"#include <\.\.\.> search starts here:\n(.*?)End of search list", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """What can be compiled and linked without the project bringing it.

    Attributes
    ----------
    macros
        Those that the compiler defines by itself, with their values.
    headers
        Folders that ``#include <…>`` looks into: the compiler's, Python's, NumPy's, the image's.
    libraries
        Names of libraries of the image, without ``lib`` and suffix, and of pkg-config files.
    """

    macros: Mapping[str, str]
    headers: tuple[Path, ...]
    libraries: frozenset[str]

    def has_header(self, name: str) -> bool:
        """Whether a header is in one of the folders; names that lead out of them are not."""
        return _header(name, self.headers)


def toolchain(cache: Path) -> Toolchain:
    """Give what the image's compiler has.

    Parameters
    ----------
    cache
        Folder of what is kept.

    Raises
    ------
    ToolMissing
        When there is no compiler for the target.
    """
    kept = remembered(cache / RECORD, key_of(fingerprint()), _ask)
    headers = [Path(folder) for folder in kept["headers"]]
    return Toolchain(
        macros=kept["macros"],
        headers=(*headers, *_python_headers(), LIBRARIES / "include"),
        libraries=libraries_in(LIBRARIES),
    )


def libraries_in(prefix: Path) -> frozenset[str]:
    """Give the names of the static libraries and pkg-config files below a prefix, in lower case."""
    static = {path.stem.removeprefix("lib") for path in prefix.glob("lib/lib*.a")}
    configured = {path.stem for path in prefix.glob("lib/pkgconfig/*.pc")}
    return frozenset(
        name.lower() for one in static | configured for name in (one, one.removeprefix("lib"))
    )


def _ask() -> dict[str, Any]:
    done = run(["em++", "-x", "c++", "-E", "-dM", "-v", "/dev/null"])
    found = SEARCHED.search(done.output)
    if done.code != 0 or found is None:
        msg = "em++ does not say what it defines and where it looks for headers"
        raise ToolMissing(
            msg, do="run this inside the spec14-toolkit image (`spec14 info`)"
        ) from None
    macros = {name: value.strip() for name, value in MACRO.findall(done.output)}
    searched = [line.strip() for line in found[1].splitlines() if line.strip()]
    return {"macros": macros, "headers": searched}


def _python_headers() -> tuple[Path, ...]:
    home = RUNTIME.parent / "xbuildenv"
    return tuple(
        path.parent for path in sorted(installed_root(home).rglob("include/python3*/Python.h"))
    ) + tuple(path for path in sorted(installed_root(home).rglob("numpy/_core/include")))


@functools.cache
def _header(name: str, folders: Sequence[Path]) -> bool:
    if ".." in name or name.startswith("/"):
        return False
    return any((folder / name).is_file() for folder in folders)
