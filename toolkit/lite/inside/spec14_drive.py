"""Runs in WebAssembly: modules beside a notebook are found without asking for every file there.

The kernel's working folder is the reader's files, and Python looks there first for each module
that is not imported yet. Emscripten's ``getdents`` wants to know of each name whether it is a
folder, and of a file behind JupyterLite's service worker that is a request for which the kernel
waits (7 ms each, ``jupyterlite-core`` 0.8.6): a site with hundreds of notebooks had its readers
wait for seconds at their first import.
"""

import sys
from collections.abc import Callable
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import Final

DRIVE: Final = "/drive"
"""Where the kernel mounts the reader's files (``initFilesystem`` of pyodide-kernel 0.8.6)."""


class DriveFinder(FileFinder):
    """Finds modules in a folder of the reader's files, of which it is told the names alone."""

    _path_cache: set[str]

    def _fill_cache(self) -> None:
        # FileFinder's own lists the folder (importlib/_bootstrap_external.py, 3.14).
        import pyodide_js  # noqa: PLC0415 - in WebAssembly only
        from pyodide.ffi import JsException  # noqa: PLC0415

        try:
            self._path_cache = set(pyodide_js.FS.readdir(self.path).to_py())
        except JsException:
            super()._fill_cache()  # type: ignore[misc] # a private method


def prepare(drive: str = DRIVE) -> None:
    """Have modules in the reader's files be found this way."""
    sys.path_hooks.insert(0, _hook(drive))
    for path in [path for path in sys.path_importer_cache if _is_within(path, drive)]:
        del sys.path_importer_cache[path]


def _hook(drive: str) -> Callable[[str], DriveFinder]:
    def find(path: str) -> DriveFinder:
        if not _is_within(path, drive):
            msg = "not among the reader's files"
            raise ImportError(msg, path=path)
        return DriveFinder(
            path,
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (SourceFileLoader, SOURCE_SUFFIXES),
            (SourcelessFileLoader, BYTECODE_SUFFIXES),
        )

    return find


def _is_within(path: str, drive: str) -> bool:
    return path == drive or path.startswith(f"{drive}/")
