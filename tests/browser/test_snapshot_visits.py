"""Visits in Chromium to kernels from a memory snapshot: the first, and what a browser keeps.

Firefox is compared with an ordinary start by the gate.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from tests.browser.kernels import CHANCE, Place, tell
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.kept import kernel_snapshot
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse

HERE: Final = """\
import json, locale, os, time
print(json.dumps([time.tzname, time.timezone, os.environ["LANG"], locale.getlocale(),
                  time.localtime(1_700_000_000).tm_hour]))"""
INDEX: Final = "/spec14-snapshots/index.json"


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A reader who comes for the first time."""
    context = browser.new_context()
    yield context
    context.close()


def test_a_first_visit_starts_from_it(browser: Browser, place: Place) -> None:
    found = place.visit(browser, "import ripple\nprint(ripple.smooth([0, 3, 0]).tolist())")
    tell("from the snapshot", found)
    assert (found.snapshot, found.reason, found.fault) == (True, "", False)
    assert found.failed == ()
    assert len(json.loads(found.shown[0])) == 3
    assert len(place.parts_sent()) == 1 + len(place.manifest["files"])
    assert not [one.path for one in place.sent if one.path.endswith(".whl")]


def test_two_visits_have_nothing_of_chance_in_common(browser: Browser, place: Place) -> None:
    visits = [place.visit(browser, CHANCE) for _ in range(2)]
    assert all(found.snapshot for found in visits)
    one, other = (found.values()[0] for found in visits)
    assert [a for a, b in zip(one, other, strict=True) if a == b] == []


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        (
            "Asia/Kathmandu",
            "de-DE",
            [["UTC+0545"] * 2, -20700, "de_DE.UTF-8", ["de_DE", "UTF-8"], 3],
        ),
        (
            "America/New_York",
            "en-US",
            [["UTC-0500", "UTC-0400"], 18000, "en_US.UTF-8", ["en_US", "UTF-8"], 17],
        ),
    ],
)
def test_the_readers_own_clock_and_language(
    browser: Browser, place: Place, zone: str, language: str, expected: list[Any]
) -> None:
    context = browser.new_context(timezone_id=zone, locale=language)
    found = place.kernel(place.open(context), HERE)
    context.close()
    assert found.snapshot
    assert found.values()[0] == expected


def test_a_second_visit_asks_for_no_part(reader: BrowserContext, place: Place) -> None:
    page = place.open(reader)
    assert place.kernel(page, kept=True).snapshot
    place.sent.clear()
    found = place.kernel(page)
    tell("from the browser's own copy", found)
    assert found.snapshot
    assert place.parts_sent() == []
    assert place.sent


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_copy_of_the_browsers_is_fetched_anew(
    reader: BrowserContext, place: Place, damage: str
) -> None:
    page = place.open(reader)
    assert place.kernel(page, kept=True).snapshot
    page.evaluate(
        """async ([key, damage]) => {
            const cache = await caches.open("spec14-snapshots-1");
            const bytes = new Uint8Array(await (await cache.match(key)).arrayBuffer());
            if (damage === "flip") bytes[bytes.length >> 1] ^= 1;
            const end = { flip: bytes.length, cut: bytes.length >> 1, empty: 0 }[damage];
            await cache.put(key, new Response(bytes.subarray(0, end)));
        }""",
        [f"/spec14-snapshots/{place.manifest['heap']['sha256']}", damage],
    )
    place.sent.clear()
    assert place.kernel(page).snapshot
    assert place.parts_sent() == [place.heap.name]


@pytest.mark.parametrize("quota", [1_000_000, 60_000_000])
def test_where_there_is_no_room_nothing_is_kept(
    reader: BrowserContext, place: Place, quota: int
) -> None:
    page = place.open(reader)
    session = reader.new_cdp_session(page)
    session.send(
        "Storage.overrideQuotaForOrigin", {"origin": place.url.rstrip("/"), "quotaSize": quota}
    )
    assert place.kernel(page, "import time; time.sleep(7)").snapshot
    assert not page.evaluate(f"caches.match('{INDEX}').then(Boolean)")
    assert place.kernel(page).snapshot


@pytest.mark.parametrize("stuck", ["spec14-snapshot.json", "pyodide-lock.json"])
def test_what_is_not_answered_at_all_does_not_hold_python_up(
    reader: BrowserContext, place: Place, stuck: str
) -> None:
    """The first time only: without a lock no kernel starts, whichever way."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    reader.route(f"**/{stuck}", hold)
    found = place.kernel(place.open(reader))
    tell(f"{stuck} is not answered", found)
    assert len(held) == 1
    assert (found.snapshot, found.reason, found.fault) == (False, "the line is slow", False)


LATER: Final = """\
import types
inner = types.ModuleType("inner")
code = "def bring(name):\\n  import importlib\\n  return importlib.import_module(name)"
exec(code, vars(inner))
print(inner.bring("mat" + "plotlib").__name__)"""


def test_what_nobody_requires_comes_when_it_is_imported(browser: Browser, place: Place) -> None:
    found = place.visit(browser, "print(1)", LATER)
    assert found.snapshot
    assert found.shown == ("1\n", "matplotlib\n")
    wheels = [Path(one.path).name for one in place.sent if one.path.endswith(".whl")]
    assert any(name.startswith("matplotlib-") for name in wheels)
    assert not [name for name in wheels if name.startswith(("numpy-", "ripple_demo-", "ipython-"))]


def test_a_package_that_is_gone_is_an_import_error(browser: Browser, place: Place) -> None:
    for wheel in place.folder.glob("matplotlib-*.whl"):
        wheel.unlink()
    code = f"try:\n    exec({LATER!r})\nexcept ImportError as error:\n    print(error)"
    found = place.visit(browser, code, "import ripple\nprint(ripple.__name__)")
    assert found.snapshot
    assert "matplotlib" in found.shown[0]
    assert "404" in found.shown[0]
    assert found.shown[1] == "ripple\n"


def test_firefox_is_like_an_ordinary_start(tmp_path: Path) -> None:
    """The image's own snapshot, or where this tree has another, a new one."""
    runtime, wheels = read_runtime(RUNTIME), kernel_wheels(Wheelhouse().kernel)
    places = [SNAPSHOTS, tmp_path]
    snapshot = kernel_snapshot(runtime, wheels, places, gate=BothWays(browsers=()), say=print)
    assert snapshot.reason == ""
    assert BothWays(browsers=("firefox",))(runtime, wheels, snapshot) == ""
