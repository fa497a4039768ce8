"""Static libraries for the target: what a recipe leaves, and where a project finds them.

pyodide-build has one folder for all libraries (``WASM_LIBRARY_DIR``). The image has one
such folder, too; the variables that lead compilers, pkg-config and CMake there are those
that ``pyodide_build/recipe/builder.py`` and ``pyodide_build/tools/cmake`` (0.39.2) use.
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from toolkit.errors import BuildFailed
from toolkit.pins import IMAGE

LIBRARIES: Final = IMAGE / "libraries"
"""Headers, static libraries, pkg-config and CMake files of the image, and their licences."""
KEPT: Final = ("include", "lib", "share/licenses")


def files_of(prefix: Path) -> set[str]:
    """Give the files below a prefix, by their paths in it."""
    return {
        path.relative_to(prefix).as_posix()
        for path in prefix.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def take_out(prefix: Path, before: set[str], target: Path) -> None:
    """Copy what a recipe has added to a prefix, fit for any other prefix.

    Parameters
    ----------
    prefix
        The folder of libraries that it was built in.
    before
        What was there already.
    target
        Folder to fill.

    Raises
    ------
    BuildFailed
        When it has added nothing.
    """
    added = sorted(
        name
        for name in files_of(prefix) - before
        if any(name.startswith(f"{folder}/") for folder in KEPT)
    )
    if not added:
        msg = f"the recipe of {target.name} has left no file in $WASM_LIBRARY_DIR"
        raise BuildFailed(msg, do="let its script install headers and libraries there")
    for name in added:
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(prefix / name, copy, follow_symlinks=False)
        if copy.suffix == ".pc":
            _make_relocatable(copy, prefix)


def merge(parts: Iterable[Path], prefix: Path) -> None:
    """Lay the libraries of several recipes into one prefix."""
    prefix.mkdir(parents=True, exist_ok=True)
    for part in parts:
        shutil.copytree(part, prefix, symlinks=True, dirs_exist_ok=True)


def library_variables(prefix: Path = LIBRARIES) -> Mapping[str, str]:
    """Give the variables with which a project's build finds the image's libraries.

    Parameters
    ----------
    prefix
        Folder of libraries.

    Returns
    -------
    Mapping
        ``WASM_LIBRARY_DIR`` (CMake) and ``PKG_CONFIG_LIBDIR`` (pkg-config, which then does
        not see the libraries of this machine). Nothing, where there is no such folder.
    """
    if not prefix.is_dir():
        return {}
    found = str(prefix / "lib" / "pkgconfig")
    return {
        "WASM_LIBRARY_DIR": str(prefix),
        "PKG_CONFIG_LIBDIR": found,
        "EM_PKG_CONFIG_PATH": found,
    }


def library_flags(prefix: Path = LIBRARIES) -> Mapping[str, str]:
    """Give the compilers' flags for the image's libraries, by the variable they belong to.

    They are for pyodide-build's compiler wrapper alone, which adds them to every call: a
    build system that reads ``CFLAGS`` would have them twice.
    """
    if not prefix.is_dir():
        return {}
    include, library = f"-I{prefix / 'include'}", f"-L{prefix / 'lib'}"
    return {"CFLAGS": include, "CXXFLAGS": include, "LDFLAGS": library}


def _make_relocatable(file: Path, prefix: Path) -> None:
    """Let a pkg-config file find its prefix from where it lies (pc(5), ``pcfiledir``)."""
    text = file.read_text("utf-8")
    file.write_text(text.replace(str(prefix), "${pcfiledir}/../.."), "utf-8")
