"""What the pages of a build offer to run: notebooks staged, buttons made, all of it handed over."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from jupyterlite_sphinx._try_examples import examples_to_notebook
from markupsafe import Markup
from mkdocs.utils import get_relative_url
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from toolkit.docs.button import Button, comments, hand_over
from toolkit.docs.button_settings import FILE as BUTTON_SETTINGS
from toolkit.docs.example_notebook import complete, notebook_file, notebook_id, preamble
from toolkit.docs.handover import CONTENTS, FOLDERS, IN_SITE, KERNEL
from toolkit.docs.kernelspec import KERNEL as PYODIDE_KERNEL

PROMPT: Final = ">>>"
LABEL: Final = "Try it"
to_notebook: Final[Callable[..., Any]] = examples_to_notebook
HEIGHT: Final = "None"
"""What jupyterlite-sphinx's script takes for "as high as the example"."""


@dataclass(frozen=True, kw_only=True)
class At:
    """The page that is being made.

    Attributes
    ----------
    document
        Its source below the documentation's folder, without the suffix.
    source
        Its file.
    text
        What stands in that file.
    url
        Its address below the site's root.
    """

    document: str
    source: str
    text: str
    url: str

    def to(self, address: str) -> str:
        """Give the way from the page to an address below the site's root."""
        return get_relative_url(address, self.url)


@dataclass(kw_only=True)
class Examples:
    """The buttons of one build.

    Attributes
    ----------
    folder
        Where they are handed over.
    settings
        ``[tool.spec14.docs]`` by key (:mod:`toolkit.docs.told`).
    at
        The page that is being made.
    """

    folder: Path
    settings: Mapping[str, Any]
    at: At = field(default_factory=lambda: At(document="", source="", text="", url=""))
    _told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def begin(self) -> None:
        """Begin a build: nothing is left of the one before."""
        for name in (CONTENTS, FOLDERS):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / CONTENTS).mkdir(parents=True)
        self._told.clear()

    def enter(self, at: At) -> None:
        """Begin a page."""
        self.at = at
        self._told[at.document] = []

    def add(
        self,
        lines: Sequence[str],
        shown: Markup,
        *,
        source: str,
        line: int = 0,
        height: str = HEIGHT,
    ) -> Markup:
        """Give an example with its button.

        Parameters
        ----------
        lines
            Of the example: with prompts as in a docstring, or a script.
        shown
            Its HTML as the page has it without us.
        source
            The file that it is written in, and the docstring where it is in one.
        line
            Its line there; 0 if that is not known.
        height
            Of the notebook, in CSS pixels.
        """
        notebook = self._stage(lines, source)
        first = next((text for text in lines if text.startswith(PROMPT)), "")
        button = Button(
            form="docstring",
            document=self.at.document,
            source=source,
            line=line,
            notebook=notebook.name,
            file=str(notebook),
            first=first or next(text for text in lines if text.strip()),
        )
        self.keep(button)
        begin, end = map(Markup, comments(button.key, ""))
        html = TEMPLATES.get_template("try.html.jinja").render(
            begin=begin,
            end=end,
            name=f"spec14-{notebook.stem}",
            address=self.at.to(notebook_address("notebooks", notebook.name)),
            config=self.at.to(BUTTON_SETTINGS),
            height=height,
            label=self.settings.get("button-text") or LABEL,
            shown=shown,
        )
        return Markup(html)  # noqa: S704 - a template has escaped it

    def keep(self, button: Button) -> None:
        """Keep a button of the page."""
        self._told[self.at.document].append(button.told())

    def hand_over(self) -> None:
        """Write down all buttons, page by page."""
        hand_over(self.folder, (one for _name, told in sorted(self._told.items()) for one in told))

    def _stage(self, lines: Sequence[str], source: str) -> Path:
        settings = self.settings
        warning = settings.get("warning-text")
        if any(line.startswith(PROMPT) for line in lines):
            notebook = to_notebook(lines, warning_text=warning)
        else:
            notebook = script_notebook("\n".join(lines), warning)
        first = preamble(settings.get("preambles") or {}, self.at.document, source)
        content = complete(
            notebook,
            preamble=first or settings.get("preamble") or "",
            place=0 if warning is None else 1,
            kernel=settings.get(KERNEL),
        )
        number = len(self._told[self.at.document]) + 1
        name = notebook_file(notebook_id(self.at.document, number, content))
        file = self.folder / CONTENTS / name
        file.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return file


def script_notebook(code: str, warning: str | None) -> Any:
    """Give the notebook of a script: one cell, and before it the warning, if there is one."""
    cells = [new_code_cell(code.strip("\n"))]  # type: ignore[no-untyped-call]
    if warning is not None:
        text = f"<div class='alert alert-warning'>\n\n{warning}\n\n</div>"
        cells.insert(0, new_markdown_cell(text))  # type: ignore[no-untyped-call]
    metadata = {"kernelspec": dict(PYODIDE_KERNEL), "language_info": {"name": "python"}}
    return new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]


def notebook_address(application: str, notebook: str) -> str:
    """Give the address of a notebook in an application of the Lite site, below the site's root."""
    return f"{IN_SITE}/{application}/index.html?{urlencode({'path': notebook})}"


TEMPLATES: Final = Environment(
    loader=PackageLoader(__package__, "."), autoescape=True, undefined=StrictUndefined
)
