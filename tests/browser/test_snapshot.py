"""Kernels from a memory snapshot in Chromium: whatever is wrong with it, Python comes.

Firefox is compared with an ordinary start by the gate.
"""

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.kernels import MANIFEST, Found, Place, placed, take_any_line, template
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit, visit
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.kept import kernel_snapshot
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import read_runtime
from toolkit.serve.server import running
from toolkit.wheels.index import Wheelhouse

CHANCE: Final = """\
import json, random, tempfile, uuid, os
print(json.dumps([random.random(), tempfile.mktemp(), uuid.uuid4().hex, os.urandom(8).hex()]))"""
HERE: Final = """\
import json, locale, os, time
print(json.dumps([time.tzname, time.timezone, os.environ["LANG"], locale.getlocale(),
                  time.localtime(1_700_000_000).tm_hour]))"""
INDEX: Final = "/spec14-snapshots/index.json"
NO_GROWTH: Final = """\
const { grow } = WebAssembly.Memory.prototype;
let refused = false;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (refused) return grow.call(this, pages);
  refused = true;
  throw new RangeError("Maximum memory size exceeded");
};
"""


@pytest.fixture(scope="module")
def made(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what a kernel needs of the demo's site."""
    made = template(site, tmp_path_factory.mktemp("template"))
    manifest = json.loads((made / "lite/static/pyodide" / MANIFEST).read_text("utf-8"))
    assert manifest["reason"] == ""
    return made


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Iterator[Place]:
    """Give a copy of it, served."""
    with placed(made, tmp_path / "place") as place:
        yield place


@pytest.fixture
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A reader who comes for the first time."""
    context = browser.new_context()
    yield context
    context.close()


def tell(name: str, found: Found) -> None:
    """Print how long it took: a figure, and no test."""
    print(f"{name}: decided after {found.decided:.2f} s, ready after {found.ready:.2f} s")


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


def flipped(place: Place) -> None:
    content = bytearray(place.heap.read_bytes())
    content[len(content) // 2] ^= 1
    place.write(place.heap.name, bytes(content))


def cut(place: Place) -> None:
    place.write(place.heap.name, place.heap.read_bytes()[: place.heap.stat().st_size // 2])


def missing(place: Place) -> None:
    place.heap.unlink()


def empty(place: Place) -> None:
    place.write(place.heap.name, b"")


def foreign(place: Place) -> None:
    # Whole, and of the right size: of another site.
    place.write(place.heap.name, gzip.compress(bytes(place.manifest["heap"]["size"])))


def longer(place: Place) -> None:
    place.write(place.heap.name, gzip.compress(bytes(place.manifest["heap"]["size"] + 1)))


def page_of_an_error(place: Place) -> None:
    place.write(place.heap.name, "<!doctype html><title>Not found</title>")


def files_cut(place: Place) -> None:
    part = place.folder / place.manifest["files"][0]["file"]
    place.write(part.name, part.read_bytes()[:100_000])


def other_lock(place: Place) -> None:
    place.change(lock="0" * 64)


def other_wheel(place: Place) -> None:
    place.change(wheels={**place.manifest["wheels"], "jedi": "0" * 64})


def wheel_more(place: Place) -> None:
    place.change(wheels={**place.manifest["wheels"], "nobody": "0" * 64})


def other_pyodide(place: Place) -> None:
    place.change(pyodide="0.1")


def other_kind(place: Place) -> None:
    place.change(schema=99)


def no_json(place: Place) -> None:
    place.write(MANIFEST, "<!doctype html>")


def null(place: Place) -> None:
    place.write(MANIFEST, "null")


def half(place: Place) -> None:
    entries = place.manifest
    del entries["heap"], entries["start"]
    place.write(MANIFEST, json.dumps(entries))


def other_start(place: Place) -> None:
    place.change(start="AAAA" + place.manifest["start"][4:])


def pages_elsewhere(place: Place) -> None:
    heap = place.manifest["heap"]
    runs = [[first + 1_000_000, count] for first, count in heap["runs"]]
    place.change(heap={**heap, "runs": runs})


def no_room(place: Place) -> None:
    place.lack(NO_GROWTH)


def no_renewal(place: Place) -> None:
    script = (place.folder / "spec14-restore.mjs").read_text("utf-8")
    here = "visit.renew(py._module.getEnvStrings(), "
    assert here in script
    place.write("spec14-restore.mjs", script.replace(here, "visit.renew([14], "))


FAULTS: Final[list[tuple[Callable[[Place], None], str]]] = [
    (flipped, ""),
    (cut, ""),
    (missing, "the server answers 404"),
    (empty, ""),
    (foreign, "not the file that was built"),
    (longer, "more than its"),
    (page_of_an_error, ""),
    (files_cut, ""),
    (other_lock, "of another lock"),
    (other_wheel, "of another wheel of jedi"),
    (wheel_more, "of another wheel of nobody"),
    (other_pyodide, "of Pyodide 0.1"),
    (other_kind, "of another kind"),
    (no_json, ""),
    (null, "of another kind"),
    (half, "is not whole"),
    (other_start, ""),
    (pages_elsewhere, ""),
    (no_room, ""),
    (no_renewal, "Error: "),
]


@pytest.mark.parametrize(("harm", "words"), FAULTS, ids=[harm.__name__ for harm, _ in FAULTS])
def test_a_fault_is_told_and_python_comes_the_ordinary_way(
    browser: Browser, place: Place, harm: Callable[[Place], None], words: str
) -> None:
    harm(place)
    found = place.visit(browser, "import ripple\nprint(ripple.__name__)", CHANCE)
    tell(harm.__name__, found)
    assert (found.snapshot, found.fault) == (False, True)
    assert words in found.reason
    assert len(found.reason.strip()) > 5
    assert "undefined" not in found.reason
    assert found.shown[0] == "ripple\n"
    # Nobody is told that Python could not be started.
    assert found.failed == ()


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("the site has no memory snapshot", None),
        ("it differed", json.dumps({"schema": 1, "reason": "it differed"})),
    ],
)
def test_a_site_without_one_is_at_no_fault(
    browser: Browser, place: Place, reason: str, content: str | None
) -> None:
    if content is None:
        (place.folder / MANIFEST).unlink()
    else:
        place.write(MANIFEST, content)
    found = place.visit(browser)
    assert (found.snapshot, found.reason, found.fault) == (False, reason, False)
    assert found.failed == ()


def test_a_browser_that_inflates_nothing(browser: Browser, place: Place) -> None:
    place.lack("delete globalThis.DecompressionStream;")
    found = place.visit(browser)
    assert (found.snapshot, found.fault) == (False, False)
    assert found.reason == "this browser inflates nothing"
    assert place.parts_sent() == []


@pytest.mark.parametrize(
    "lack",
    [
        "delete globalThis.caches;",
        "CacheStorage.prototype.open = async () => { throw new DOMException('no'); };",
        "Cache.prototype.match = async () => { throw new Error('no'); };",
        "CacheStorage.prototype.open = () => new Promise(() => {});",
        "Cache.prototype.match = () => new Promise(() => {});",
        "delete WebAssembly.Suspending; delete WebAssembly.promising;",
    ],
    ids=[
        "no caches",
        "caches refused",
        "caches broken",
        "caches silent",
        "copies silent",
        "no promise integration",
    ],
)
def test_what_a_browser_can_lack(browser: Browser, place: Place, lack: str) -> None:
    place.lack(lack)
    found = place.visit(
        browser,
        "import ripple\nprint(ripple.__name__)",
        "print(await __import__('asyncio').sleep(0.01, 5))",
    )
    assert (found.snapshot, found.reason) == (True, "")
    assert found.shown == ("ripple\n", "5\n")


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


@pytest.fixture
def whole(site: Path, tmp_path: Path) -> Path:
    """Give a site in which the snapshot is taken whatever the line."""
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    take_any_line(copy)
    return copy


WAYS: Final = """() => {
    window.ways = [];
    new BroadcastChannel("spec14-start:/lite/").onmessage = ({ data }) => {
        if (data.stage === "way") window.ways.push(data);
    };
}"""


def opened(visited: Visit) -> Notebook:
    visited.open("api.html")
    visited.page.evaluate(WAYS)
    notebook = try_it(visited, "ripple.smooth")
    notebook.wait_ready()
    return notebook


def ways(visited: Visit) -> list[tuple[bool, str]]:
    return [(way["snapshot"], way["reason"]) for way in visited.page.evaluate("window.ways")]


def test_a_restarted_kernel_starts_from_it_too(browser: Browser, whole: Path) -> None:
    with running(whole) as url, visit(browser, url) as visited:
        notebook = opened(visited)
        notebook.write(0, "word = 6 * 7\nprint(word)")
        assert notebook.run(0).strip() == "42"
        notebook.inside.locator(
            "[data-command='notebook:restart-kernel'], [data-jp-item-name='restart']"
        ).first.click()
        notebook.inside.locator(".jp-Dialog button.jp-mod-accept").click()
        visited.page.wait_for_function("window.ways.length === 2", timeout=90_000)
        notebook.write(0, "print('word' in globals())")
        assert notebook.run(0).strip() == "False"
        assert ways(visited) == [(True, "")] * 2
        assert visited.record.troubles == []


def test_under_isolation_it_can_be_interrupted(browser: Browser, whole: Path) -> None:
    with running(whole, profile="isolated") as url, visit(browser, url) as visited:
        notebook = opened(visited)
        assert visited.page.evaluate("crossOriginIsolated")
        notebook.write(0, "import itertools\nfor number in itertools.count():\n    pass")
        notebook.start(0)
        busy = notebook.inside.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]")
        expect(busy).to_be_visible(timeout=60_000)
        notebook.inside.locator(
            "[data-command='notebook:interrupt-kernel'], [data-jp-item-name='interrupt']"
        ).first.click()
        output = notebook.code_cell(0).locator(".jp-OutputArea")
        expect(output).to_contain_text("KeyboardInterrupt", timeout=20_000)
        notebook.write(0, "print(6 * 7)")
        assert notebook.run(0).strip() == "42"
        assert ways(visited) == [(True, "")]
        assert visited.record.troubles == []


def test_the_page_says_why_python_was_started_the_long_way(browser: Browser, whole: Path) -> None:
    (heap,) = (whole / "lite/static/pyodide").glob("heap.*.snapshot")
    heap.write_bytes(heap.read_bytes()[:1000])
    with running(whole) as url, visit(browser, url) as visited:
        notebook = opened(visited)
        notebook.write(0, "print(6 * 7)")
        assert notebook.run(0).strip() == "42"
        line = visited.page.locator(".spec14-way")
        expect(line).to_be_visible()
        expect(line).to_contain_text("Python was started the long way: ")
        assert ways(visited)[0][1] in (line.text_content() or "")
        expect(visited.page.locator(".spec14-start")).to_have_attribute("data-stage", "ready")
        assert visited.record.troubles == []
