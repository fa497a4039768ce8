"""Buttons of the Examples sections that mkdocstrings shows.

The template of such a section (``docstring/examples.html.jinja`` of mkdocstrings-python 2.0) is
wrapped, whoever it is from: the theme, or the project's own ``custom_templates``.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from griffe import BuiltinModuleError, DocstringSectionExamples
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from markupsafe import Markup
from mkdocs.plugins import PluginCollection

from toolkit.docs.handover import DOCSTRING
from toolkit.docs.mkdocs.examples import PROMPT, Examples

MKDOCSTRINGS: Final = "mkdocstrings"
WRAPPED: Final = "spec14-wrapped"
"""What our template calls the one that it wraps: ``examples.html.jinja`` beside this file."""
DISABLED: Final = frozenset({".. disable_try_examples", "<!-- disable_try_examples -->"})
"""What stands first in a section that is to have no button."""


def connect(plugins: PluginCollection, examples: Callable[[], Examples | None]) -> None:
    """Wrap the template, where the project uses mkdocstrings.

    Parameters
    ----------
    plugins
        Of MkDocs; mkdocstrings has been configured.
    examples
        Gives where buttons are kept; ``None`` where there are none.
    """
    plugin: Any = plugins.get(MKDOCSTRINGS)
    if plugin is None or not plugin.plugin_enabled:
        return
    environment = plugin.get_handler("python").env

    def with_button(shown: Markup, section: DocstringSectionExamples, documented: Any) -> Markup:
        return button(examples(), shown, section, documented)

    environment.filters["spec14_with_button"] = with_button
    environment.loader = ChoiceLoader(
        [
            PackageLoader(__package__, "templates"),
            PrefixLoader({WRAPPED: environment.loader}),
            environment.loader,
        ]
    )


def button(
    examples: Examples | None, shown: Markup, section: DocstringSectionExamples, documented: Any
) -> Markup:
    """Give an Examples section with its button, if it is to have one.

    Parameters
    ----------
    examples
        Where buttons are kept.
    shown
        The section as it is without us.
    section
        As griffe has read it.
    documented
        The object (of griffe).
    """
    if examples is None or examples.settings.get("examples") is False:
        return shown
    lines = lines_of(section, documented)
    first = next((line.strip() for line in lines if line.strip()), "")
    if first in DISABLED or not any(line.startswith(PROMPT) for line in lines):
        return shown
    source = f"{_file(documented)}{DOCSTRING}{documented.path}"
    return examples.add(lines, shown, source=source)


def lines_of(section: DocstringSectionExamples, documented: Any) -> Sequence[str]:
    """Give the lines of a section as they are written.

    griffe takes doctest's directives and ``<BLANKLINE>`` out for the reader; whoever compares
    outputs needs them. So the docstring is read again without that.
    """
    for one in (documented, documented.members.get("__init__")):
        docstring = getattr(one, "docstring", None)
        if docstring is None:
            continue
        for number, there in enumerate(docstring.parsed):
            if there is section:
                options = {**docstring.parser_options, "trim_doctest_flags": False}
                again = docstring.parse(docstring.parser, **options, warnings=False)
                return _joined(again[number])
    return _joined(section)


def _joined(section: Any) -> list[str]:
    """Give the lines of a section's parts; an empty line ends each."""
    return [line for _kind, text in section.value for line in (*text.splitlines(), "")]


def _file(documented: Any) -> str:
    try:
        file = documented.filepath
    except BuiltinModuleError:
        return ""
    return str(file) if isinstance(file, Path) else ""
