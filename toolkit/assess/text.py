"""Source code without comments and without what stands in strings, line for line.

Enough for C, C++, Cython and build files, none of which is parsed: what is looked for is seen in
names, calls and the preprocessor's lines.
"""

import re
from typing import Final

C: Final = re.compile(
    r"""//(?:\\\n|[^\n])*|/\*.*?\*/|R"([^()\\\s]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)
HASH: Final = re.compile(
    r"""\#[^\n]*|('''|\"\"\").*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


NO_LINE_END: Final = re.compile(r"[^\n]")


def without_comments(text: str, form: re.Pattern[str], *, strings: bool) -> str:
    """Blank out comments and, unless they stay, strings; every place keeps its number.

    Parameters
    ----------
    text
        The source.
    form
        `C`, or `HASH` for languages whose comments begin with ``#``.
    strings
        Whether strings stay as they are.
    """

    def blank(found: re.Match[str]) -> str:
        whole = found[0]
        if whole[0] not in "\"'":
            return NO_LINE_END.sub(" ", whole)
        if strings and "\n" not in whole:
            return whole
        return f"{whole[0]}{NO_LINE_END.sub(' ', whole[1:-1])}{whole[-1]}"

    return form.sub(blank, text)


def line_of(text: str, at: int) -> int:
    """Give the number of the line that a place in a text lies in."""
    return text.count("\n", 0, at) + 1
