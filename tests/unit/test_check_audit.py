"""What readers met becomes findings; limits; the report."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from toolkit.browser.audit import Audit
from toolkit.browser.report import Checked, page
from toolkit.check.budget import Budget, read_budget
from toolkit.check.findings import KINDS, Finding
from toolkit.errors import SettingsError

NO_LIMIT = Budget()


def control(**more: Any) -> dict[str, Any]:
    """Give a button as `visit.mjs` tells of it."""
    return {
        "event": "control",
        "path": "api.html",
        "index": 2,
        "kind": "example",
        "label": "Try it",
        "near": "pkg.func",
        "visible": True,
        "reachable": True,
        "opened": 2.5,
        "ran": 7.5,
        "bytes": 25_000_000,
        "heaviest": [{"path": "/pyodide.asm.wasm", "bytes": 9_000_000}],
        "foreign": [],
        "failures": [],
        "errors": [],
        **more,
    }


def kinds_of(result: dict[str, Any], budget: Budget = NO_LIMIT) -> list[str]:
    """Give the kinds of what one result is found to be."""
    audit = Audit(browser="chromium", budget=budget)
    audit.take(result)
    assert all(one.kind in KINDS for one in audit.findings)
    return [one.kind for one in audit.findings]


def test_a_button_that_works_is_no_finding() -> None:
    assert kinds_of(control()) == []


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"error": "nothing opened within 15 s"}, "button"),
        ({"error": "the keyboard does not get to it"}, "keyboard"),
        ({"foreign": ["https://cdn.example/x.js"]}, "request"),
        ({"failures": ["404 /lite/x.json"]}, "request"),
        ({"errors": ["TypeError: x"]}, "console"),
    ],
)
def test_what_goes_wrong_is_named(more: dict[str, Any], kind: str) -> None:
    audit = Audit(browser="firefox")
    audit.take(control(**more))
    (one,) = audit.findings
    assert (one.kind, one.file, one.severity) == (kind, "api.html", "error")
    assert "example 3 at pkg.func" in one.what
    assert one.what.endswith("(firefox)")


def started(way: str, reason: str = "", *, fault: bool = False) -> dict[str, Any]:
    """Give what a button's worker told of its start."""
    return {"way": way, "reason": reason, "fault": fault}


def test_a_fault_of_the_snapshot_is_a_warning() -> None:
    audit = Audit(browser="chromium")
    audit.take(
        control(start=started("ordinary", "heap.1.snapshot: the server answers 404", fault=True))
    )
    audit.take(control(start=started("ordinary", "the line is slow")))
    audit.take(control(start=started("snapshot")))
    audit.take(control(start={}))
    audit.take(control())
    (one,) = audit.findings
    assert (one.kind, one.severity, one.file) == ("start", "warning", "api.html")
    assert "example 3 at pkg.func: Python was started the long way: heap.1" in one.what
    assert one.kind in KINDS


def test_starts_are_counted_for_each_browser() -> None:
    audit = Audit(browser="chromium")
    for start in (
        started("snapshot"),
        started("ordinary", "<b>slow"),
        started("ordinary", "<b>slow"),
    ):
        audit.take(control(start=start))
    checked = Checked(site=Path("site"), pages=1, files=2, findings=(), audits=(audit,))
    (browser,) = checked.as_json()["browsers"]
    assert browser["starts"] == {"snapshot": 1, "ordinary": {"<b>slow": 2}}
    assert [one["way"] for one in browser["buttons"]] == ["snapshot", "ordinary", "ordinary"]
    text = page(checked)
    assert "from the memory snapshot behind 1 button" in text
    assert "<li>2: &lt;b&gt;slow</li>" in text


def test_a_site_that_tells_nothing_of_starts_is_not_said_to() -> None:
    audit = Audit(browser="chromium")
    audit.take(control())
    checked = Checked(site=Path("site"), pages=1, files=2, findings=(), audits=(audit,))
    assert "memory snapshot" not in page(checked)


def test_a_page_without_the_keyboard_and_over_its_size() -> None:
    result = {
        **control(event="page", seconds=0.5),
        "controls": [control(reachable=False), control(visible=False, reachable=False)],
    }
    assert kinds_of(result, Budget(size=1_000_000)) == ["keyboard", "budget"]


@pytest.mark.parametrize(
    ("told", "severities"),
    [
        ({"visible": 0, "explained": True}, []),
        ({"visible": 0, "explained": False}, ["warning"]),
        ({"visible": 3, "explained": False}, []),
        ({"visible": 3, "explained": True, "error": "nothing opened"}, ["error"]),
    ],
)
def test_phones(told: dict[str, Any], severities: list[str]) -> None:
    audit = Audit(browser="chromium")
    audit.take({"event": "phone", "path": "api.html", **told})
    assert [one.severity for one in audit.findings] == severities


def test_a_page_that_does_not_open() -> None:
    assert kinds_of({"event": "unopened", "path": "x.html", "error": "timeout"}) == ["button"]


def test_budgets() -> None:
    assert kinds_of(control(), Budget(size=26_000_000, seconds=8)) == []
    assert kinds_of(control(), Budget(size=24_000_000, seconds=7)) == ["budget", "budget"]
    audit = Audit(browser="chromium", budget=Budget(size=1))
    audit.take(control())
    assert "/pyodide.asm.wasm 9.00 MB" in audit.findings[0].what


@pytest.mark.parametrize(
    ("given", "budget"),
    [
        ([], Budget()),
        (["30MB"], Budget(size=30_000_000)),
        (["500 kB", "20s"], Budget(size=500_000, seconds=20)),
        (["1.5MB", "2MB", "0.5s"], Budget(size=2_000_000, seconds=0.5)),
        (["12B"], Budget(size=12)),
    ],
)
def test_limits_are_read(given: list[str], budget: Budget) -> None:
    assert read_budget(given) == budget


@pytest.mark.parametrize("given", ["", "30", "30 mb", "-1s", "s", "1e3B"])
def test_other_limits_are_refused(given: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_budget([given])
    assert "30MB" in caught.value.do


class Tags(HTMLParser):
    """The elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_escapes_what_the_site_says() -> None:
    audit = Audit(browser="chromium", version="Chromium 150")
    audit.take(control(label="<script>alert(1)</script>", error="<b>", picture='"x.png'))
    finding = Finding(kind="foreign", file="<i>.html", what="<u>", do="<s>")
    checked = Checked(
        site=Path("/s<a>"), pages=1, files=2, findings=(finding, *audit.findings), audits=(audit,)
    )
    tags = Tags()
    tags.feed(page(checked))
    names = [name for name, _ in tags.found]
    assert not {"script", "b", "i", "u", "s"} & set(names)
    assert [found for found in tags.found if found[0] == "img"] == [
        ("img", {"src": "check/%22x.png", "alt": "The page when it went wrong"})
    ]
    assert "2 errors" in page(checked)


def test_a_site_without_faults_says_so() -> None:
    assert "No errors" in page(Checked(site=Path("site"), pages=1, files=2, findings=()))
