"""Which tests a run takes, and in which process."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from tests.seconds import seconds_in
from toolkit.host.turns import (
    ALL,
    LONG,
    REST,
    TURNS,
    UNKNOWN,
    VARIABLE,
    Costs,
    chosen_turn,
    dealt,
    read_costs,
    todays_turn,
)

ROOT = Path(__file__).resolve().parents[2]
COSTS = Costs(
    seconds={
        "tests/a.py": {REST: 4.0, "test_x": 80.0, "test_y": 20.0, "test_short": LONG / 2},
        "tests/b.py": {REST: 30.0, "test_z[1]": 60.0, "test_z[2]": 20.0},
        "tests/browser/c.py": {REST: 50.0},
    }
)


def test_long_tests_take_turns_that_take_about_as_long() -> None:
    turns = COSTS.turns
    assert set(turns) == {
        ("tests/a.py", "test_x"),
        ("tests/a.py", "test_y"),
        ("tests/b.py", "test_z[1]"),
        ("tests/b.py", "test_z[2]"),
    }
    assert sorted(turns.values()) == [0, 1, 2, 3]
    assert COSTS.of("tests/a.py", turns["tests/a.py", "test_x"]) == 80 + 4 + LONG / 2
    assert COSTS.of("tests/a.py", None) == 80 + 20 + 4 + LONG / 2
    assert COSTS.of("tests/browser", 0) == 50
    assert COSTS.of("tests/new.py", 0) == UNKNOWN


def test_files_are_dealt_so_that_both_end_at_about_one_time() -> None:
    files = ["tests/a.py", "tests/b.py", "tests/new.py"]
    first, second = dealt(files, COSTS, None, first=["tests/browser"])
    assert first == ["tests/browser", "tests/a.py"]
    assert second == ["tests/b.py", "tests/new.py"]
    assert dealt([], COSTS, 0) == ([], [])


def test_days_one_after_the_other_have_all_turns() -> None:
    day = date(2026, 12, 30)
    assert {todays_turn(day + timedelta(days=n)) for n in range(TURNS)} == set(range(TURNS))


@pytest.mark.parametrize(
    ("said", "turn"), [({}, None), ({VARIABLE: ALL}, None), ({VARIABLE: str(TURNS + 1)}, 1)]
)
def test_which_turn_is_said_in_the_environment(said: dict[str, str], turn: int | None) -> None:
    assert chosen_turn(said) == turn
    with pytest.raises(ValueError, match="sometimes"):
        chosen_turn({VARIABLE: "sometimes"})


def test_every_name_is_that_of_a_test_that_is_there() -> None:
    """A test that was given another name would never wait for its turn."""
    costs = read_costs(ROOT)
    assert costs.seconds
    for file, tests in costs.seconds.items():
        text = (ROOT / file).read_text("utf-8") if file.endswith(".py") else ""
        gone = [name for name in tests if name and f"def {name.partition('[')[0]}(" not in text]
        assert gone == [], file
    assert read_costs(ROOT / "tests").seconds == {}


def test_a_run_has_the_tests_of_its_turn_and_all_turns_have_all(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "tests/conftest.py": (ROOT / "tests" / "conftest.py").read_text(),
            "tests/test_a.py": "def test_x(): pass\ndef test_y(): pass\ndef test_z(): pass\n",
            "tests/seconds.json": json.dumps({"tests/test_a.py": {"test_x": 50, "test_y": 40}}),
            "pytest.ini": f"[pytest]\npythonpath = {ROOT}\n",
        },
    )

    def run_with(turn: str) -> str:
        command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "tests"]
        env = {VARIABLE: turn, "PATH": "/usr/bin:/bin", "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp"}
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for turn, others in (("0", "2 passed, 1 deselected"), ("2", "1 passed, 2 deselected")):
        said = run_with(turn)
        assert f"long tests: turn {turn}" in said
        assert others in said
    assert "3 passed" in run_with(ALL)


def test_what_tests_needed_is_read_from_pytests_reports(tmp_path: Path) -> None:
    case = '<testcase classname="tests.unit.test_a" name="{}" time="{}"/>'
    cases = [("test_x[1]", LONG + 1), ("test_y", 1.5), ("test_z", 0.5)]
    (tmp_path / "a.xml").write_text(
        f"<testsuites>{''.join(case.format(*one) for one in cases)}</testsuites>"
    )
    assert seconds_in([tmp_path / "a.xml"]) == {
        "tests/unit/test_a.py": {"test_x[1]": LONG + 1, REST: 2.0}
    }
