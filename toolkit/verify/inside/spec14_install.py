"""Runs in WebAssembly: installing packages, as it goes for a reader of the site.

All that the site has is installed here; what it has not cannot be had.
"""

import importlib
import importlib.metadata
import re
import shlex
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from pyodide.ffi import run_sync

INSTALLERS: Final = ("micropip", "piplite")
MAGIC: Final = re.compile(r"^([ \t]*)%pip\b(.*)$", re.MULTILINE)
"""What pyodide-kernel 0.8.6 (``litetransform.py``) makes a call of piplite of."""


async def install(requirements: str | list[str], *_args: Any, **_options: Any) -> None:
    """Stand for ``piplite.install`` and ``micropip.install``.

    Raises
    ------
    ModuleNotFoundError
        When a package is not in the site, or in another version.
    """
    for text in [requirements] if isinstance(requirements, str) else requirements:
        try:
            wanted = Requirement(text)
            found = importlib.metadata.version(wanted.name)
        except (InvalidRequirement, importlib.metadata.PackageNotFoundError) as error:
            raise ModuleNotFoundError(f"{text} is not in the site", name=text) from error
        if not wanted.specifier.contains(found, prereleases=True):
            raise ModuleNotFoundError(f"the site has {wanted.name} {found}", name=text)


def answer(source: str) -> None:
    """Have both answered by :func:`install` if a cell speaks of one of them."""
    if MAGIC.search(source) or any(name in source for name in INSTALLERS):
        for name in INSTALLERS:
            importlib.import_module(name).install = install  # type: ignore[attr-defined]


def without_pip(source: str) -> str:
    """Give a cell with calls of piplite in the place of ``%pip``."""
    return MAGIC.sub(_call, source)


def _call(found: re.Match[str]) -> str:
    cli = importlib.import_module("piplite.cli")
    code = run_sync(cli.get_transformed_code(shlex.split(found[2]))) or ""
    return "\n".join(f"{found[1]}{line}" for line in code.strip().splitlines())
