"""What is wrong in a page or in ``mkdocs.yml``, as MkDocs passes it on."""

from mkdocs.exceptions import PluginError
from pymdownx.superfences import SuperFencesException


class PageWrong(PluginError, SuperFencesException):
    """Something a page says cannot be done.

    SuperFences (pymdown-extensions 13.1) passes on exceptions of this second kind alone: for any
    other it silently takes the fence for text.

    Parameters
    ----------
    what
        One line: what is wrong, and where.
    do
        One line: the next step.
    """

    def __init__(self, what: str, *, do: str) -> None:
        super().__init__(f"{what}; {do}")
        self.what = what
        self.do = do
