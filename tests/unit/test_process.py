"""The one door to other programs."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Final

import pytest

from toolkit.crew import Crew
from toolkit.errors import ToolMissing
from toolkit.process import Finished, attach, find_tool, run, started

ROOT: Final = Path(__file__).resolve().parents[2]
STUBBORN: Final = """
import os, signal, sys, time
child = os.fork()
if child == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(60)
"""
"""A program whose child does not hear the polite request to end."""


def python(text: str, *words: str) -> list[str]:
    return [sys.executable, "-c", text, *words]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def until_gone(pids: list[int], seconds: float = 5) -> list[int]:
    """Give those of the processes that are still there after a while."""
    end = time.monotonic() + seconds
    while (left := [pid for pid in pids if is_alive(pid)]) and time.monotonic() < end:
        time.sleep(0.02)
    return left


def test_output_is_kept_in_order_and_handed_on_line_by_line() -> None:
    lines: list[str] = []
    text = (
        "import sys\nfor n in range(3): print(n, file=(sys.stdout, sys.stderr)[n % 2], flush=True)"
    )
    done = run(python(text), on_line=lines.append)
    assert (done.code, done.output) == (0, "0\n1\n2\n")
    assert lines == ["0", "1", "2"]


def test_what_is_no_utf8_does_not_stop_the_output() -> None:
    done = run(python(r"import sys; sys.stdout.buffer.write(b'a\xffb\n')"))
    assert done.output == "a\N{REPLACEMENT CHARACTER}b\n"


def test_exit_codes_and_signals() -> None:
    assert run(python("raise SystemExit(7)")).code == 7
    assert run(python("import os; os.kill(os.getpid(), 9)")).code == -signal.SIGKILL


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    words = ["$HOME", "a b", "; touch pwned", "`id`", "*", "'\""]
    done = run(python("import sys; print(sys.argv[1:])", *words), cwd=tmp_path)
    assert done.output == f"{words}\n"
    assert list(tmp_path.iterdir()) == []


def test_variables_are_laid_over_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "1")
    monkeypatch.setenv("CHANGED", "1")
    text = "import os; print(os.environ['KEPT'], os.environ['CHANGED'])"
    assert run(python(text), env={"CHANGED": "2"}).output == "1 2\n"


def test_an_environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_US", "seen")
    code = "import os; print(os.environ.get('FROM_US'), os.environ['GIVEN'])"
    env = {"GIVEN": "1"}
    assert run(python(code), env=env).output == "seen 1\n"
    assert run(python(code), env=env, own_env=True).output == "None 1\n"


def test_descriptors_are_handed_on_under_their_numbers() -> None:
    ours, theirs = os.pipe()
    code = f"import os; os.write({theirs}, b'hello')"
    with started(python(code), pass_fds=(theirs,)) as child:
        os.close(theirs)
        assert child.wait(20) == 0
    assert os.read(ours, 10) == b"hello"
    assert os.read(ours, 10) == b""
    os.close(ours)


def test_input_is_empty() -> None:
    assert run(python("import sys; print(repr(sys.stdin.read()))")).output == "''\n"


def test_a_tool_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        run(["no-such-program"])
    with pytest.raises(ToolMissing, match="no-such-program"):
        find_tool("no-such-program")
    plain = tmp_path / "plain"
    plain.write_text("not to be run")
    with pytest.raises(ToolMissing, match="Permission denied"):
        run([plain])
    assert find_tool("sh").name == "sh"


def test_a_folder_that_is_missing_is_not_a_missing_tool(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(["true"], cwd=tmp_path / "nowhere")


def test_a_time_limit_ends_the_whole_group_and_keeps_the_output() -> None:
    pids: list[int] = []
    begun = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired) as late:
        run(python(STUBBORN), timeout=0.7, on_line=lambda line: pids.append(int(line)))
    assert time.monotonic() - begun < 20
    assert len(pids) == 2
    assert str(late.value.output).split() == [str(pid) for pid in pids]
    assert until_gone(pids) == []


def test_within_its_time_limit_a_program_ends_as_ever() -> None:
    assert run(["true"], timeout=30).code == 0


def test_a_block_that_fails_ends_the_whole_group() -> None:
    pids: list[int] = []

    def broken() -> None:
        with started(python(STUBBORN), stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            pids.extend(int(child.stdout.readline()) for _ in range(2))
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert len(pids) == 2
    assert until_gone(pids) == []


def test_the_tail_of_an_output() -> None:
    done = Finished(command=("x",), code=1, output="".join(f"{n}\n" for n in range(100)))
    assert done.tail(2) == "98\n99"


def test_attach_gives_the_childs_code_and_hands_ctrl_c_on_without_a_terminal() -> None:
    text = (
        "import sys\n"
        "from toolkit.process import attach\n"
        "inner = 'import signal, time, sys\\n'\\\n"
        "    'signal.signal(signal.SIGINT, lambda *_: sys.exit(42))\\n'\\\n"
        "    'print(1, flush=True)\\ntime.sleep(60)'\n"
        "sys.exit(attach([sys.executable, '-c', inner]))\n"
    )
    assert attach(python("raise SystemExit(5)")) == 5
    with subprocess.Popen(
        python(text),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        start_new_session=True,  # no terminal: only this process gets the signal
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"1\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 42


# ------------------------------------------------------------------ side by side


def test_a_crew_gives_results_and_errors() -> None:
    with Crew(2) as crew:
        first, second = crew.start(run, ["true"]), crew.start(int, "x")
        assert first.result().code == 0
        assert isinstance(second.exception(), ValueError)


def test_a_failed_block_ends_the_programs_of_the_other_threads() -> None:
    begun = time.monotonic()
    pids: list[int] = []
    there = threading.Event()

    def note(line: str) -> None:
        pids.append(int(line))
        if len(pids) == 2:
            there.set()

    def broken() -> None:
        with Crew(2) as crew:
            crew.start(run, python(STUBBORN), on_line=note)
            assert there.wait(20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert time.monotonic() - begun < 30
    assert until_gone(pids) == []


def test_after_a_failed_block_its_threads_start_nothing_more(tmp_path: Path) -> None:
    running = threading.Event()
    mark = tmp_path / "mark"

    def two_steps() -> None:
        run(
            python("print(1, flush=True); import time; time.sleep(60)"),
            on_line=lambda _: running.set(),
        )
        run(python("import sys, time; time.sleep(0.3); open(sys.argv[1], 'w')", str(mark)))

    def broken(jobs: list[Future[None]]) -> None:
        with Crew(1) as crew:
            jobs.append(crew.start(two_steps))
            assert running.wait(20)
            raise KeyError

    jobs: list[Future[None]] = []
    with pytest.raises(KeyError):
        broken(jobs)
    assert isinstance(jobs[0].exception(), CancelledError)
    assert not mark.exists()
    # The thread that had the crew is none of it any more.
    assert run(["true"]).code == 0
