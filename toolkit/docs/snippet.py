"""Lines for documentation tools that spec14 does not run: what in them leads to a built site.

quarto-live (0.1.2-dev, ``_extensions/live/live.lua``) passes ``pyodide.engine-url`` to
``loadPyodide`` as ``indexURL`` and installs ``pyodide.packages`` with micropip, which asks the lock
that lies there first. MyST (mystmd 1.8.3, ``myst-frontmatter/src/thebe``) has one switch, ``lite``,
and no option for what it loads: there a page shows a notebook of the site in a frame.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import yaml

from toolkit.archive import file_sha256
from toolkit.check.static import require_lock
from toolkit.docs.build import RECORD
from toolkit.docs.handover import IN_SITE
from toolkit.errors import SnippetFailed
from toolkit.lite.config import LOCK, PYODIDE
from toolkit.runtime.distribution import RUNTIME_FILES

QUARTO_LIVE: Final = ("pyodide-http", "micropip", "ipython")
"""What quarto-live installs in every page, besides what the page names."""
EXTENSIONS: Final = tuple(
    f"{above}_extensions{owner}" for above in ("", "*/") for owner in ("", "/*")
)
"""Where Quarto puts extensions, in the project and one folder below: with an owner and without."""
WORKER: Final = "live/resources/pyodide-worker.js"
VERSION_NAME: Final = re.compile(r"does not match: '\$\{(\w+)\}")
"""In ``loadPyodide``: the name under which a bundle keeps its own version of Pyodide."""
GENERATED: Final = re.compile(r"[0-9a-f]{8}(_[0-9a-f]{4}){3}_[0-9a-f]{12}\.ipynb")
"""Notebooks of examples: their names change with their content."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a built site has.

    Attributes
    ----------
    site
        Its folder.
    pyodide
        Version of its runtime.
    package
        Name of the project's package in its lock.
    wheel, wheel_sha256
        The project's wheel.
    lock_sha256
        Of the lock.
    packages
        All names in the lock.
    notebooks
        Those with names of their own, below the Lite site's files.
    """

    site: Path
    pyodide: str
    package: str
    wheel: str
    wheel_sha256: str
    lock_sha256: str
    packages: frozenset[str]
    notebooks: tuple[str, ...]


def read_facts(site: Path) -> Facts:
    """Read what a built site has, and see that all of it is there.

    Raises
    ------
    SnippetFailed
        When there is no site, or none with a Pyodide kernel.
    LiteFailed
        When the lock does not fit the files.
    """
    folder = site / IN_SITE / PYODIDE
    lock = folder / LOCK
    try:
        record = json.loads((site / RECORD).read_text("utf-8"))
        packages: dict[str, Any] = json.loads(lock.read_text("utf-8"))["packages"]
        pyodide, wheel, sha256 = (str(record[key]) for key in ("pyodide", "wheel", "wheel_sha256"))
        own = next(name for name, one in packages.items() if one["file_name"] == wheel)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        msg = f"{site} is no site of spec14's with a Pyodide kernel: {error!r}"
        raise SnippetFailed(msg, do="run `spec14 docs`, or name the site with --site") from error
    require_lock(lock)
    if missing := [name for name in RUNTIME_FILES if not (folder / name).is_file()]:
        msg = f"{folder} lacks {', '.join(missing)}"
        raise SnippetFailed(msg, do="run `spec14 docs` again")
    return Facts(
        site=site,
        pyodide=pyodide,
        package=own,
        wheel=wheel,
        wheel_sha256=sha256,
        lock_sha256=file_sha256(lock),
        packages=frozenset(packages),
        notebooks=tuple(_notebooks(site / IN_SITE / "files")),
    )


def quarto(facts: Facts, url: str, project: Path) -> str:
    """Give the front matter for quarto-live.

    Parameters
    ----------
    facts
        Of the site.
    url
        Where it is published.
    project
        Folder in which the extension is looked for.

    Raises
    ------
    SnippetFailed
        When the extension's own files do not go with the site.
    """
    base = _base(url)
    if missing := [name for name in QUARTO_LIVE if name not in facts.packages]:
        msg = f"quarto-live loads {', '.join(missing)}, which the site has not: it would ask PyPI"
        names = ", ".join(f'"{name}"' for name in missing)
        do = f"put {names} into lite-packages of [tool.spec14.docs] and run `spec14 docs`"
        raise SnippetFailed(msg, do=do)
    for worker, version in _bundled(project):
        if version != facts.pyodide:
            msg = f"{worker} bundles Pyodide {version}, and the site has {facts.pyodide}"
            do = f"build it with the npm package pyodide {facts.pyodide} (docs/myst-quarto.md)"
            raise SnippetFailed(msg, do=do)
    live = {
        "pyodide": {
            "engine-url": f"{base}{IN_SITE}/{PYODIDE}/",
            "packages": [facts.package],
        }
    }
    return _lines(
        f"the extension has to bundle Pyodide {facts.pyodide}",
        facts,
        {"format": {"live-html": live}},
    )


def myst(facts: Facts, url: str) -> str:
    """Give the lines of ``myst.yml``, and what shows each notebook of the site in a page.

    Raises
    ------
    SnippetFailed
        When the site has no notebook with a name of its own.
    """
    base = _base(url)
    if not facts.notebooks:
        msg = f"{facts.site} has no notebook that a page of MyST could show"
        do = "link one from a page (lite:NAME.ipynb, or the directive notebooklite)"
        raise SnippetFailed(msg, do=do)
    head = _lines(
        "lite: true would load another Python, and not this site's",
        facts,
        {"project": {"jupyter": False}},
    )
    frames = (
        f":::{{iframe}} {base}{IN_SITE}/notebooks/index.html?path={quote(name)}\n"
        f":width: 100%\n:title: {Path(name).stem}\n:::\n"
        for name in facts.notebooks
    )
    return "\n".join([head, *frames])


def _lines(note: str, facts: Facts, content: dict[str, Any]) -> str:
    """Give YAML with what it is about above it."""
    said = (
        note,
        f"{facts.wheel} (sha256 {facts.wheel_sha256})",
        f"{LOCK} (sha256 {facts.lock_sha256})",
    )
    head = "".join(f"# {line}\n" for line in said)
    return head + yaml.safe_dump(content, sort_keys=False, width=1000)


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        msg = f"--url {url} is no address of a site"
        raise SnippetFailed(msg, do="name where it is published: https://example.org/docs/")
    return url.rstrip("/") + "/"


def _bundled(project: Path) -> Iterator[tuple[Path, str]]:
    """Give each copy of the extension in a project, with the version of Pyodide in it."""
    for place in EXTENSIONS:
        for worker in sorted(project.glob(f"{place}/{WORKER}")):
            text = worker.read_text("utf-8", "replace")
            if (name := VERSION_NAME.search(text)) and (
                version := re.search(rf'\b{re.escape(name[1])}="([^"]+)"', text)
            ):
                yield worker, version[1]


def _notebooks(files: Path) -> Iterator[str]:
    for file in sorted(files.rglob("*.ipynb")):
        if not GENERATED.fullmatch(file.name):
            yield file.relative_to(files).as_posix()
