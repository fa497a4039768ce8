"""Interpreters, plain and from a memory snapshot: what runs in them, how they talk and end."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.integration.interpreters import of_type, run, write_main
from toolkit.runtime.interpreter import TAIL, Interpreter, Message, Start

pytestmark = pytest.mark.usefixtures("clean")


def test_a_module_runs(start: Start) -> None:
    start = replace(start, args=("a b", "\N{GREEK SMALL LETTER ALPHA}", ""))
    messages, code, said = run(
        start,
        """
        import os, random, sys, tempfile, time, uuid, numpy, pytest
        time.sleep(0.01)
        folder = tempfile.mkdtemp()
        open("made", "w").close()
        say(type="facts", argv=sys.argv[1:], cwd=os.getcwd(), given=os.environ["GIVEN"],
            hash=hash("spec14"), heap=spec14_channel.heap(), folder=folder,
            empty="" in sys.path, columns=os.environ.get("COLUMNS"),
            asyncio=[run_sync(asyncio.sleep(0, 1)), asyncio.run(asyncio.sleep(0, 2))],
            numpy=numpy.linalg.inv([[2.0]]).tolist(), test=os.environ.get("PATH"))
        print("said", flush=True)
        sys.exit(3)
        """,
    )
    assert (code, said) == (3, "said\n")
    ready = of_type(messages, "ready")
    assert ready["snapshot"] is (start.snapshot is not None), ready
    assert ready["seconds"] > 0
    facts = of_type(messages, "facts")
    assert facts["argv"] == list(start.args)
    assert (facts["cwd"], facts["given"]) == (str(start.cwd), "yes")
    assert not facts["empty"], "the working folder must not hide the wheel"
    assert facts["asyncio"] == [1, 2]
    assert facts["numpy"] == [[0.5]]
    assert facts["heap"] > 20_000_000
    assert not Path(facts["folder"]).exists(), "temporary folders are in memory"
    assert (start.cwd / "made").is_file()


def test_messages_both_ways(start: Start) -> None:
    """More than a pipe holds, and lines in one piece."""
    texts = [f"{number} \N{GREEK SMALL LETTER ALPHA}\n" * 40_000 for number in range(3)]

    def answer(interpreter: Interpreter, message: Message) -> None:
        if message["type"] == "ready":
            for text in texts:
                interpreter.send({"text": text})
        elif message["text"] == texts[-1]:
            interpreter.send({"text": "enough"})

    messages, code, said = run(
        start,
        """
        while (message := json.loads(spec14_channel.receive()))["text"] != "enough":
            say(type="echo", **message)
        """,
        answer,
    )
    assert (code, said) == (0, "")
    assert [message["text"] for message in messages[1:]] == texts


def test_a_controller_that_closes(start: Start) -> None:
    def answer(interpreter: Interpreter, message: Message) -> None:
        if message["type"] == "ready":
            os.close(interpreter._orders)
            interpreter._mine.discard(interpreter._orders)

    _messages, code, said = run(start, "print(repr(spec14_channel.receive()))", answer)
    assert (code, said) == (0, "''\n")


def test_an_exception_of_the_main_module(start: Start) -> None:
    messages, status, said = run(start, "def f(): raise KeyError('key')\nf()\n")
    assert [message["type"] for message in messages] == ["ready"]
    assert (status, said.endswith("KeyError: 'key'\n")) == (1, True)


def test_output_is_bytes_and_its_tail_is_bounded(start: Start) -> None:
    _messages, status, said = run(
        start,
        r"""
        import os, sys
        for _ in range(50):
            sys.stdout.buffer.write(b"\xff\x00" * 100_000)
        sys.stdout.flush()
        os.write(2, b"\xf0\x9f\x98 the end")
        """,
    )
    assert status == 0
    assert said.endswith(r"\xff" + "\0" + r"\xf0\x9f\x98 the end")
    assert len(said.encode("latin-1")) < 4 * TAIL


def test_it_ends_with_its_controller(start: Start, tmp_path: Path) -> None:
    write_main(start, "say(type='begin')\nwhile True: pass\n")
    (tmp_path / "controller.py").write_text(
        "import pickle, select, sys, time\n"
        "from toolkit.runtime.interpreter import Interpreter\n"
        "interpreter = Interpreter(pickle.loads(bytes.fromhex(sys.argv[1])))\n"
        "while True:\n"
        "    select.select(interpreter.sources, [], [])\n"
        "    if any(m['type'] == 'begin' for m in interpreter.read()):\n"
        "        print(interpreter.pid, flush=True)\n"
    )
    import pickle  # noqa: PLC0415

    with subprocess.Popen(
        [sys.executable, tmp_path / "controller.py", pickle.dumps(start).hex()],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as controller:  # fmt: skip
        assert controller.stdout is not None
        pid = int(controller.stdout.readline())
        assert alive(pid)
        controller.kill()
    end = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < end, "Node is left behind"
        time.sleep(0.05)


def test_it_can_be_ended_at_any_time(base: Start) -> None:
    write_main(base, "while True: pass\n")
    with Interpreter(base) as interpreter:
        pid = interpreter.pid
        interpreter.send({"type": "ignored"})
    assert not alive(pid)
    interpreter.end()
    assert interpreter.sources == ()


def alive(pid: int) -> bool:
    """Whether a process is there and not only waiting to be noticed as dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False
