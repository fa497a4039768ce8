"""The picture of what visits loaded."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.benchmarks.waterfall import COLOURS, Panel, Request, panel, rate, waterfall

SVG = "{http://www.w3.org/2000/svg}"


def seen(*requests: tuple[str, float, float | None, int]) -> dict[str, Any]:
    """Give what a browser tells of a visit; times in milliseconds of Unix, the click at 1000."""
    return {
        "clicked": 1000,
        "times": {"interface": 1.0, "kernel": None, "cell": 4.0},
        "requests": [
            {"url": f"http://127.0.0.1:1{path}", "start": start, "end": end, "bytes": size}
            for path, start, end, size in requests
        ],
    }


def test_what_came_between_the_click_and_the_cell() -> None:
    found = panel(
        "ours",
        seen(
            ("/before.js", 900, 1100, 5),
            ("/late.js", 6000, 6100, 5),
            ("/never.js", 2000, None, 0),
            ("/lite/api/drive", 2000, 2100, 0),
            ("/b.js", 2000, 2500, 5),
            ("/a.whl?x=1", 1500, 3000, 5),
        ),
    )
    assert [one.path for one in found.requests] == ["/a.whl", "/b.js"]
    assert (found.requests[0].start, found.requests[0].end) == (0.5, 2.0)
    assert found.marks == {"interface": 1.0, "cell": 4.0}
    assert found.end == 4.0


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/lite/notebooks/", "document"),
        ("/pyodide.asm.mjs", "script"),
        ("/pyodide.asm.wasm", "WebAssembly"),
        ("/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "wheel"),
        ("/python_stdlib.zip", "archive"),
        ("/api/kernels", "other"),
    ],
)
def test_kinds(path: str, kind: str) -> None:
    assert Request(path=path, start=0, end=1, bytes=0).kind == kind
    assert kind in COLOURS


def test_the_picture_is_well_formed_whatever_files_are_called() -> None:
    hostile = Request(path="/<b>&\"'.js", start=0.5, end=1.0, bytes=400_000)
    wheel = Request(path="/numpy-2.4.6-cp314-x.whl", start=0.5, end=3.0, bytes=3_000_000)
    one = Panel(title="<ours>", requests=(hostile, wheel), marks={"interface": 1.0, "cell": 3.5})
    root = ET.fromstring(waterfall([one, one]))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts.count("numpy-2.4.6 3.0 MB") == 2
    assert texts.count("<ours>: 2 requests, 3.4 MB") == 2
    assert texts.count("changed cell 3.5 s") == 2
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.find(f"{SVG}title") is not None]
    assert [bar.get("fill") for bar in bars[:2]] == [COLOURS["script"], COLOURS["wheel"]]
    wide = [float(bar.get("width", "0")) for bar in bars[:2]]
    assert wide[1] == pytest.approx(5 * wide[0], rel=0.01)
    assert all(float(bar.get("y", "0")) < float(root.get("height", "0")) for bar in bars)


def test_one_without_requests_can_be_drawn() -> None:
    ET.fromstring(waterfall([Panel(title="ours", requests=(), marks={})]))


def test_the_rate_at_which_things_came() -> None:
    def request(start: float, end: float, size: int) -> Request:
        return Request(path="/a", start=start, end=end, bytes=size)

    # Two at the same time, then a pause, then one that took a second; one out of a cache.
    some = [request(0, 1, 500_000), request(0.5, 1, 500_000), request(3, 4, 250_000)]
    assert rate([*some, request(5, 9, 0)]) == pytest.approx(5.0)
    assert rate([]) == 0
