"""A picture of what visits loaded: a bar for each request, and when what could be used."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

WIDTH: Final = 1000
LEFT: Final = 12
RIGHT: Final = 150
TOP: Final = 64
PANEL_HEAD: Final = 46
PANEL_FOOT: Final = 14
ROW: Final = 4
BAR: Final = 3
SMALLEST: Final = 0.8
"""Width of the shortest bar."""

NAMED: Final = 300_000
"""Bytes from which on a bar has its file's name."""

STEPS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
LINES: Final = 12
"""How many lines of time there are at most."""

COLOURS: Final = {
    "document": "#4269d0",
    "script": "#efb118",
    "style and font": "#a463f2",
    "WebAssembly": "#ff725c",
    "wheel": "#3ca951",
    "archive": "#9c6b4e",
    "JSON": "#6cc5b0",
    "other": "#9498a0",
}
KINDS: Final = {
    ".html": "document",
    ".ipynb": "document",
    ".js": "script",
    ".mjs": "script",
    ".css": "style and font",
    ".woff2": "style and font",
    ".wasm": "WebAssembly",
    ".whl": "wheel",
    ".zip": "archive",
    ".gz": "archive",
    ".json": "JSON",
}
ANSWERED_INSIDE: Final = "/api/drive"
"""What JupyterLite's service worker answers by itself: the kernel's way to its files."""

MARKS: Final = {"interface": "interface", "kernel": "kernel", "cell": "changed cell"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """Something that was loaded.

    Attributes
    ----------
    path
        Its path in the site.
    start, end
        Seconds since the click.
    bytes
        What came over the connection.
    """

    path: str
    start: float
    end: float
    bytes: int

    @property
    def name(self) -> str:
        """The file's name."""
        return PurePosixPath(self.path).name or "/"

    @property
    def kind(self) -> str:
        """Of what kind it is, by its name."""
        suffix = PurePosixPath(self.path).suffix or (".html" if self.path.endswith("/") else "")
        return KINDS.get(suffix, "other")


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One visit.

    Attributes
    ----------
    title
        What stands above it.
    requests
        What was loaded.
    marks
        Seconds since the click, by step.
    """

    title: str
    requests: tuple[Request, ...]
    marks: Mapping[str, float]

    @property
    def end(self) -> float:
        """The last thing that is shown."""
        return max([0.1, *(one.end for one in self.requests), *self.marks.values()])

    @property
    def height(self) -> int:
        """In pixels."""
        return PANEL_HEAD + ROW * len(self.requests) + PANEL_FOOT


def panel(title: str, told: Mapping[str, Any]) -> Panel:
    """Make a panel of what ``click/visit.mjs`` says of a visit, from the click to the cell."""
    clicked, last = told["clicked"], told["times"]["cell"]
    found = [
        Request(
            path=urlsplit(one["url"]).path,
            start=(one["start"] - clicked) / 1000,
            end=(one["end"] - clicked) / 1000,
            bytes=one["bytes"],
        )
        for one in told["requests"]
        if one["end"] is not None
        and one["start"] >= clicked
        and not urlsplit(one["url"]).path.endswith(ANSWERED_INSIDE)
    ]
    shown = sorted(
        (one for one in found if one.start <= last), key=lambda one: (one.start, one.end)
    )
    marks = {name: told["times"][name] for name in MARKS if told["times"].get(name) is not None}
    return Panel(title=title, requests=tuple(shown), marks=marks)


def waterfall(panels: Sequence[Panel]) -> str:
    """Give visits one below the other, on one scale, as SVG."""
    end = max(one.end for one in panels)
    height = TOP + sum(one.height for one in panels)
    size = f'width="{WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {size} '
    parts = [
        f'{head}font-family="sans-serif" font-size="11">',
        f'<rect {size} fill="#ffffff"/>',
        *_legend(panels),
    ]
    top = TOP
    for one in panels:
        parts += _panel(one, top, end)
        top += one.height
    return "\n".join([*parts, "</svg>"]) + "\n"


def rate(requests: Sequence[Request]) -> float:
    """Give the megabits per second that came while anything was on its way.

    Where a connection is emulated this cannot be more than that allows: what was not throttled
    shows here.
    """
    spans = sorted((one.start, one.end) for one in requests if one.bytes)
    busy, reached = 0.0, float("-inf")
    for start, end in spans:
        busy += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    size = sum(one.bytes for one in requests)
    return size * 8 / 1e6 / busy if busy else 0.0


def _x(seconds: float, end: float) -> float:
    return LEFT + seconds / end * (WIDTH - LEFT - RIGHT)


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="#1b1e23"{more}>{escape(words)}</text>'


def _legend(panels: Sequence[Panel]) -> Iterator[str]:
    there = {request.kind for one in panels for request in one.requests}
    yield _text(LEFT, 22, "Requests by the seconds since the click", ' font-size="14"')
    x = float(LEFT)
    for kind in (kind for kind in COLOURS if kind in there):
        yield f'<rect x="{x:.1f}" y="36" width="12" height="9" fill="{COLOURS[kind]}"/>'
        yield _text(x + 16, 45, kind)
        x += 34 + 6.5 * len(kind)


def _panel(one: Panel, top: int, end: float) -> Iterator[str]:
    size = sum(request.bytes for request in one.requests)
    title = f"{one.title}: {len(one.requests)} requests, {size / 1e6:.1f} MB"
    yield _text(LEFT, top + 14, title, ' font-weight="bold"')
    first = top + PANEL_HEAD
    bottom = first + ROW * len(one.requests) + 4
    step = next((step for step in STEPS if end / step <= LINES), STEPS[-1])
    for number in range(int(end / step) + 1):
        x = _x(number * step, end)
        yield (
            f'<line x1="{x:.1f}" y1="{first - 6}" x2="{x:.1f}" y2="{bottom}" '
            'stroke="#d9dce1" stroke-width="1"/>'
        )
        yield _text(x + 2, first - 8, f"{number * step:g} s", ' font-size="9" opacity="0.7"')
    for row, request in enumerate(one.requests):
        yield from _bar(request, first + ROW * row, end)
    for number, (name, at) in enumerate(one.marks.items()):
        x = _x(at, end)
        yield (
            f'<line x1="{x:.1f}" y1="{top + 20}" x2="{x:.1f}" y2="{bottom}" stroke="#1b1e23" '
            'stroke-width="1.2" stroke-dasharray="4 2"/>'
        )
        # The last two can be close together: one to the left of its line.
        left = number == len(one.marks) - 2
        anchor = ' text-anchor="end"' if left else ""
        yield _text(x - 3 if left else x + 3, top + 28, f"{MARKS[name]} {at:.1f} s", anchor)


def _bar(request: Request, y: int, end: float) -> Iterator[str]:
    x = _x(request.start, end)
    width = max(SMALLEST, _x(request.end, end) - x)
    told = (
        f"{request.path}, {request.bytes / 1000:.0f} kB, {request.start:.2f} to {request.end:.2f} s"
    )
    yield (
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" '
        f'fill="{COLOURS[request.kind]}"><title>{escape(told)}</title></rect>'
    )
    if request.bytes >= NAMED:
        name = request.name.partition("-cp3")[0].partition("-py")[0]
        label = f"{name} {request.bytes / 1e6:.1f} MB"
        yield _text(x + width + 3, y + 4, label, ' font-size="8"')
