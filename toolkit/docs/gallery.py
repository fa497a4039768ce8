"""Sphinx-Gallery: its notebooks in our folder, its badges marked, and what it puts into notebooks.

The keys are those of ``sphinx_gallery_conf["jupyterlite"]`` of sphinx-gallery 0.22.1
(``interactive_example.py``).
"""

import copy
import os
import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from toolkit.docs.button import Button
from toolkit.docs.buttons import keep, marks, store
from toolkit.docs.handover import GALLERY
from toolkit.docs.workarounds import GALLERY as EXTENSION

BADGE: Final = "lite-badge"
"""Class of the container around a badge."""
LINK: Final = re.compile(r"(?:\.\./)*lite/(?:lab|notebooks)/index\.html\?path=")
MODIFY: Final = f"{__name__}.modify_notebook"

_texts: Final = {"banner": "", "preamble": ""}


def connect(app: Sphinx, folder: Path) -> None:
    """Look after galleries, where the project has some.

    Parameters
    ----------
    app
        Sphinx.
    folder
        Where the notebooks are put.
    """

    def configure(app: Sphinx, config: Config) -> None:
        if EXTENSION in app.extensions:
            own = config._raw_config.get("sphinx_gallery_conf", {})  # noqa: SLF001 - without defaults
            conf = configured(config.sphinx_gallery_conf, own, folder / GALLERY)
            # That page takes its scripts and styles from three other origins.
            conf["write_computation_times"] = own.get("write_computation_times", False)
            config.sphinx_gallery_conf = conf
            _texts.update(
                banner=config.spec14_banner or "", preamble=config.try_examples_preamble or ""
            )

    def mark(app: Sphinx, doctree: nodes.document) -> None:
        for badge in list(doctree.findall(nodes.container)):
            if BADGE in badge["classes"]:
                _mark(app, badge, folder / GALLERY)

    app.connect("config-inited", configure, priority=150)
    app.connect("doctree-read", mark)


def configured(conf: dict[str, Any], own: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Give the gallery's configuration, with what the project leaves open.

    Parameters
    ----------
    conf
        ``sphinx_gallery_conf``, with the defaults of Sphinx-Gallery.
    own
        The same as the project writes it; ``"jupyterlite": None`` in it means no badges.
    folder
        Where the notebooks go: not into the project's source.
    """
    new = copy.copy(conf)
    given = own.get("jupyterlite", {})
    if isinstance(given, dict):
        new["jupyterlite"] = {
            "use_jupyter_lab": False,
            "notebook_modification_function": MODIFY,
            **given,
            "jupyterlite_contents": str(folder),
        }
    return new


def modify_notebook(notebook: dict[str, Any], path: str) -> None:
    """Put a banner and the preamble at the head of a script's notebook, in place.

    What a notebook imports is loaded by the kernel: nothing is installed here.

    Parameters
    ----------
    notebook
        Its content (nbformat 4).
    path
        Where it lies; not used.
    """
    del path
    cells: list[dict[str, Any]] = []
    if _texts["banner"]:
        cells.append({"cell_type": "markdown", "metadata": {}, "source": [_texts["banner"]]})
    if _texts["preamble"]:
        cells.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": [_texts["preamble"]],
            }
        )
    notebook["cells"][:0] = cells


def _mark(app: Sphinx, badge: nodes.container, contents: Path) -> None:
    links = (str(one.get("refuri", "")) for one in badge.findall(nodes.reference))
    link = next((one for one in links if LINK.match(one)), None)
    if link is None:
        return
    notebook = parse_qs(urlsplit(link).query)["path"][0]
    document = app.env.docname
    button = Button(
        form="gallery",
        document=document,
        source=str(_script(app, notebook.removesuffix(".ipynb") + ".py")),
        line=0,
        notebook=notebook,
        file=str(contents / notebook),
        first=Path(notebook).name.removesuffix(".ipynb") + ".py",
    )
    kept = [entry["key"] for entry in store(app.env).get(document, ())]
    if button.key not in kept:
        keep(app.env, button)
    badge.parent.replace(badge, marks(button.key, [badge]))


def _script(app: Sphinx, path: str) -> Path:
    """Give the script that the gallery has copied to `path`."""
    conf = app.config.sphinx_gallery_conf
    examples, galleries = (
        [one] if isinstance(one, str | Path) else list(one)
        for one in (conf["examples_dirs"], conf["gallery_dirs"])
    )
    for folder, gallery in zip(examples, galleries, strict=False):
        if Path(path).is_relative_to(gallery):
            script = Path(app.srcdir) / folder / Path(path).relative_to(gallery)
            return Path(os.path.normpath(script))
    return Path(app.srcdir) / path
