"""Runs in WebAssembly: packages of the site that come when they are imported, wherever that is.

Only what the project requires is there from the start. The kernel loads what a cell's own text
imports (``loadPackagesFromImports``); what is imported further in, an optional dependency of the
project's for instance, is found here: its wheel and those that it requires are fetched and unpacked
while the import waits, which a worker may.
"""

import hashlib
import importlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final
from urllib.parse import urljoin

SOURCE: Final = "default channel"
"""What Pyodide says of packages out of its lock (src/js/load-package.ts, 314.0)."""

OK: Final = 200


class Finder:
    """Finds the modules of packages that are in the site and not yet in the interpreter."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec of a module, once its package is there."""
        if path is not None or (package := _package_of(name)) is None:
            return None
        _load(package)
        return PathFinder.find_spec(name, path, target)


def prepare() -> None:
    """Let the finder be asked last, when nobody else has found a module."""
    sys.meta_path.append(Finder())


def warm(name: str) -> None:
    """Import a module that a cell will probably import.

    Should that fail, it is as if nobody had tried: the cell's own import says why.
    """
    before = set(sys.modules)
    try:
        importlib.import_module(name)
    except Exception:  # noqa: BLE001 - whatever a package does when it is imported
        for module in sys.modules.keys() - before:
            del sys.modules[module]


def _package_of(name: str) -> str | None:
    import pyodide_js  # noqa: PLC0415 - in WebAssembly only
    from _pyodide import _importhook  # noqa: PLC0415

    # By import name, out of the site's lock; Pyodide fills it at each start.
    package = _importhook.REPODATA_PACKAGES_IMPORT_TO_PACKAGE_NAME.get(name)
    if package is None or package in pyodide_js.loadedPackages.to_py():
        return None
    return str(package)


def _load(package: str) -> None:
    import pyodide_js  # noqa: PLC0415

    packages: Mapping[str, Mapping[str, Any]] = pyodide_js.lockfile.packages.to_py()
    loaded = pyodide_js.loadedPackages
    for name in needed(package, packages, loaded.to_py()):
        entry = packages[name]
        _unpack(entry, _fetched(urljoin(pyodide_js.lockfileBaseUrl, entry["file_name"]), entry))
        setattr(loaded, name, SOURCE)
    importlib.invalidate_caches()


def needed(
    package: str, packages: Mapping[str, Mapping[str, Any]], loaded: Mapping[str, Any]
) -> Iterator[str]:
    """Give a package and all that it requires, but for what is there; each once, its needs first.

    Parameters
    ----------
    package
        Its name.
    packages
        Those of the site's lock.
    loaded
        Names of those that are there.
    """
    found: dict[str, None] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        # Packages may require each other.
        if name in found or name in loaded or name in above:
            return
        for other in packages[name]["depends"]:
            visit(other, (*above, name))
        found[name] = None

    visit(package, ())
    yield from found


def _fetched(url: str, entry: Mapping[str, Any]) -> Any:
    import js  # noqa: PLC0415

    request = js.XMLHttpRequest.new()
    request.open("GET", url, False)  # noqa: FBT003 - JavaScript has no keywords
    request.responseType = "arraybuffer"
    request.send()
    if request.status != OK:
        msg = f"{entry['file_name']} could not be loaded: the server answers {request.status}"
        raise ImportError(msg, name=str(entry["name"]))
    wheel = request.response
    if hashlib.sha256(wheel.to_memoryview()).hexdigest() != entry["sha256"]:
        msg = f"{entry['file_name']} is not the file of this site's lock"
        raise ImportError(msg, name=str(entry["name"]))
    return wheel


def _unpack(entry: Mapping[str, Any], wheel: Any) -> None:
    from pyodide import _package_loader  # noqa: PLC0415

    _package_loader.unpack_buffer(
        wheel,
        filename=str(entry["file_name"]).rpartition("/")[2],
        extract_dir=_package_loader.get_install_dir(entry["install_dir"]),
        # As PackageManager.installPackage does.
        metadata={"INSTALLER": "pyodide.loadPackage", "PYODIDE_SOURCE": "pyodide"},
    )
