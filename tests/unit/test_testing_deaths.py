"""What is said of a death."""

import pytest

from toolkit.testing.deaths import Death, ending, location_of, of_the_test, report


@pytest.mark.parametrize(
    ("code", "said"),
    [(3, "exit code 3"), (-9, "signal 9 (SIGKILL)"), (-99, "signal 99"), (None, "no exit code")],
)
def test_endings(code: int | None, said: str) -> None:
    assert ending(code) == said


def test_a_traceback_without_the_machinery() -> None:
    text = """\
  File "/env/_pytest/runner.py", line 1, in call
    lambda: 3
  File "/project/tests/test_a.py", line 2, in test_a
    leave()
  File "<frozen runpy>", line 5 in run
  File "/lib/spec14/pytest_spec14/session.py", line 9 in _run
(the end)
"""
    assert of_the_test(text).splitlines() == [
        '  File "/project/tests/test_a.py", line 2, in test_a',
        "    leave()",
        "(the end)",
    ]


def test_everything_that_is_known() -> None:
    death = Death(
        how="the interpreter was ended by RuntimeError: unreachable",
        stack=tuple(f"f{n}" for n in range(50)),
        traceback="Stack:\n",
        output="x" * 9999 + "last",
    )
    text = death.text("in this test")
    assert text.startswith("[died] the interpreter was ended by RuntimeError: unreachable in this")
    assert "  f29\n  (20 more)" in text
    assert text.endswith("xlast")
    assert len(text) < 6000
    assert Death(how="slow", overdue=True).text("x") == "[time limit] slow x"


def test_a_report() -> None:
    name = "tests/test_a.py::TestA::test_b[1]"
    made = report(name, location_of(name), "teardown", "[died] somehow")
    assert (made.nodeid, made.outcome, made.when) == (name, "failed", "teardown")
    assert made.location == ("tests/test_a.py", None, "TestA.test_b[1]")
    assert made.longreprtext == "[died] somehow"
