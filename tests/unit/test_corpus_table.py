"""The table of ``docs/corpus.md``."""

from dataclasses import replace

import pytest

from tests.corpus.entries import Entry
from tests.corpus.outcome import Outcome
from tests.corpus.page import MARK, between
from tests.corpus.table import NOT_RUN, row, rows_of, summary, table

BEGIN, END = (MARK.format(writer="nox -s corpus", end=end) for end in ("begin", "end"))

ENTRY = Entry(
    name="snake_case",
    version="1.0",
    sha256="ab",
    backend="setuptools, C",
    imports=("snake_case",),
    tests=("tests",),
)
WORKS = Outcome(
    key="k",
    date="2026-11-21",
    seconds=12.3,
    size=123_456,
    audit="sound, warning: simd",
    modules=2,
    loaded=2,
    passed=10,
    failed=0,
    skipped=1,
)
FAILS = replace(WORKS, stage="build", reason="a | b <c> `d` _e_", modules=None, passed=None)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_project_that_works() -> None:
    assert cells(row(ENTRY, WORKS)) == [
        *("snake\\_case", "1.0", "setuptools, C", "12", "0.12", "sound, warning: simd", "2 of 2"),
        *("10 / 0 / 1", "2026-11-21", "nothing"),
    ]


def test_messages_stay_in_their_cell() -> None:
    (*_, why) = cells(row(ENTRY, FAILS))
    assert why == "build: a \N{BROKEN BAR} b &lt;c> 'd' \\_e\\_"


def test_what_was_expected_is_said() -> None:
    known = replace(ENTRY, fails_at="build", because="It needs a library")
    assert cells(row(known, FAILS))[-1].endswith(". It needs a library")
    assert cells(row(known, WORKS))[-1] == "nothing (was expected to fail at: build)"


def test_pure_wheels_and_no_tests() -> None:
    entry = replace(ENTRY, tests=(), no_tests="the sdist carries none")
    line = cells(row(entry, replace(WORKS, modules=0, loaded=0, passed=None)))
    assert line[6:8] == ["pure", "none: the sdist carries none"]


def test_lines_of_other_runs_are_kept() -> None:
    other = replace(ENTRY, name="other")
    old = table([ENTRY, other], {"snake-case": WORKS, "other": FAILS}, ["a machine"], "")
    new = table([ENTRY, other], {"other": WORKS}, ["another machine"], old)
    assert row(ENTRY, WORKS) in new
    assert row(other, WORKS) in new
    assert "- another machine" in new
    # Of another version nothing is known.
    moved = replace(ENTRY, version="2.0")
    assert row(moved, None) in table([moved, other], {}, [], old)
    assert cells(row(moved, None))[-2] == NOT_RUN


def test_only_what_is_between_the_markers_is_written() -> None:
    page = f"# Head\n\n{BEGIN}\n| old | 1 |\n{END}\n\nTail\n"
    old, same = between(page)
    assert old.strip() == "| old | 1 |"
    assert same == page
    _, written = between(page, "new")
    assert written == f"# Head\n\n{BEGIN}\n\nnew\n\n{END}\n\nTail\n"
    assert between(written, "new")[1] == written


@pytest.mark.parametrize("page", ["", BEGIN, END + BEGIN, BEGIN + BEGIN + END])
def test_a_page_without_markers(page: str) -> None:
    with pytest.raises(ValueError, match="must hold"):
        between(page)


def test_no_heading_is_taken_for_a_project() -> None:
    text = table([ENTRY], {"snake-case": WORKS}, ["fact | with | bars"], "")
    text += "\n| of | an | older | table |\n"
    assert set(rows_of(text)) == {("snake\\_case", "1.0")}


def test_the_summary() -> None:
    others = [replace(ENTRY, name=name) for name in ("a", "b", "c")]
    some = replace(WORKS, failed=2, stage="tests")
    told = summary([ENTRY, *others], {"snake-case": WORKS, "a": FAILS, "b": some})
    assert told.startswith(
        "Of 4 projects, 3 have been run: in 1 everything works, in 1 some tests fail, "
        "1 fail at: build. "
    )
    assert told.endswith("Tests in all: 20 passed, 2 failed.")
