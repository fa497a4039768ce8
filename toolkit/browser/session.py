"""A browser fenced to one site, and a record of what happened in it."""

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from toolkit.errors import ToolMissing

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
FENCE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
"""Chromium itself calls home, whatever flags it is given: no name but loopback's resolves."""

WITHOUT_SANDBOX: Final = "--no-sandbox"
"""Its own sandbox needs rights that a container's process does not have."""

LOCAL_SCHEMES: Final = frozenset({"about", "blob", "chrome-extension", "data"})

type ColorScheme = Literal["light", "dark"]


@dataclass(kw_only=True)
class Record:
    """What happened while a site was visited.

    Attributes
    ----------
    origin
        Scheme, host and port of the site.
    requests
        URLs asked of the site, in order.
    foreign
        URLs asked of anyone else.
    failures
        Answers of 400 and above, and requests without an answer.
    errors
        Errors in the console, and exceptions nobody caught.
    """

    origin: str
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def troubles(self) -> list[str]:
        """All that should not have been, in words."""
        return [
            *(f"request to another origin: {url}" for url in self.foreign),
            *(f"request failed: {text}" for text in self.failures),
            *(f"error in the console: {text}" for text in self.errors),
        ]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A window of the browser on the site.

    Attributes
    ----------
    page
        Playwright's page.
    record
        What happened in it, its frames, its workers and the tabs it opened.
    """

    page: Page
    record: Record

    def open(self, path: str) -> None:
        """Open a page of the site, by its path from the site's root."""
        self.page.goto(f"{self.record.origin}/{path.lstrip('/')}")


@contextlib.contextmanager
def fenced_browser(program: Path | None = None) -> Iterator[Browser]:
    """Start Chromium, without a window and with no host but loopback in reach.

    Parameters
    ----------
    program
        The browser; without it the first of ``chromium`` and the like on ``PATH``.

    Raises
    ------
    ToolMissing
        When there is none.
    """
    found = program or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        msg = f"no browser on PATH (looked for {', '.join(PROGRAMS)})"
        raise ToolMissing(msg, do="run this inside the spec14-toolkit image")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(found), args=[FENCE, WITHOUT_SANDBOX]
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def visit(
    browser: Browser,
    url: str,
    *,
    width: int = 1280,
    height: int = 900,
    color_scheme: ColorScheme = "light",
) -> Iterator[Visit]:
    """Open a window with a memory of its own (a reader's first visit).

    Parameters
    ----------
    browser
        Where.
    url
        The site's root.
    width, height
        Size of the window in CSS pixels.
    color_scheme
        What the reader prefers.
    """
    parts = urlsplit(url)
    record = Record(origin=f"{parts.scheme}://{parts.netloc}")
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=color_scheme
    )
    try:
        _listen(context, record)
        yield Visit(page=context.new_page(), record=record)
    finally:
        context.close()


def _listen(context: BrowserContext, record: Record) -> None:
    context.on("request", lambda request: _note_request(record, request))
    context.on("response", lambda response: _note_response(record, response))
    context.on("requestfailed", lambda request: _note_failure(record, request))
    context.on("console", lambda message: _note_message(record, message))
    context.on("weberror", lambda error: record.errors.append(str(error.error)))


def _note_request(record: Record, request: Request) -> None:
    if request.url.startswith(f"{record.origin}/"):
        record.requests.append(request.url)
    elif urlsplit(request.url).scheme not in LOCAL_SCHEMES:
        record.foreign.append(request.url)


def _note_response(record: Record, response: Response) -> None:
    if response.status >= HTTPStatus.BAD_REQUEST:
        record.failures.append(f"{response.status} {response.url}")


def _note_failure(record: Record, request: Request) -> None:
    # A page that is left, or a worker that is ended, gives up what it waits for.
    if request.failure != "net::ERR_ABORTED":
        record.failures.append(f"{request.failure} {request.url}")


def _note_message(record: Record, message: ConsoleMessage) -> None:
    # The browser asks for the icon by itself, whatever the page names.
    by_itself = message.location["url"] == f"{record.origin}/favicon.ico"
    if message.type == "error" and not by_itself:
        record.errors.append(message.text)
