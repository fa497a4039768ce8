"""``spec14 report merge``: shards of a run become one, or it says why not."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reports import ROOT, record, recorded, result, run_pytest
from toolkit.errors import ReportsDisagree
from toolkit.testing.reports.merge import exit_code
from toolkit.testing.results import Record, read

CODE = ReportsDisagree.exit_code


def shard(number: int, *outcomes: str, code: int = 0, of: int = 3) -> Record:
    results = [
        result(f"tests/test_{number}.py::test_{index}", outcome)
        for index, outcome in enumerate(outcomes)
    ]
    return record(
        *results, exit_code=code, shard=f"{number}/{of}", seconds=float(number), workers=2
    )


def write(folder: Path, *records: Record) -> list[Path]:
    places = []
    for index, whole in enumerate(records):
        place = folder / f"part-{index}" / ".spec14" / "report"
        place.mkdir(parents=True)
        (place / "tests.json").write_text(json.dumps(whole.as_json()))
        places.append(place / "tests.json")
    return places


def merge(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "toolkit.cli", "report", "merge", "--out", "whole", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "HOME": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_whole(tmp_path: Path) -> None:
    write(
        tmp_path / "parts",
        shard(2, "passed", "skipped"),
        shard(1, "passed", "failed", code=1),
        shard(3, code=5),
    )
    done = merge(tmp_path, "parts")
    assert done.returncode == 1, done.stderr
    assert "3 reports" in done.stdout
    whole = read(tmp_path / "whole" / "tests.json")
    assert whole.counts["tests"] == whole.collected == 4
    assert (whole.exit_code, whole.shard, whole.seconds, whole.workers) == (1, None, 3.0, 6)
    assert [item.file for item in whole.results] == ["tests/test_1.py"] * 2 + [
        "tests/test_2.py"
    ] * 2
    assert "tests/test_1.py::test_1" in (tmp_path / "whole" / "tests.html").read_text()
    assert whole.root == ".."
    assert not (tmp_path / "whole" / "junit.xml").exists()


def test_files_and_folders_can_be_named(tmp_path: Path) -> None:
    one, two, three = write(tmp_path, *(shard(number, "passed") for number in (1, 2, 3)))
    done = merge(tmp_path, one, two.parent, three, one)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "whole" / "tests.json").read_text())["tests"] == 3


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([shard(1, "passed"), shard(3, "passed")], ["missing: shard 2/3"]),
        ([shard(7, of=100_000)], ["missing: shard 1/100000, 2/100000", "and 99979 more"]),
        ([shard(1), shard(2), shard(1), shard(3)], ["there twice: shard 1/3", "part-2"]),
        (
            [shard(1), replace(shard(2), dealt="5ba2"), shard(3)],
            ["not dealt out to all shards in the same way", "2/3 5ba2  ", "same source"],
        ),
        (
            [shard(1), shard(2), replace(shard(3), wheel_sha256="cd" * 32)],
            ["2 different wheels", "cdcd"],
        ),
        ([shard(1), shard(2, of=4)], ["runs in 3 and 4 shards"]),
        ([shard(1), replace(shard(2), shard=None)], ["a whole run, not of a shard"]),
        ([replace(shard(1), shard="4/3")], ["'4/3' is no shard"]),
        ([replace(shard(1), shard="0/3")], ["'0/3' is no shard"]),
        (
            [shard(1, "passed"), shard(2), replace(shard(3), results=shard(1, "passed").results)],
            ["test_1.py::test_0 is in shard 1/3 and in 3/3"],
        ),
    ],
)
def test_reports_that_are_not_one_run(
    tmp_path: Path, records: list[Record], words: list[str]
) -> None:
    write(tmp_path / "parts", *records)
    done = merge(tmp_path, "parts")
    assert done.returncode == CODE
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "whole").exists(), "nothing is written that says too much or too little"


@pytest.mark.parametrize("text", ["{", '{"schema": 1}', "[]"])
def test_a_file_that_is_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / "tests.json").write_text(text)
    done = merge(tmp_path, "tests.json")
    assert done.returncode == CODE
    assert "tests.json" in done.stderr


def test_a_folder_without_a_record(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    done = merge(tmp_path, "parts")
    assert done.returncode == CODE
    assert "include-hidden-files" in done.stderr
    assert merge(tmp_path, "nowhere").returncode == 2, "wrong usage"


def test_one_report_of_a_whole_run_is_the_whole(tmp_path: Path) -> None:
    write(tmp_path / "parts", record(result(), exit_code=0))
    assert merge(tmp_path, "parts").returncode == 0


def test_a_module_that_every_shard_could_not_collect_counts_once(tmp_path: Path) -> None:
    broken = result("tests/test_b.py", "error", line=None)
    parts = [shard(number, "passed", code=1) for number in (1, 2, 3)]
    parts = [replace(part, results=(broken, *part.results), collected=2) for part in parts]
    write(tmp_path / "parts", *parts)
    assert merge(tmp_path, "parts").returncode == 1
    whole = read(tmp_path / "whole" / "tests.json")
    assert whole.counts["tests"] == whole.collected == 4
    assert whole.counts["errors"] == 1


@pytest.mark.parametrize(
    ("codes", "whole"),
    [
        ((0, 0), 0), ((0, 1), 1), ((5, 0), 0), ((5, 5), 5), ((5, 1), 1), ((1, 2), 2), ((3, 1), 3),
        ((0, 4), 4), ((50, 1), 50), ((-9, 0), -9),
    ],
)  # fmt: skip
def test_the_exit_code_is_that_of_one_run(codes: tuple[int, ...], whole: int) -> None:
    assert exit_code([shard(1, code=code) for code in codes]) == whole


def test_a_failure_is_one_whatever_the_code_says() -> None:
    assert exit_code([shard(1, "error"), shard(2, "passed")]) == 1


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give two folders with the records and JUnit files of real runs."""
    folder = tmp_path_factory.mktemp("real")
    for number, text in enumerate(("assert True", "assert False"), start=1):
        place = folder / f"part-{number}"
        place.mkdir()
        test = place / f"test_{number}.py"
        test.write_text(
            f"import pytest\ndef test_a():\n    {text}\ndef test_s():\n    pytest.skip('no')\n"
        )
        run, _done = recorded(place, "--junitxml=junit.xml", test.name)
        (place / "record.json").unlink()
        whole = replace(run, wheel="a.whl", wheel_sha256="ab", shard=f"{number}/2")
        (place / "tests.json").write_text(json.dumps(whole.as_json()))
    return folder


def test_junit_files_are_joined(real: Path, tmp_path: Path) -> None:
    done = merge(tmp_path, real)
    assert done.returncode == 1, done.stderr
    root = ET.parse(tmp_path / "whole" / "junit.xml").getroot()
    (suite,) = root.iter("testsuite")
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 4, "failures": 1, "errors": 0, "skipped": 2}
    assert len(list(suite.iter("testcase"))) == 4
    assert len(list(suite.iter("failure"))) == 1
    whole = read(tmp_path / "whole" / "tests.json")
    assert {key: whole.counts[key] for key in counts} == counts


def test_a_junit_file_that_is_missing_or_damaged(real: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        place = tmp_path / f"part-{number}"
        place.mkdir()
        (place / "tests.json").write_bytes((real / place.name / "tests.json").read_bytes())
    junit = tmp_path / "part-1" / "junit.xml"
    junit.write_bytes((real / "part-1" / "junit.xml").read_bytes()[:-20])
    done = merge(tmp_path, tmp_path)
    assert done.returncode == CODE
    assert "1 of 2 reports have no junit.xml" in done.stderr
    (tmp_path / "part-2" / "junit.xml").write_bytes((real / "part-2" / "junit.xml").read_bytes())
    done = merge(tmp_path, tmp_path)
    assert done.returncode == CODE
    assert "junit.xml cannot be read" in done.stderr


def test_pytest_itself_says_the_same_of_all_at_once(real: Path, tmp_path: Path) -> None:
    done = run_pytest(tmp_path, *(str(real / f"part-{number}") for number in (1, 2)))
    assert done.returncode == merge(tmp_path, real).returncode == 1
