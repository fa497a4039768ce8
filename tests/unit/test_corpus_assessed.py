"""Whether what was said of projects came true, as ``docs/corpus.md`` tells it."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.corpus.assessed import (
    WRITER,
    Assessed,
    Right,
    did_fail_at,
    keep,
    kept,
    right_about_building,
    right_about_tests,
    section,
)
from tests.corpus.entries import Entry
from tests.corpus.outcome import Outcome
from tests.corpus.page import between
from tests.corpus.table import table
from toolkit.pins import ROOT

ENTRY: Final = Entry(
    name="a", version="1.0", sha256="ab", backend="x", imports=("a",), tests=("tests",)
)
SAID: Final = Assessed(version="1.0", verdict="works", blocked="", tests=0, first="")


@pytest.mark.parametrize(
    ("blocked", "stage", "right"),
    [
        ("", "", Right.YES),
        ("", "tests", Right.YES),
        ("build", "audit", Right.YES),
        ("build", "", Right.FALSE_ALARM),
        ("install", "tests", Right.FALSE_ALARM),
        ("", "import", Right.MISS),
        ("build", None, Right.UNKNOWN),
    ],
)
def test_right_about_building(blocked: str, stage: str | None, right: Right) -> None:
    assert right_about_building(replace(SAID, blocked=blocked), stage) is right


@pytest.mark.parametrize(
    ("tests", "stage", "right"),
    [
        (0, "", Right.YES),
        (2, "tests", Right.YES),
        (2, "", Right.FALSE_ALARM),
        (0, "tests", Right.MISS),
        (2, "build", Right.UNKNOWN),
        (0, None, Right.UNKNOWN),
    ],
)
def test_right_about_tests(tests: int, stage: str | None, right: Right) -> None:
    said = replace(SAID, tests=tests)
    assert right_about_tests(ENTRY, said, stage) is right
    without = replace(ENTRY, tests=(), no_tests="none")
    assert right_about_tests(without, said, stage) is Right.UNKNOWN


def test_what_happened_is_read_off_the_table() -> None:
    works = Outcome(key="k", date="2026-11-21")
    fails = replace(works, stage="audit", reason="a: b")
    other = replace(ENTRY, name="b")
    page = table([ENTRY, other], {"a": works, "b": fails}, [], "")
    assert did_fail_at(ENTRY, None, page) == ""
    assert did_fail_at(other, None, page) == "audit"
    assert did_fail_at(replace(other, version="2.0"), None, page) is None
    assert did_fail_at(other, works, page) == ""
    assert did_fail_at(ENTRY, None, table([ENTRY], {}, [], "")) is None


def test_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "a.json"
    assert kept(file, ENTRY) is None
    keep(file, SAID)
    assert kept(file, ENTRY) == SAID
    assert kept(file, replace(ENTRY, version="2.0")) is None


def test_counts() -> None:
    entries = [replace(ENTRY, name=name) for name in ("a", "b", "c", "d")]
    said = {
        "a": SAID,
        "b": replace(SAID, blocked="build", first="build: a | b (x.c:1)"),
        "c": replace(SAID, tests=3),
    }
    told = section(entries, said, {"a": "tests", "b": "", "c": "build", "d": ""})
    assert "right about 1 of 3 projects; false alarms: 1 (b); misses: 1 (c)" in told
    assert "right about 1 of 2 projects; false alarms: none; misses: 1 (a)" in told
    assert "a \N{BROKEN BAR} b (x.c:1)" in told
    assert told.count("\n| ") == 4  # the heading, and three projects


def test_the_page_has_a_place_for_it() -> None:
    old, _ = between((ROOT / "docs" / "corpus.md").read_text("utf-8"), writer=WRITER)
    assert "right about" in old
