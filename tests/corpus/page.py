"""Pages parts of which are written by programs: what stands between two markers."""

from typing import Final

MARK: Final = "<!-- written by `{writer}`: {end} -->"


def between(page: str, new: str | None = None, *, writer: str = "nox -s corpus") -> tuple[str, str]:
    """Give what stands between the markers of a writer, and the page with `new` in its place.

    Raises
    ------
    ValueError
        When the markers are not there, once each and in order.
    """
    begin, end = (MARK.format(writer=writer, end=end) for end in ("begin", "end"))
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        msg = f"the page must hold {begin} and, after it, {end}"
        raise ValueError(msg)
    head, rest = page.split(begin)
    old, tail = rest.split(end)
    return old, page if new is None else f"{head}{begin}\n\n{new}\n\n{end}{tail}"
