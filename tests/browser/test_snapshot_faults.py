"""Whatever is wrong with a memory snapshot, or lacks in the browser: Python comes."""

import gzip
import json
from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.browser.kernels import CHANCE, MANIFEST, Place, tell

NO_GROWTH: Final = """\
const { grow } = WebAssembly.Memory.prototype;
let refused = false;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (refused) return grow.call(this, pages);
  refused = true;
  throw new RangeError("Maximum memory size exceeded");
};
"""


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
