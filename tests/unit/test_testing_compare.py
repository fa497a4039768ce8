"""The same suite in WebAssembly and natively: what differs."""

import io
import json

import pytest
from rich.console import Console

from tests.reports import record, result
from toolkit.commands.compared import show
from toolkit.commands.options import Options
from toolkit.testing.compare import Comparison, compare

HERE = record(
    result("a.py::same", seconds=3.0),
    result("a.py::other", seconds=1.0),
    result("a.py::threads[1]", "failed", cause="RuntimeError: can't start new thread"),
    result("a.py::threads[2]", "error", cause="RuntimeError: can't start new thread"),
    result("a.py::bits", "failed", cause="OverflowError: [32]"),
    result("a.py::broken", "failed", cause="here"),
    result("a.py::mended", "passed"),
    result("a.py::skipped", "skipped", cause="no threads"),
    result("a.py::known", "xfailed", cause="known"),
    result("a.py::skipped_there", "passed"),
    result("a.py::only_wasm"),
    result("b.py::quick", seconds=1.0),
    exit_code=1,
)
THERE = record(
    result("a.py::same", seconds=1.0),
    result("a.py::other", seconds=1.0),
    *(result(f"a.py::threads[{number}]") for number in (1, 2, 3)),
    result("a.py::bits"),
    result("a.py::broken", "failed", cause="there"),
    result("a.py::mended", "failed", cause="there"),
    result("a.py::skipped"),
    result("a.py::known"),
    result("a.py::skipped_there", "skipped", cause="no wasm"),
    result("b.py::quick", seconds=0.0),
)


@pytest.fixture
def comparison() -> Comparison:
    return compare(HERE, THERE)


def test_what_fails_here_only_is_grouped_by_cause(comparison: Comparison) -> None:
    assert [(group.cause, group.ids) for group in comparison.fails_here] == [
        ("RuntimeError: can't start new thread", ("a.py::threads[1]", "a.py::threads[2]")),
        ("OverflowError: [32]", ("a.py::bits",)),
    ]


def test_what_is_skipped_here_only(comparison: Comparison) -> None:
    ids = {id_ for group in comparison.skipped_here for id_ in group.ids}
    assert ids == {"a.py::skipped", "a.py::known"}


def test_what_fails_there_is_not_to_blame_here(comparison: Comparison) -> None:
    (group,) = comparison.fails_there
    assert group.ids == ("a.py::broken", "a.py::mended")


def test_what_one_side_does_not_have(comparison: Comparison) -> None:
    assert comparison.only_here == ("a.py::only_wasm",)
    assert comparison.only_there == ("a.py::threads[3]",)
    assert comparison.both == len(HERE.results) - 1


def test_speed_is_of_tests_that_pass_on_both_sides(comparison: Comparison) -> None:
    assert [(speed.file, speed.tests, speed.ratio) for speed in comparison.speeds] == [
        ("a.py", 2, 2.0),
        ("b.py", 1, None),
    ]
    assert "2.5 times as long here" in comparison.summary


def test_runs_that_are_the_same_differ_in_nothing() -> None:
    same = compare(HERE, HERE)
    assert (same.fails_here, same.skipped_here, same.only_here, same.only_there) == ((),) * 4
    assert compare(record(), record()).summary.startswith("Of 0 tests")


def test_it_is_printed_as_tables(comparison: Comparison) -> None:
    text = io.StringIO()
    options = Options(debug=False, quiet=False, as_json=False)
    show(comparison, options, Console(file=text, width=120))
    told = text.getvalue()
    assert "Pass natively, fail here" in told
    assert "OverflowError: [32]" in told, "brackets are no markup"
    assert "a.py::threads[2]" in told
    assert "Of 11 tests on both sides 3 fail here only" in told


def test_it_is_printed_for_machines(
    comparison: Comparison, capsys: pytest.CaptureFixture[str]
) -> None:
    show(comparison, Options(debug=False, quiet=False, as_json=True))
    content = json.loads(capsys.readouterr().out)
    assert content == json.loads(json.dumps(comparison.as_json()))
    assert content["fails_here"][0]["ids"] == ["a.py::threads[1]", "a.py::threads[2]"]
    assert content["speeds"][0]["ratio"] == 2.0
