"""Run inside the image: click on "Try it", and say what it took. Prints one line of JSON.

::

    python visit_and_click.py SITE TIMES
"""

import json
import sys
import time
from pathlib import Path

from playwright.sync_api import Request

from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit, fenced_browser, visit
from toolkit.serve.server import running

PAGE = "api.html"
FUNCTION = "ripple.propagate"


def one_visit(reader: Visit) -> dict[str, float]:
    """Open the page, click, run the first cell; give the seconds since the click."""
    reader.open(PAGE)
    reader.page.wait_for_load_state("networkidle")
    began = time.monotonic()
    notebook = try_it(reader, FUNCTION)
    notebook.code_cell(0).wait_for(timeout=120_000)
    interface = time.monotonic() - began
    notebook.wait_ready(180)
    kernel = time.monotonic() - began
    notebook.run(0, 180)
    return {"interface": interface, "kernel": kernel, "cell": time.monotonic() - began}


def answered(requests: list[Request]) -> dict[str, int]:
    """Count requests that the server answered, and the bytes of their bodies."""
    count = bodies = 0
    for request in requests:
        if request.url.startswith("http") and (response := request.response()):
            count += 1
            length = response.header_value("content-length")
            bodies += int(length or 0) if response.status == 200 else 0  # noqa: PLR2004
    return {"requests": count, "bytes": bodies}


def main() -> None:
    """Measure."""
    site, times = Path(sys.argv[1]), int(sys.argv[2])
    found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    loads: dict[str, list[dict[str, int]]] = {"cold": [], "warm": []}
    with running(site) as url:
        for _ in range(times):
            # A browser that knows nothing: not even compiled code is kept from before.
            with fenced_browser() as browser, visit(browser, url) as reader:
                for kind in ("cold", "warm"):
                    requests: list[Request] = []
                    reader.page.context.on("request", requests.append)
                    found[kind].append(one_visit(reader))
                    reader.page.context.remove_listener("request", requests.append)
                    loads[kind].append(answered(requests))
                assert reader.record.troubles == []
    print(json.dumps({"seconds": found, "loads": loads}))


main()
