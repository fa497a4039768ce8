"""Readers who try everything: each page of a site in a browser, each of its buttons.

``visit/visit.mjs`` drives the browsers, through ``puppeteer-core``: Playwright knows Firefox only
in a build of its own, and readers have another.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from toolkit.errors import ToolMissing
from toolkit.lite.config import LOCK, PYODIDE
from toolkit.pins import IMAGE
from toolkit.process import find_tool, run
from toolkit.serve.headers import DEFAULT
from toolkit.serve.record import Sent
from toolkit.serve.server import running

SCRIPT: Final = Path(__file__).parent / "visit" / "visit.mjs"
PROGRAMS: Final = {
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox", "firefox-esr"),
}
KNOWN_AS: Final = {"chromium": "chrome", "firefox": "firefox"}
"""What ``puppeteer-core`` calls them."""

BAD: Final = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds.

    Attributes
    ----------
    page
        For a page to be loaded.
    open
        For something to appear after a click.
    kernel
        For the notebook to be there; and once more until a changed cell shows its output.
    """

    page: float = 60
    open: float = 15
    kernel: float = 120


@dataclass(frozen=True, kw_only=True)
class Tour:
    """What readers do.

    Attributes
    ----------
    site
        The site's folder.
    pages
        Paths of pages below it.
    applications
        Addresses below it that are opened where no page has a button.
    profile, base
        How it is served.
    jobs
        Readers at the same time: each has a browser and a server.
    keyboard
        Whether buttons are pressed with the Enter key instead of clicked on.
    limits
        How long things may take.
    """

    site: Path
    pages: Sequence[str]
    applications: Sequence[str] = ()
    profile: str = DEFAULT
    base: str = "/"
    jobs: int = 2
    keyboard: bool = False
    limits: Limits = Limits()


def browsers_here() -> dict[str, Path]:
    """Give the browsers on ``PATH``, by name."""
    found: dict[str, Path] = {}
    for name, programs in PROGRAMS.items():
        if program := next(filter(None, map(shutil.which, programs)), None):
            found[name] = Path(program)
    return found


def browser_program(name: str) -> Path:
    """Give the program of a browser.

    Raises
    ------
    ToolMissing
        When it is not there.
    """
    if program := browsers_here().get(name):
        return program
    msg = f"no {name} on PATH (looked for {', '.join(PROGRAMS[name])})"
    raise ToolMissing(msg, do="run this inside the spec14-toolkit image, or leave out --browser")


def go(tour: Tour, browser: str, pictures: Path, tell: Callable[[dict[str, Any]], None]) -> None:
    """Send readers through a site.

    Parameters
    ----------
    tour
        What they do.
    browser
        ``chromium`` or ``firefox``.
    pictures
        Folder for screenshots of what went wrong.
    tell
        Called with each result, as ``visit.mjs`` writes it.

    Raises
    ------
    ToolMissing
        When the browser or Node is not there, or the browser did not start.
    """
    program = browser_program(browser)
    pictures.mkdir(parents=True, exist_ok=True)
    records: list[list[Sent]] = [[] for _ in range(tour.jobs)]

    def complete(result: dict[str, Any]) -> None:
        if "place" in result:
            result.update(_served(records[result["place"]], result["from"], result["to"]))
        tell(result)

    with ExitStack() as stack:
        urls = [
            stack.enter_context(
                running(tour.site, profile=tour.profile, base=tour.base, sent=record)
            )
            for record in records
        ]
        plan = {
            "urls": urls,
            "pages": list(tour.pages),
            "applications": list(tour.applications),
            "lites": _lites(tour.site),
            "keyboard": tour.keyboard,
            "limits": asdict(tour.limits),
            "browser": KNOWN_AS[browser],
            "program": str(program),
            "modules": str(IMAGE / "npm" / "node_modules"),
            "pictures": str(pictures),
        }
        _drive(plan, browser, complete)


def _lites(site: Path) -> list[str]:
    """Give the paths of the Lite sites in a site, relative to it."""
    folders = sorted(lock.parents[2] for lock in site.rglob(f"{PYODIDE}/{LOCK}"))
    return [f"./{path}/" for path in (folder.relative_to(site).as_posix() for folder in folders)]


def _drive(plan: dict[str, Any], browser: str, tell: Callable[[dict[str, Any]], None]) -> None:
    said: list[str] = []

    def read(line: str) -> None:
        if line.startswith('{"event":'):
            tell(json.loads(line))
        else:
            said.append(line)

    with tempfile.TemporaryDirectory(prefix="spec14-tour-") as folder:
        # A home of its own: the browser writes there, and the reader is nobody yet.
        home = Path(folder) / "home"
        home.mkdir()
        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan), "utf-8")
        words = [find_tool("node"), SCRIPT, file]
        done = run(words, env={"HOME": str(home), "TMPDIR": folder}, on_line=read)
    if done.code != 0:
        msg = f"{browser} could not be driven: {said[0] if said else f'exit code {done.code}'}"
        raise ToolMissing(
            msg,
            do="see the lines above; in a container, give it --shm-size 1g",
            detail="\n".join(said[:30]),
        )


def _served(record: Sequence[Sent], begun: float, end: float) -> dict[str, Any]:
    """Give what a server sent in a time (milliseconds since the epoch), as `visit.mjs` tells."""
    found = [one for one in list(record) if begun <= one.at * 1000 <= end]
    sizes: Counter[str] = Counter()
    for one in found:
        sizes[one.path] += one.size
    bad = sorted({f"{one.status} {one.path}" for one in found if one.status >= BAD})
    return {
        "requests": len(found),
        "bytes": sizes.total(),
        "heaviest": [{"path": path, "bytes": size} for path, size in sizes.most_common(10)],
        "failures": [line for line in bad if not line.endswith(" /favicon.ico")],
    }
