"""Fences that can be tried: ```` ```python try ````, of pymdownx's SuperFences.

A language's own fence is asked first (``custom_fences`` of pymdown-extensions 13.1); where the
word ``try`` is missing it leaves the fence to whoever comes next, and so to the highlighter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from markdown import Markdown
from markupsafe import Markup

from toolkit.docs.mkdocs.examples import HEIGHT, PROMPT, Examples
from toolkit.docs.mkdocs.wrong import PageWrong

SUPERFENCES: Final = "pymdownx.superfences"
LANGUAGES: Final = ("python", "py", "python3", "pycon")
TRY: Final = "try"
HIGHLIGHTED: Final = frozenset({"title", "hl_lines", "linenums", "title_mode"})
"""Options of the highlighter, which it is given."""
DO: Final = 'write ```python try, and after it height="…", title="…" or nothing'


@dataclass(frozen=True, kw_only=True)
class Fences:
    """The fences of a build.

    Attributes
    ----------
    examples
        Gives where buttons are kept; ``None`` where there are none.
    """

    examples: Callable[[], Examples | None]

    def add_to(self, extensions: list[Any], options: dict[str, dict[str, Any]]) -> None:
        """Add them to MkDocs's configuration, and SuperFences where it is missing.

        Parameters
        ----------
        extensions
            ``markdown_extensions`` of MkDocs.
        options
            Theirs, by name.
        """
        if SUPERFENCES not in extensions:
            extensions.append(SUPERFENCES)
        own = options.setdefault(SUPERFENCES, {})
        fences = [
            {"name": name, "class": TRY, "format": self.shown, "validator": self.is_ours}
            for name in LANGUAGES
        ]
        own["custom_fences"] = [*(own.get("custom_fences") or ()), *fences]

    def is_ours(
        self,
        language: str,
        inputs: Mapping[str, Any],
        options: dict[str, Any],
        attributes: dict[str, str],
        md: Markdown,
    ) -> bool:
        """Say whether a fence is to be tried, and take its options."""
        del language, attributes, md
        if TRY not in inputs:
            return False
        for name, value in inputs.items():
            if name == "height" and not str(value).isdecimal():
                raise self._wrong(f"height={value!r} is no number of pixels")
            if name not in (TRY, "height", *HIGHLIGHTED):
                raise self._wrong(f"the option {name!r} is not known")
        options.update({name: value for name, value in inputs.items() if name != TRY})
        return True

    def shown(
        self,
        source: str,
        language: str,
        css_class: str,
        options: dict[str, Any],
        md: Markdown,
        **more: Any,
    ) -> str:
        """Give the HTML of a fence."""
        del css_class
        height = options.pop("height", HEIGHT)
        lines = source.splitlines()
        if not source.strip():
            raise self._wrong("there is no code in it")
        if any(line.startswith(PROMPT) for line in lines):
            language = "pycon"
        fences: Any = md.preprocessors["fenced_code_block"]
        html: str = fences.highlight(src=source, language=language, options=options, md=md, **more)
        if (examples := self.examples()) is None:
            return html
        return examples.add(
            lines,
            Markup(html),  # noqa: S704 - the highlighter escapes
            source=examples.at.source,
            line=line_of(lines, examples.at.text),
            height=height,
        )

    def _wrong(self, what: str) -> PageWrong:
        examples = self.examples()
        where = examples.at.source if examples else "a page"
        return PageWrong(f"{where}: a fence to be tried: {what}", do=DO)


def line_of(code: list[str], text: str) -> int:
    """Give the line of a page on which a fence's code begins; 0 where it is written elsewhere.

    SuperFences does not say: the code is looked for, however far it is indented.
    """
    there = text.splitlines()
    for number in range(len(there) - len(code) + 1):
        if all(_is_written(*pair) for pair in zip(there[number:], code, strict=False)):
            return number + 1
    return 0


def _is_written(there: str, code: str) -> bool:
    """Say whether a line of a page is a line of code, indented or quoted."""
    there, code = there.rstrip(), code.strip()
    before = there[: len(there) - len(code)]
    return there.endswith(code) and not before.strip(" \t>")
