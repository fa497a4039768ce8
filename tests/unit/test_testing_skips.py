"""The skip file: reading, what is said of entries, proposals."""

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pytest_spec14.skips import read_entries

from tests.artefacts import write_tree
from toolkit.commands.options import Options
from toolkit.commands.test import test as command
from toolkit.errors import SettingsError, StageMissing
from toolkit.project import Project, read_project
from toolkit.testing.proposals import propose_skips, proposed
from toolkit.testing.skips import entry_for, expired, handed_in, not_needed, read_skips

OWN = """
[tool.spec14.test]
skips = "tests/skips.toml"

[[tool.spec14.test.skip]]
test = "tests/test_a.py::test_b"
reason = "it hangs"
expires = 2027-01-31

  [[ tool . spec14.test.skip ]]
cause = "32-bit"
reason = "later"
"""
FILE = """# why
[[skip]]
test = "tests/*::test_[x]"
reason = "wrong"
kind = "xfail"
link = "https://host/1"
"""


def project(folder: Path, own: str = OWN, file: str = FILE) -> Project:
    return read_project(write_tree(folder / "p", {"pyproject.toml": own, "tests/skips.toml": file}))


def test_entries_know_where_they_stand(tmp_path: Path) -> None:
    entries = read_skips(project(tmp_path))
    assert [entry.where for entry in entries] == [
        "pyproject.toml:4",
        "pyproject.toml:9",
        "tests/skips.toml:2",
    ]
    assert entries[0].said.expires == dt.date(2027, 1, 31)
    assert [entry.said.kind for entry in entries] == ["skip", "skip", "xfail"]


def test_entries_on_one_line(tmp_path: Path) -> None:
    own = (
        'tool.spec14.test.skip = [{test = "a.py", reason = "x"}, {cause = "32-bit", reason = "y"}]'
    )
    entries = read_skips(project(tmp_path, own))
    assert [entry.where for entry in entries] == [
        "pyproject.toml: a.py",
        "pyproject.toml: cause 32-bit",
    ]


def test_nothing_said(tmp_path: Path) -> None:
    assert read_skips(project(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ('[[skip]]\nreason = "x"', "tests/skips.toml:1: the entry says neither test nor cause"),
        ('[[skip]]\ntest = "a"', "tests/skips.toml:1: the entry for a has no reason"),
        ('[[skip]]\ntest = "a"\nreason = " "', "the entry for a has no reason"),
        (
            '[[skip]]\ntest = "a"\nreason = "x"\nkind = "fail"',
            "skips.toml:1: kind must not be 'fail'",
        ),
        (
            '[[skip]]\ncause = "thread"\nreason = "x"',
            "no cause is called 'thread'; did you mean 'threads'?",
        ),
        (
            '[[skip]]\ntets = "a"',
            "[tests/skips.toml.skip 1] has no key 'tets'; did you mean 'test'?",
        ),
        ("[[skips]]", "[tests/skips.toml] has no key 'skips'; did you mean 'skip'?"),
        ("skip = 3", "tests/skips.toml.skip must be a list of tables"),
        ("[skip]", "tests/skips.toml.skip must be a list of tables"),
        (
            '[[skip]]\ntest = "a"\nreason = "x"\nexpires = "2027-01-31"',
            "tests/skips.toml.skip 1.expires must be a date, not '2027-01-31'",
        ),
        (
            '[[skip]]\ntest = "a"\nreason = "x"\nexpires = 2027-01-31T00:00:00',
            "expires must be a date, not",
        ),
        ("[[skip", "tests/skips.toml: "),
    ],
)
def test_what_an_entry_cannot_say(tmp_path: Path, file: str, words: str) -> None:
    with pytest.raises(SettingsError) as error:
        read_skips(project(tmp_path, 'tool.spec14.test.skips = "tests/skips.toml"', file))
    assert words in error.value.what


@pytest.mark.parametrize("name", ["none.toml", "../outside.toml", "/etc/passwd"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=r"skips names"):
        read_skips(project(tmp_path, f'tool.spec14.test.skips = "{name}"'))


CASES = [
    ("tests/test_a.py::test_b", "tests/test_a.py::test_b", True),
    ("tests/test_a.py::test_b", "tests/test_a.py::test_b[1-2]", True),
    ("tests/test_a.py::test_b", "tests/test_a.py::test_bc", False),
    ("tests/test_a.py::test_b[1]", "tests/test_a.py::test_b[1]", True),
    ("tests/test_a.py::test_b[1]", "tests/test_a.py::test_b1", False),
    ("tests/test_a.py", "tests/test_a.py::TestC::test_d", True),
    ("tests", "tests/test_a.py::test_b", True),
    ("tests/", "tests/test_a.py::test_b", True),
    ("test", "tests/test_a.py::test_b", False),
    ("*::test_b", "tests/test_a.py::test_b", True),
    ("tests/test_?.py", "tests/test_a.py::test_b", True),
    ("tests/test_?.py", "tests/test_ab.py::test_b", False),
    ("*", "anything", True),
    ("tests/test_a.py::test_b[a\nb]", "tests/test_a.py::test_b[a\nb]", True),
]


@pytest.mark.parametrize(("pattern", "nodeid", "fits"), CASES)
def test_both_sides_read_patterns_alike(
    tmp_path: Path, pattern: str, nodeid: str, *, fits: bool
) -> None:
    said = f"[[skip]]\ntest = {json.dumps(pattern)}\nreason = 'x'"
    entries = read_skips(project(tmp_path, 'tool.spec14.test.skips = "tests/skips.toml"', said))
    assert (entry_for(entries, nodeid) is not None) is fits
    told = handed_in(entries, project(tmp_path / "q", "").settings.test)
    (inside,) = read_entries(json.loads(json.dumps(told))["skips"])
    assert inside.fits(nodeid) is fits
    assert inside.where == "tests/skips.toml:1"


def test_what_is_told_inside(tmp_path: Path) -> None:
    given = project(tmp_path, f"{OWN}\n[tool.spec14.docs]")
    told = handed_in(read_skips(given), given.settings.test, check=True)
    assert (told["check_skips"], told["platform_skips"], told["xfail_strict"]) == (
        True,
        True,
        False,
    )
    assert [entry.cause for entry in read_entries(told["skips"])] == ["", "32-bit", ""]


def test_entries_that_have_expired(tmp_path: Path) -> None:
    entries = read_skips(project(tmp_path))
    assert expired(entries, dt.date(2027, 1, 31)) == []
    (line,) = expired(entries, dt.date(2027, 2, 1))
    assert line.startswith(
        "pyproject.toml:4: the entry for tests/test_a.py::test_b expired on 2027-01-31: "
    )


def result(name: str, outcome: str, reason: str = "", cause: str = "") -> dict[str, Any]:
    return {"id": name, "outcome": outcome, "reason": reason, "cause": cause}


def test_entries_that_are_not_needed(tmp_path: Path) -> None:
    entries = read_skips(project(tmp_path))
    results = [
        result("tests/test_a.py::test_bb", "passed"),
        result("tests/test_c.py::test_d", "skipped", "later [pyproject.toml:9]"),
        result(
            "tests/test_e.py::test_[x]",
            "failed",
            "[XPASS(strict)] tests/skips.toml:2: the entry is no longer needed, remove it",
        ),
    ]
    first, second = not_needed(entries, results, whole=True)
    assert first.startswith(
        "pyproject.toml:4: the entry for tests/test_a.py::test_b decided nothing"
    )
    assert "did you mean tests/test_a.py::test_bb?" in first
    assert second.startswith(
        "tests/skips.toml:2: the entry for tests/*::test_[x] is no longer needed: "
        "tests/test_e.py::test_[x] passed"
    )
    assert not_needed(entries, results, whole=False) == [second]


RESULTS = [
    result("a.py::test_a[1]", "failed", "OverflowError: too large", "32-bit"),
    result("a.py::test_a[2]", "failed", "OverflowError: too large", "32-bit"),
    result('a.py::test_b["\\"]', "failed", "assert 1 == 2", "assert N == N"),
    result("a.py::test_b[2]", "passed"),
    result('a.py::test_c["\\"]', "error", "[died] out of\nmemory"),
    result("a.py::test_d", "skipped", "no threads", "threads"),
]


def test_proposals() -> None:
    text = proposed(RESULTS)
    assert tomllib.loads(text) == {
        "skip": [
            {
                "test": "a.py::test_a",
                "kind": "xfail",
                "reason": "OverflowError: too large",
                "cause": "32-bit",
            },
            {"test": "a.py::test_c", "kind": "skip", "reason": "[died] out of memory"},
            {"test": 'a.py::test_b["\\"]', "kind": "xfail", "reason": "assert 1 == 2"},
        ]
    }
    assert text.startswith("# 2: 32-bit\n\n[[skip]]\n")
    assert "# 1: [died] out of memory\n" in text
    assert proposed([]) == ""


def test_proposals_are_a_skip_file(tmp_path: Path) -> None:
    given = project(tmp_path, 'tool.spec14.test.skips = "tests/skips.toml"', proposed(RESULTS))
    entries = read_skips(given)
    failed = {one["id"] for one in RESULTS if one["outcome"] in ("failed", "error")}
    assert {
        one["id"] for one in RESULTS if any(entry.fits(one["id"]) for entry in entries)
    } == failed


def test_proposals_of_the_last_run(tmp_path: Path) -> None:
    given = project(tmp_path)
    with pytest.raises(StageMissing, match=r"holds no results"):
        propose_skips(given)
    given.report.mkdir(parents=True)
    (given.report / "tests.json").write_text(json.dumps({"results": RESULTS}))
    text, file = propose_skips(given)
    assert file.read_text("utf-8") == text == proposed(RESULTS)
    options = Options(debug=False, quiet=False, as_json=False)
    words = ["--project", str(given.folder), "--update-skips"]
    done = CliRunner().invoke(command, words, obj=options)
    assert (done.exit_code, done.stdout) == (0, text)
    assert done.stderr == f"written to {file}\n"
    (given.report / "tests.json").write_text(json.dumps({"results": []}))
    done = CliRunner().invoke(command, words, obj=options)
    assert (done.exit_code, done.output) == (0, "nothing failed in the last run\n")
