"""Runs in WebAssembly: what ``%pip install`` says of a package that the site does not have.

Upstream's words (piplite 0.8.6, ``PiplitePyPIDisabled``) come with a traceback through piplite and
micropip, and ``micropip.install`` alone would ask the index whatever the site's settings say.
"""

import functools
import sys
from types import ModuleType
from typing import Any, Final

KERNEL: Final = (
    *("comm", "ipykernel", "ipython", "jedi", "micropip", "packaging"),
    *("piplite", "pygments", "pyodide-kernel", "widgetsnbextension"),
)
"""What the kernel itself asks for; it is not offered to readers."""


class NotInSite(ValueError):
    """A package that is not in the site, which takes none from elsewhere."""

    def _render_traceback_(self) -> list[str]:
        """Give what IPython shows in the place of a traceback."""
        return [str(self)]


def changed(module: ModuleType) -> None:
    """Change what a module does where a package cannot be had.

    Raises
    ------
    AttributeError
        When it is not the module that we know.
    """
    if module.__name__ == "piplite.piplite":
        _change_piplite(module)
    else:
        _change_micropip(module)


def _change_piplite(module: ModuleType) -> None:
    query = module._query_package  # noqa: SLF001
    disabled = module.PiplitePyPIDisabled

    @functools.wraps(query)
    async def asked(name: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return await query(name, *args, **kwargs)
        except disabled:
            raise _not_in_site(name) from None

    module._query_package = asked  # type: ignore[attr-defined]  # noqa: SLF001


def _change_micropip(module: ModuleType) -> None:
    query = module.query_package
    default = _indexes(module)

    @functools.wraps(query)
    async def asked(name: str, index_urls: Any = None, **kwargs: Any) -> Any:
        urls = [index_urls] if isinstance(index_urls, str) else list(index_urls or default)
        if set(urls) <= default and _disabled():
            raise _not_in_site(name)
        return await query(name, index_urls, **kwargs)

    module.query_package = asked  # type: ignore[attr-defined]


def _indexes(module: ModuleType) -> frozenset[str]:
    return frozenset({*module.DEFAULT_INDEX_URLS, module.PYPI, module.PYPI_URL})


def _disabled() -> bool:
    piplite = sys.modules.get("piplite.piplite")
    return piplite is None or bool(piplite._PIPLITE_DISABLE_PYPI)  # noqa: SLF001


def _not_in_site(name: str) -> NotInSite:
    return NotInSite(message(name, _locked()))


def message(name: str, packages: dict[str, dict[str, Any]]) -> str:
    """Say that a package, or the version that was asked for, is not there.

    Parameters
    ----------
    name
        Of the package.
    packages
        Those of the site's lock.
    """
    if name in packages:
        version = packages[name]["version"]
        return f"This site has {name} {version} and no other version of it."
    there = ", ".join(offered(packages)) or "none but the kernel's own"
    return (
        f"{name} is not one of this site's packages ({there}), and it takes none from elsewhere. "
        f'The documentation\'s authors can add it: lite-packages = ["{name}"] in '
        "[tool.spec14.docs]."
    )


def offered(packages: dict[str, dict[str, Any]]) -> list[str]:
    """Give the packages that are not only there for the kernel."""
    own = {name for name in KERNEL if name in packages}
    while True:
        below = {other for name in own for other in packages[name]["depends"]} - own
        if not below:
            return sorted(packages.keys() - own)
        own |= below


def _locked() -> dict[str, dict[str, Any]]:
    import pyodide_js  # noqa: PLC0415 - in WebAssembly only

    return dict(pyodide_js.lockfile.packages.to_py())
