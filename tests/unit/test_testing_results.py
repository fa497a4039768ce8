"""``tests.json``: what is written can be read, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reports import record, result
from toolkit.testing.results import OUTCOMES, NotARecord, Record, Result, read, record_from

RESULTS = st.builds(
    Result,
    id=st.text(),
    outcome=st.sampled_from(OUTCOMES),
    seconds=st.integers(0, 10_000).map(lambda number: number / 16),
    file=st.text(),
    line=st.none() | st.integers(1),
    reason=st.text(),
    cause=st.text(),
    traceback=st.text(),
)
RECORDS = st.builds(
    Record,
    wheel=st.text(),
    wheel_sha256=st.text(),
    exit_code=st.integers(-20, 99),
    arguments=st.lists(st.text()).map(tuple),
    collected=st.integers(0),
    seconds=st.integers(0, 1000).map(float),
    workers=st.integers(1, 64),
    shard=st.none() | st.just("3/10"),
    runtime=st.dictionaries(st.text(), st.text()),
    root=st.text(),
    results=st.lists(RESULTS).map(tuple),
)


@given(RECORDS)
def test_what_is_written_is_read(whole: Record) -> None:
    content = json.loads(json.dumps(whole.as_json()))
    assert record_from(content) == whole


def test_the_totals_are_those_of_a_junit_file() -> None:
    results = [result(f"a.py::{name}", name) for name in OUTCOMES]
    content = record(*results, exit_code=1).as_json()
    assert content["tests"] == len(OUTCOMES) == content["collected"]
    assert (content["failures"], content["errors"]) == (1, 1)
    assert content["skipped"] == 2, "what is expected to fail is skipped in JUnit files"
    assert (content["passed"], content["xfailed"], content["xpassed"]) == (1, 1, 1)


def test_a_traceback_is_there_for_failures_only() -> None:
    content = record(result(), result("b", "failed", traceback="E  no")).as_json()
    assert ["traceback" in item for item in content["results"]] == [False, True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema": 1}, "schema is 1"),
        ({"results": None}, "damaged"),
        ({"results": [{"id": "a"}]}, "damaged"),
        ({"results": [{**vars(result()), "outcome": "fine"}]}, "'fine'"),
        ({"results": [{**vars(result()), "reason": 3}]}, "wrong type"),
        ({"wheel_sha256": 7}, "wrong type"),
        ({"arguments": [1]}, "wrong type"),
        ({"runtime": {"node": 24}}, "wrong type"),
    ],
)
def test_another_content_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(NotARecord, match=words):
        record_from(record(result()).as_json() | change)


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "\xff", "[" * 100_000])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tests.json"
    file.write_text(text, "latin-1")
    with pytest.raises(NotARecord):
        read(file)
    with pytest.raises(NotARecord, match="cannot be read"):
        read(tmp_path / "nothing.json")
