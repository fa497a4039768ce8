"""Runs in WebAssembly before the first cell: says what is done once a module is imported.

Nothing is imported here that the kernel would not import by itself.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, Final

AFTER: Final[Mapping[str, str]] = {
    "IPython.core.interactiveshell": "spec14_cells",
    "urllib.request": "spec14_data",
    "micropip.package_index": "spec14_packages",
    "piplite.piplite": "spec14_packages",
}
"""Modules, and the one of ours whose ``changed(module)`` is called after each is imported."""


class Finder:
    """Finds the modules of `AFTER` where they are, and has ours called after them."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec of a module that we wait for."""
        if name not in AFTER:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader, _call(name))  # type: ignore[assignment]
        return spec


class Loader:
    """A loader that calls something after a module was executed."""

    def __init__(self, loader: Any, call: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> Any:
        """As the loader itself does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """As the loader itself does; then call."""
        self._loader.exec_module(module)
        self._call(module)


def prepare(names: Sequence[str] = tuple(AFTER)) -> None:
    """Do it for modules that are imported already, and for those that will be."""
    sys.meta_path.insert(0, Finder())
    for name in names:
        if (module := sys.modules.get(name)) is not None:
            _call(name)(module)


def _call(name: str) -> Callable[[ModuleType], None]:
    def call(module: ModuleType) -> None:
        importlib.import_module(AFTER[name]).changed(module)

    return call
