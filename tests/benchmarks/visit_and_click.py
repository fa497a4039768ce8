"""Run inside the image: click on "Try it", and say what it took. Prints one line of JSON.

::

    python visit_and_click.py SITE TIMES
"""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit, fenced_browser, visit
from toolkit.serve.address import bind
from toolkit.serve.app import site_app
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import allowed_names

PAGE = "api.html"
FUNCTION = "ripple.propagate"


@dataclass(kw_only=True)
class Load:
    """What a server had to do."""

    requests: int = 0
    not_modified: int = 0
    bytes: int = 0


class Counter:
    """Count what the site's application answers; a browser counts its own cache too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.load = Load()

    def taken(self) -> Load:
        """Give the load since the last time."""
        load, self.load = self.load, Load()
        return load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.load.requests += 1
                self.load.not_modified += message["status"] == 304
            elif message["type"] == "http.response.body":
                self.load.bytes += len(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, count)


@contextlib.contextmanager
def counted(site: Path) -> Iterator[tuple[str, Counter]]:
    """Serve a site as `spec14 serve` does, and count."""
    names = allowed_names("127.0.0.1", ())
    counter = Counter(site_app(site, profile=header_profile("pages"), names=names))
    config = uvicorn.Config(counter, http="h11", ws="none", lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", counter
        finally:
            server.should_exit = True
            thread.join()


def one_visit(reader: Visit) -> dict[str, float]:
    """Open the page, click, run the first cell; give the seconds since the click."""
    reader.open(PAGE)
    reader.page.wait_for_load_state("networkidle")
    began = time.monotonic()
    notebook = try_it(reader, FUNCTION)
    notebook.code_cell(0).wait_for(timeout=120_000)
    interface = time.monotonic() - began
    notebook.wait_ready(180)
    notebook.run(0, 180)
    return {"interface": interface, "cell": time.monotonic() - began}


def main() -> None:
    """Measure."""
    site, times = Path(sys.argv[1]), int(sys.argv[2])
    seconds: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    loads: dict[str, list[dict[str, int]]] = {"cold": [], "warm": []}
    with counted(site) as (url, counter):
        for _ in range(times):
            # A browser that knows nothing: not even compiled code is kept from before.
            with fenced_browser() as browser, visit(browser, url) as reader:
                for kind in ("cold", "warm"):
                    seconds[kind].append(one_visit(reader))
                    reader.page.wait_for_load_state("networkidle")
                    loads[kind].append(asdict(counter.taken()))
                assert reader.record.troubles == []
    print(json.dumps({"seconds": seconds, "loads": loads}))


main()
