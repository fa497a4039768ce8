"""``spec14 python``: the prompt, programs in every form, exit codes."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.artefacts import MINOR
from tests.integration.conftest import ROOT, Spec14, error_lines


@pytest.fixture(scope="module")
def ready(demo: Path, spec14: Spec14) -> Path:
    """Give the compiled example with the environment of its tests."""
    done = spec14(
        "python", "--project", demo, "-c", "import ripple, pytest; print(ripple.__file__)"
    )
    assert done.returncode == 0, done.stderr
    assert "site-packages/ripple/" in done.stdout, "the wheel, not the source"
    return demo


@pytest.mark.parametrize(
    ("words", "expected", "code"),
    [
        (["-c", "import sys; print(sys.platform, sys.argv[1:])", "a b", "--offline"],
         "emscripten ['a b', '--offline']", 0),
        (["-m", "platform", "--terse"], "Emscripten", 0),
        (["--version"], f"Python {MINOR}", 0),
        (["-c", "raise SystemExit(7)"], "", 7),
        (["-c", "from ripple._kernel import __file__ as f; print(f)"], "site-packages/ripple/", 0),
    ],
    ids=["code", "module", "version", "exit code", "compiled"],
)  # fmt: skip
def test_words_are_pythons(
    ready: Path, spec14: Spec14, words: list[str], expected: str, code: int
) -> None:
    done = spec14("python", "--project", ready, *words)
    assert done.returncode == code, done.stderr
    assert expected in done.stdout


def test_a_script_and_its_folder(ready: Path, spec14: Spec14, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("VALUE = 14\n")
    (tmp_path / "script.py").write_text("import beside, sys\nprint(beside.VALUE, sys.argv[1:])\n")
    done = spec14("python", "--project", ready, tmp_path / "script.py", "--fast")
    assert (done.returncode, done.stdout) == (0, "14 ['--fast']\n"), done.stderr


def test_standard_input(ready: Path) -> None:
    for words in ([], ["-"]):
        done = subprocess.run(
            [sys.executable, "-m", "toolkit.cli", "python", "--project", ready, *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input="import ripple, sys\nprint(6 * 7, sys.argv)\n",
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("42 ["), "nothing but what the program says"


def test_the_prompt(ready: Path) -> None:
    """On a terminal: an expression's value, an error and on, the end of input."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", "python", "--project", ready],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as child:  # fmt: skip
        os.close(theirs)
        shown = read_until(ours, b">>> ")
        assert f"Python {MINOR}".encode() in shown
        os.write(ours, b"6 * 7\n")
        assert b"42" in read_until(ours, b">>> ")
        os.write(ours, b"nothing\n")
        assert b"NameError" in read_until(ours, b">>> ")
        os.write(ours, b"\x04")
        assert child.wait(60) == 0
    os.close(ours)


def test_ctrl_c_ends_it(ready: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", "python", "--project", ready,
         "-c", "print('begin', flush=True)\nwhile True: pass"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE,
        start_new_session=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == b"begin\n"
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(60) == 130


def test_nothing_is_built_that_must_not_be(spec14: Spec14, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "nothing"\nversion = "1"\ndescription = "x"\n'
    )
    done = spec14("python", "--project", tmp_path, "--no-deps", "-c", "print(1)")
    assert done.returncode == 27
    error_lines(done)


def read_until(terminal: int, end: bytes, limit: float = 120) -> bytes:
    found = b""
    stop = time.monotonic() + limit
    while not found.endswith(end):
        assert time.monotonic() < stop, found
        if select.select([terminal], [], [], 1)[0]:
            found += os.read(terminal, 4096)
    return found
