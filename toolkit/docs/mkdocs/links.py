"""Links to the Lite site: ``[Open it](lite:waves.ipynb)``, ``[JupyterLab](lite:lab)``.

A scheme of its own, because MkDocs complains of a relative link to what is not there yet.
"""

import html
import json
import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from toolkit.docs.button import Button, marked
from toolkit.docs.handover import CONTENTS, IN_SITE, KERNEL
from toolkit.docs.kernelspec import name_kernel
from toolkit.docs.mkdocs.examples import Examples, notebook_address
from toolkit.docs.mkdocs.wrong import PageWrong
from toolkit.lite.config import APPS

SCHEME: Final = "lite:"
LINK: Final = re.compile(
    rf'<a (?P<before>[^>]*?)href="{SCHEME}(?P<to>[^"]*)"(?P<after>[^>]*)>(?P<text>.*?)</a>',
    re.DOTALL,
)
NOTEBOOK: Final = ".ipynb"
STRIPPED: Final = "jupyterlite_sphinx_strip"
"""Tag of cells that ``strip-tagged-cells`` leaves out (jupyterlite-sphinx 0.23.0)."""


def with_links(page: str, examples: Examples, documents: Path) -> str:
    """Give a page's HTML with such links leading to the Lite site.

    Parameters
    ----------
    page
        The HTML of its content.
    examples
        Where buttons are kept; the page has been entered.
    documents
        ``docs_dir``: notebooks lie in it.

    Raises
    ------
    PageWrong
        When a link leads to no application and to no notebook.
    """

    def led(link: re.Match[str]) -> str:
        to = unquote(html.unescape(link["to"]))
        if to.strip("/") in APPS:
            return _anchor(link, examples.at.to(f"{IN_SITE}/{to.strip('/')}/index.html"))
        notebook = _staged(to, examples, documents)
        name = notebook.as_posix()
        button = Button(
            form="notebook",
            document=examples.at.document,
            source=str(documents / notebook),
            line=0,
            notebook=name,
            file=str(examples.folder / CONTENTS / notebook),
            first=name,
        )
        examples.keep(button)
        there = _anchor(link, examples.at.to(notebook_address("notebooks", name)))
        return marked(button.key, there, _instead(examples.at.to(name), link["text"]))

    return LINK.sub(led, page)


def address_in_nav(url: str) -> str | None:
    """Give the address below the site's root that a link of ``nav`` means; ``None``: another.

    Raises
    ------
    PageWrong
        When it leads to no application.
    """
    if not url.startswith(SCHEME):
        return None
    name = url.removeprefix(SCHEME).strip("/")
    if name not in APPS:
        msg = f"nav in mkdocs.yml: {url} is no application of JupyterLite"
        raise PageWrong(msg, do=f"write one of {', '.join(SCHEME + app for app in APPS)}")
    return f"{IN_SITE}/{name}/index.html"


def _staged(to: str, examples: Examples, documents: Path) -> Path:
    """Copy a notebook to where the Lite site takes it from; give its path below `documents`."""
    where = f"{examples.at.source}: the link {SCHEME}{to}"
    folder = documents / Path(examples.at.document).parent
    file = Path(os.path.normpath(folder / to))
    if not file.is_relative_to(documents):
        msg = f"{where} leads out of the documentation's folder"
        raise PageWrong(msg, do=f"put the notebook into {documents}")
    if file.suffix != NOTEBOOK or not file.is_file():
        msg = f"{where} is no notebook and no application"
        apps = ", ".join(SCHEME + app for app in APPS)
        raise PageWrong(msg, do=f"name an .ipynb file, from the page's folder, or one of {apps}")
    below = file.relative_to(documents)
    staged = examples.folder / CONTENTS / below
    staged.parent.mkdir(parents=True, exist_ok=True)
    staged.write_text(
        _content(file, where, strip=bool(examples.settings.get("strip-tagged-cells")))
    )
    name_kernel(staged, examples.settings.get(KERNEL))
    return below


def _content(file: Path, where: str, *, strip: bool) -> str:
    try:
        notebook: Any = json.loads(file.read_text("utf-8"))
        cells = list(notebook["cells"])
        if strip:
            cells = [one for one in cells if STRIPPED not in one["metadata"].get("tags", ())]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{where}: {file} is no notebook: {error!r}"
        raise PageWrong(msg, do="save it with Jupyter (nbformat 4)") from error
    notebook["cells"] = cells
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _anchor(link: re.Match[str], address: str) -> str:
    target = html.escape(address, quote=True)
    return f'<a {link["before"]}href="{target}"{link["after"]}>{link["text"]}</a>'


def _instead(address: str, text: str) -> str:
    """Give the link that stands there where the notebook does not run."""
    target = html.escape(address, quote=True)
    return f'<a href="{target}" download>{text}</a> (it does not run in a browser)'
