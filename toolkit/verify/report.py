"""``examples.json`` and ``examples.html``: each example, and why it has no button."""

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from toolkit.cache import write_atomically, write_record
from toolkit.verify.outcome import MEANS, Kind, Verdict

RECORD: Final = "examples.json"
PAGE: Final = "examples.html"


def write_report(
    folder: Path,
    verdicts: Sequence[Verdict],
    off: frozenset[str],
    *,
    wheel: str,
    sha256: str,
    root: str,
) -> None:
    """Write both files.

    Parameters
    ----------
    folder
        Where they go.
    verdicts
        All that is known.
    off
        Keys of buttons that are not published.
    wheel, sha256
        The project's wheel.
    root
        The project's folder, relative to `folder`: places are links into it.
    """
    content: dict[str, Any] = {
        "schema": 1,
        "wheel": wheel,
        "wheel_sha256": sha256,
        "examples": [{**one.as_json(), "button": one.key not in off} for one in verdicts],
    }
    write_record(folder / RECORD, content)
    write_atomically(folder / PAGE, page(verdicts, off, wheel=wheel, root=root).encode())


def page(verdicts: Sequence[Verdict], off: frozenset[str], *, wheel: str, root: str) -> str:
    """Give the page, in which all that comes from examples is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    counts = Counter(one.kind for one in verdicts)
    ordered = sorted(verdicts, key=lambda one: one.document)
    pages = [
        (document, list(found)) for document, found in groupby(ordered, lambda one: one.document)
    ]
    return environment.from_string(_asset("page.html.jinja")).render(
        wheel=wheel,
        root=root,
        off=off,
        pages=pages,
        kinds=[(kind, counts[kind], MEANS[kind]) for kind in Kind],
        works=Kind.WORKS,
        style=_asset("page.css"),
    )


def summary(verdicts: Sequence[Verdict], off: frozenset[str], ran: int) -> str:
    """Give the totals as a line."""
    counts = Counter(one.kind for one in verdicts)
    told = ", ".join(f"{counts[kind]} {kind}" for kind in Kind if counts[kind])
    buttons = len(verdicts) - len(off)
    return (
        f"{len(verdicts)} examples ({ran} run now): {told or 'none'}; "
        f"{buttons} button{'s' if buttons != 1 else ''} published"
    )


def _asset(name: str) -> str:
    return files("toolkit.verify").joinpath(name).read_text("utf-8")
