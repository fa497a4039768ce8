"""The session on this side: fed with what a worker on CPython reports.

The worker is the real one, run by this Python: its messages are kept and fed. Only the
interpreter in WebAssembly is missing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
INSIDE: Final = ROOT / "toolkit" / "testing" / "inside"

SUITE: Final = """
import os
import warnings
import pytest

@pytest.fixture(scope="module")
def once():
    return []

@pytest.fixture(scope="session")
def everywhere():
    yield
    raise ValueError("at the very end")

def test_first(once):
    once.append(1)

def test_second(once):
    assert once == [1]

class TestClass:
    def test_one(self): pass
    def test_two(self): pass

@pytest.mark.parametrize("name", ["a b", "[x]", "line\\nfeed"])
def test_name(name):
    warnings.warn("careful")

def test_prints():
    print("x" * 1_000_000)
    assert 0

def test_last(everywhere):
    assert not os.environ.get("GONE")
"""

type Talk = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    (tmp_path / "test_suite.py").write_text(SUITE)

    def speak(
        messages: Iterable[Mapping[str, Any]], *words: str, role: str = "run", **told: Any
    ) -> list[dict[str, Any]]:
        settings = {"args": list(words), "role": role, "worker": "w7", "timeout": 5, **told}
        from_worker, to_us = os.pipe()
        from_us, to_worker = os.pipe()
        os.write(to_worker, b"".join(json.dumps(m).encode() + b"\n" for m in messages))
        os.close(to_worker)
        # The worker expects the descriptors 3 and 4.
        start = (
            "import os, runpy, sys; out, into = map(int, sys.argv[1:3]); "
            "out, into = os.dup(out), os.dup(into); a, b = os.fdopen(out), os.fdopen(into); "
            "os.dup2(out, 3); os.dup2(into, 4); sys.argv[1:] = []; "
            "runpy.run_module('pytest_spec14', run_name='__main__')"
        )
        env = {**os.environ, "PYTHONPATH": str(INSIDE), "SPEC14_TEST": json.dumps(settings)}
        with subprocess.Popen(
            [sys.executable, "-c", start, str(to_us), str(from_us)],
            cwd=tmp_path,
            env=env,
            pass_fds=(to_us, from_us),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as child:
            os.close(to_us)
            os.close(from_us)
            with os.fdopen(from_worker) as lines:
                found = [json.loads(line) for line in lines]
            assert child.stdout is not None
            printed = child.stdout.read().decode()
        return [*found, {"type": "printed", "text": printed}]

    return speak


def run(*names: str, cuts: Sequence[str] = ()) -> dict[str, Any]:
    """Give the message that has tests run."""
    ids, last = ([f"test_suite.py::{name}" for name in part] for part in (names, cuts))
    return {"type": "run", "file": "test_suite.py", "ids": ids, "cuts": last}


def of_type(messages: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] == kind]


def test_what_is_collected(talk: Talk) -> None:
    said = talk([{"type": "end"}], "-k", "not last", "--maxfail=2", role="collect")
    (collected,) = of_type(said, "collected")
    items = collected["items"]
    assert [item["id"] for item in items] == [
        "test_suite.py::test_first",
        "test_suite.py::test_second",
        "test_suite.py::TestClass::test_one",
        "test_suite.py::TestClass::test_two",
        "test_suite.py::test_name[a b]",
        "test_suite.py::test_name[[x]]",
        "test_suite.py::test_name[line\\nfeed]",
        "test_suite.py::test_prints",
    ]
    module, of_class = "test_suite.py", "test_suite.py::TestClass"
    assert [item["group"] for item in items] == [*[module] * 2, *[of_class] * 2, *[""] * 4]
    assert collected["deselected"] == 1
    (config,) = of_type(said, "config")
    assert config["options"]["maxfail"] == 2, "as it was given, not as the worker has it"
    (end,) = of_type(said, "end")
    assert end["code"] == 0


def test_what_is_run(talk: Talk) -> None:
    ids = ["test_second", "test_gone", "test_prints", "test_name[line\\nfeed]"]
    said = talk([run(*ids), {"type": "end"}])
    assert [m["id"].partition("::")[2] for m in of_type(said, "finish")] == [
        "test_second",
        "test_prints",
        "test_name[line\\nfeed]",
    ]
    (missing,) = of_type(said, "missing")
    assert missing["id"] == "test_suite.py::test_gone"
    calls = [m["data"] for m in of_type(said, "report") if m["data"]["when"] == "call"]
    outcomes = [call["outcome"] for call in calls]
    assert outcomes == ["failed", "failed", "passed"]
    (section,) = [text for call in calls for title, text in call["sections"] if "stdout" in title]
    assert len(section) < 500_000
    assert "[spec14: 600001 of 1000001 characters left out]" in section
    (warning,) = of_type(said, "warning")
    assert (warning["data"]["text"], warning["data"]["category"]) == ("careful", "UserWarning")
    (printed,) = of_type(said, "printed")
    assert printed["text"] == "", "the worker's own reporter is silent"


def test_when_the_memory_is_full_others_go_on(talk: Talk) -> None:
    """On a host the memory counts as 0 bytes."""
    given = ["test_first", "test_second", "test_prints"]
    for limit, ran in ((1, given), (0, given[:2])):
        said = talk([run(*given, cuts=given[1:]), {"type": "end"}], heap_limit=limit)
        finished = [m["id"].partition("::")[2] for m in of_type(said, "finish")]
        assert finished == ran, "only what stays together is run to its end"
        assert [m["type"] for m in said if m["type"] == "idle"] == ["idle"] * 2


def test_a_fixture_of_the_session_that_fails_at_the_end(talk: Talk) -> None:
    said = talk([run("test_last"), {"type": "end"}])
    outcomes = [(m["data"]["when"], m["data"]["outcome"]) for m in of_type(said, "report")]
    assert outcomes == [
        ("setup", "passed"),
        ("call", "passed"),
        ("teardown", "passed"),
        ("teardown", "failed"),
    ]
    assert [m["id"] for m in of_type(said, "ending")] == ["test_suite.py::test_last"]


def test_a_file_that_must_not_be_imported(talk: Talk) -> None:
    said = talk([{"type": "end"}], role="collect", killers=["test_suite.py"])
    (collected,) = of_type(said, "collected")
    assert collected["items"] == []


def test_words_that_pytest_refuses(talk: Talk) -> None:
    for words, text in (
        (["nowhere.py"], "not found: nowhere.py"),
        (["--pdb"], "need a terminal"),
        (["--no-such-option"], "unrecognized arguments"),
    ):
        said = talk([], *words, role="collect")
        assert of_type(said, "end")[0]["code"] == 4
        assert text in of_type(said, "printed")[0]["text"]


def test_what_is_shown_and_not_run(talk: Talk) -> None:
    said = talk([], "--co", "-q", role="collect")
    assert [message["type"] for message in said if message["type"] != "printed"] == ["plain", "end"]
    assert "test_suite.py::TestClass::test_one\n" in of_type(said, "printed")[0]["text"]
