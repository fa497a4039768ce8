"""The JupyterLite sites in a built site, and the files of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from toolkit.lite.config import KERNEL_PLUGIN
from toolkit.lite.xeus.names import FOLDER, KERNELS

CONFIG: Final = "jupyter-lite.json"
INDEX: Final = "index.html"
PROMPT: Final = "repl"
PYODIDE: Final = "python"
"""The name of the Pyodide kernel."""
ALONE: Final = (PROMPT, "lab")
"""Applications of JupyterLite that need no document."""
NOTEBOOKS: Final = "notebooks"
FILES: Final = frozenset({"_downloads", "_images", "_sources", "_static"})
"""Folders of Sphinx's whose HTML files are no pages: templates of themes, what is downloaded."""


@dataclass(frozen=True, kw_only=True)
class LiteSite:
    """A JupyterLite site.

    Attributes
    ----------
    folder
        Where it is.
    config
        Its ``jupyter-config-data``; empty where that cannot be read.
    """

    folder: Path
    config: dict[str, Any]

    @property
    def kernel(self) -> dict[str, Any]:
        """The Pyodide kernel's settings."""
        plugins = self.config.get("litePluginSettings")
        settings = plugins.get(KERNEL_PLUGIN) if isinstance(plugins, dict) else None
        return settings if isinstance(settings, dict) else {}

    @property
    def runtime(self) -> Path | None:
        """Folder of the runtime that the kernel starts; ``None`` for one of another origin."""
        path = path_of(self.kernel.get("pyodideUrl"))
        return None if path is None else (self.folder / path).resolve().parent

    @property
    def applications(self) -> tuple[str, ...]:
        """Addresses below it at which code can be run, without a page that leads there.

        The prompt and JupyterLab, where they were built; otherwise the first notebook, in the
        application for single ones.
        """
        built = [name for name in ALONE if (self.folder / name / INDEX).is_file()]
        if built:
            return tuple(f"{name}/{INDEX}{self._asked_of(name)}" for name in built)
        contents = self.folder / "files"
        notebook = min(contents.rglob("*.ipynb"), default=None)
        if notebook is None or not (self.folder / NOTEBOOKS / INDEX).is_file():
            return ()
        name = quote(notebook.relative_to(contents).as_posix())
        return (f"{NOTEBOOKS}/{INDEX}?path={name}",)

    def _asked_of(self, application: str) -> str:
        """Give the query that spares the prompt its question for a kernel."""
        if application != PROMPT:
            return ""
        extensions = listed(self.config.get("federated_extensions"))
        plugin, _, _ = KERNEL_PLUGIN.partition(":")
        if any(isinstance(one, dict) and one.get("name") == plugin for one in extensions):
            return f"?kernel={PYODIDE}"
        kernels = read_list(self.folder / FOLDER / KERNELS)
        first = next((one.get("kernel") for one in kernels if isinstance(one, dict)), None)
        return f"?kernel={quote(str(first or PYODIDE), safe='')}"


@dataclass(frozen=True, kw_only=True)
class BuiltSite:
    """A site, with the files in it.

    Attributes
    ----------
    root
        Its folder, without links.
    files
        All regular files, sorted.
    lites
        The JupyterLite sites.
    """

    root: Path
    files: tuple[Path, ...]
    lites: tuple[LiteSite, ...]

    def name(self, file: Path) -> str:
        """Give the path of a file below the site."""
        return (
            file.relative_to(self.root).as_posix() if file.is_relative_to(self.root) else str(file)
        )

    def of(self, *suffixes: str) -> tuple[Path, ...]:
        """Give the files whose names end with one of these."""
        return tuple(file for file in self.files if file.name.lower().endswith(suffixes))

    def in_lite(self, file: Path) -> bool:
        """Tell whether a file belongs to JupyterLite rather than to the documentation."""
        return any(file.is_relative_to(lite.folder) for lite in self.lites)

    def of_application(self, file: Path) -> bool:
        """Tell whether a file is JupyterLite's own, and none that readers open in it."""
        return self.in_lite(file) and not any(
            file.is_relative_to(lite.folder / "files") for lite in self.lites
        )

    @property
    def pages(self) -> tuple[Path, ...]:
        """The documentation's pages."""
        return tuple(
            page
            for page in self.of(".html")
            if not self.in_lite(page) and FILES.isdisjoint(page.relative_to(self.root).parts)
        )

    @property
    def applications(self) -> tuple[str, ...]:
        """Addresses below the site at which its JupyterLite sites can be tried by themselves."""
        return tuple(
            f"{self.name(lite.folder)}/{address}" if lite.folder != self.root else address
            for lite in self.lites
            for address in lite.applications
        )


def path_of(url: object) -> str | None:
    """Give the path that a URL names in its own site; ``None`` for any other, and for none."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        return None  # such as "http://["
    return None if parts is None or parts.scheme or parts.netloc else parts.path


def listed(value: object) -> list[Any]:
    """Give a list as it is, and an empty one for what is none: a site may hold anything."""
    return value if isinstance(value, list) else []


def read_list(file: Path) -> list[Any]:
    """Give the list in a JSON file; an empty one where it cannot be read."""
    try:
        return listed(json.loads(file.read_text("utf-8")))
    except OSError, ValueError:
        return []  # toolkit.check.origins.unreadable says so


def read_site(folder: Path) -> BuiltSite:
    """Find what is in a site."""
    root = folder.resolve()
    files = tuple(
        sorted(
            inner / name
            for inner, _, names in root.walk()
            for name in names
            if (inner / name).is_file()
        )
    )
    tops: list[Path] = []
    for file in sorted(
        (one for one in files if one.name == CONFIG), key=lambda one: len(one.parts)
    ):
        # Each application has one of its own, below that of the whole.
        if not any(file.is_relative_to(top) for top in tops):
            tops.append(file.parent)
    lites = tuple(LiteSite(folder=top, config=_config(top / CONFIG)) for top in tops)
    return BuiltSite(root=root, files=files, lites=lites)


def _config(file: Path) -> dict[str, Any]:
    try:
        read = json.loads(file.read_text("utf-8"))
    except OSError, ValueError:
        return {}  # toolkit.check.origins says so
    data = read.get("jupyter-config-data") if isinstance(read, dict) else None
    return data if isinstance(data, dict) else {}
