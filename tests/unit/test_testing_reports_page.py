"""The page of a run's tests: everything in it, and nothing that a test could put there."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports import record, result
from toolkit.testing.compare import compare
from toolkit.testing.reports.page import MOST_OF_A_GROUP, links, page

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\"'&amp;"

TIMES = "\N{MULTIPLICATION SIGN}"


class Read(HTMLParser):
    """Elements and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        (self.scripts if self._inside == "script" else self.texts).append(data)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._inside = ""


def shown(*args: object, **more: object) -> Read:
    whole = record(*args, **more)  # type: ignore[arg-type]
    return Read(page(whole, links(whole, {})))


@given(st.text() | st.just(HOSTILE))
def test_what_tests_say_is_text(text: str) -> None:
    bad = result(text, "failed", reason=text, cause=text, traceback=text, file=text)
    quiet = result(f"{text}2", "skipped", reason=text, cause=text, file=text)
    read = shown(bad, quiet, exit_code=1, arguments=(text,), runtime={text: text})
    plain = shown(result("a", "failed", reason="a", traceback="a"), exit_code=1)
    assert sum(tag == "script" for tag, _ in read.elements) == 2
    assert not any(name.startswith("on") for _, attributes in read.elements for name in attributes)
    assert {tag for tag, _ in read.elements} <= {tag for tag, _ in plain.elements} | {
        "details",
        "summary",
        "ul",
        "li",
        "h2",
        "section",
        "span",
        "a",
    }
    (data, _script) = read.scripts
    assert {item["id"] for item in json.loads(data)} == {text, f"{text}2"}
    assert "<" not in data


@given(st.text(min_size=1))
def test_an_address_leads_to_a_file_of_the_project(name: str) -> None:
    run = record()
    address = links(run, {})(result("a", file=name))
    assert address == "" or re.fullmatch(r"\.\./\.\./[\w.~/%-]+#L3", address, re.ASCII)
    assert not address.startswith("../../../")


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../other/test_a.py"])
def test_a_file_elsewhere_has_no_address(name: str) -> None:
    assert links(record(), {})(result("a", file=name)) == ""


def test_in_actions_an_address_is_that_of_the_commit() -> None:
    job = {
        "GITHUB_SERVER_URL": "https://git.example.org",
        "GITHUB_REPOSITORY": "someone/shapes",
        "GITHUB_SHA": "c0ffee",
    }
    link = links(record(), job, "python/")
    assert link(result("a", file="tests/test a.py", line=None)) == (
        "https://git.example.org/someone/shapes/blob/c0ffee/python/tests/test%20a.py"
    )
    assert (
        links(record(), {**job, "GITHUB_SERVER_URL": "javascript:x//"})(result("a", file="b.py"))
        == "../../b.py#L3"
    )


def test_it_needs_nothing_else_and_asks_for_nothing() -> None:
    read = shown(result())
    addresses = [
        value
        for _, attributes in read.elements
        for name, value in attributes.items()
        if name in ("src", "srcset", "data", "action")
    ]
    assert addresses == []
    assert not any(tag == "link" for tag, _ in read.elements)
    policy = next(
        attributes["content"]
        for tag, attributes in read.elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_skips_are_grouped_by_cause() -> None:
    many = [
        result(f"a.py::{number}", "skipped", reason=f"no threads {number}", cause="no threads N")
        for number in range(MOST_OF_A_GROUP + 7)
    ]
    text = " ".join(shown(*many, result("b", "xfailed", reason="known", cause="known")).texts)
    assert f"{MOST_OF_A_GROUP + 7} {TIMES} no threads N" in text
    assert "and 7 more" in text
    assert f"1 {TIMES} known" in text


def test_the_slowest_come_first() -> None:
    text = " ".join(shown(result("quick", seconds=0.1), result("slow", seconds=9.5)).texts)
    part = text[text.index("Slowest") :]
    assert part.index("9.50") < part.index("0.10")


def test_a_comparison_is_part_of_it() -> None:
    here = record(result("a::b", "failed", cause="RuntimeError: [no] threads"), result("a::c"))
    there = record(result("a::b"), result("a::c", seconds=0.25))
    text = page(here, links(here, {}), compare(here, there))
    assert "Pass natively, fail here" in text
    assert f"1 {TIMES} RuntimeError: [no] threads" in text
    assert "2.0 times as long here" in text
    assert "Against native" not in page(here, links(here, {}))


def test_what_was_not_run_is_told() -> None:
    read = shown(result(), collected=10, exit_code=2)
    words = " ".join(" ".join(read.texts).split())
    assert "not run 9" in words
    assert "exit code 2" in words
