"""Interpreters that do not end well: they are interrupted, say where they stand, or die."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from tests.integration.interpreters import LIMIT, of_type, run, talk, write_main
from toolkit.runtime.interpreter import HERE, NODE_FLAGS, Interpreter, Message, Start, settings

pytestmark = pytest.mark.usefixtures("clean")

TRAPPED: Final = 70


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("def stuck():\n    while True: pass\n", "while True: pass"),
        ("def stuck():\n    run_sync(asyncio.Future())\n", "run_sync(asyncio.Future())"),
        (
            "async def never(): await asyncio.Future()\ndef stuck():\n    asyncio.run(never())",
            "asyncio.run(never())",
        ),
        (
            "async def busy():\n    while True: pass\ndef stuck():\n    asyncio.run(busy())",
            "while True: pass",
        ),
        ("import time\ndef stuck():\n    time.sleep(1000)\n", "time.sleep(1000)"),
    ],
    ids=["loop", "promise", "task", "busy task", "sleep"],
)
def test_what_does_not_end_is_interrupted(start: Start, code: str, place: str) -> None:
    def answer(interpreter: Interpreter, message: Message) -> None:
        if message["type"] == "begin":
            time.sleep(0.3)
            interpreter.interrupt(signal.SIGUSR1)

    messages, status, said = run(
        start,
        code
        + """
import traceback
say(type="begin")
try:
    stuck()
except TimeoutError:
    say(type="caught", text=traceback.format_exc())
say(type="after", works=run_sync(asyncio.sleep(0.01, 5)))
""",
        answer,
    )
    assert status == 0, said
    text = of_type(messages, "caught")["text"]
    assert f"TimeoutError: signal {int(signal.SIGUSR1)}" in text
    assert place in text
    assert of_type(messages, "after")["works"] == 5


BETWEEN: Final = """
import {{ interruptBuffer }} from "{node}/signals.mjs";
import {{ load }} from "{node}/start.mjs";
const py = await load(JSON.parse(process.argv[2]));
const bytes = new Uint8Array(new SharedArrayBuffer(2));
const buffer = {buffer};
let reads = 0;
// A signal that another thread stores after the byte was read and before it is cleared.
py.setInterruptBuffer({{
  get 0() {{
    const value = buffer[0];
    if (++reads === 10) Atomics.store(bytes, 0, 2);
    return value;
  }},
  set 0(value) {{
    buffer[0] = value;
  }},
}});
try {{
  py.runPython("for _ in range(1_000_000): pass");
  console.log("lost");
}} catch (error) {{
  console.log(error.type);
}}
process.exit();
"""


@pytest.mark.parametrize(
    ("buffer", "becomes"), [("bytes", "lost"), ("interruptBuffer(bytes)", "KeyboardInterrupt")]
)
def test_no_signal_is_lost(base: Start, tmp_path: Path, buffer: str, becomes: str) -> None:
    """When the first case fails, CPython has mended it, and `interruptBuffer` can go."""
    script = tmp_path / "between.mjs"
    script.write_text(BETWEEN.format(node=HERE / "node", buffer=buffer))
    done = subprocess.run(
        ["node", *NODE_FLAGS, script, json.dumps(settings(base))],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{becomes}\n", "")


@pytest.mark.parametrize(
    ("code", "state", "traceback", "function"),
    [
        ("import faulty\ndef stuck(): faulty.endless()", "running", "in stuck", "endless"),
        ("def stuck():\n while True: pass", "running", "in stuck", "_PyEval_EvalFrameDefault"),
        ("def stuck():\n run_sync(asyncio.Future())", "waiting", "in stuck", ""),
        ("def stuck():\n spec14_channel.receive()", "receiving", "", ""),
    ],
    ids=["C", "Python", "promise", "message"],
)
def test_where_it_stands(
    start: Start, code: str, state: str, traceback: str, function: str
) -> None:
    asked = 0

    def answer(interpreter: Interpreter, message: Message) -> None:
        nonlocal asked
        if message["type"] in {"begin", "where"}:
            time.sleep(0.3)
            asked += 1
            if asked <= 2:
                interpreter.where()
            else:
                interpreter.end()

    write_main(start, f"run_sync(asyncio.sleep(0.01))\n{code}\nsay(type='begin')\nstuck()\n")
    with Interpreter(start) as interpreter:
        messages = talk(interpreter, lambda message: answer(interpreter, message))
    found = [message for message in messages if message["type"] == "where"]
    assert len(found) == 2, "it can be asked again"
    for where in found:
        assert where["state"] == state, where
        assert traceback in where["traceback"]
        assert any(function in line for line in where["stack"]) or not function, where["stack"]


@pytest.mark.parametrize(
    ("code", "message", "function"),
    [
        ("faulty.trap()", "RuntimeError: unreachable", "trap"),
        ("faulty.give_up()", "RuntimeError: ", "give_up"),
        ("faulty.wild()", "RuntimeError: memory access out of bounds", "wild"),
        ("faulty.deep()", "RangeError: Maximum call stack size exceeded", "down"),
        ("nameless.trap()", "RuntimeError: unreachable", " of /lib/spec14/nameless.so ("),
        ("os._exit(4)", "exit(4)", ""),
    ],
)
def test_what_ends_an_interpreter(start: Start, code: str, message: str, function: str) -> None:
    text = f"""
import faulty, nameless, numpy, os, sys
print("before", flush=True)
def culprit():
    {code}
os.dup2(os.open("/tmp/captured", os.O_WRONLY | os.O_CREAT), 1)  # as pytest's capture does
os.dup2(1, 2)
culprit()
"""
    messages, status, said = run(start, text)
    trap = of_type(messages, "trap")
    assert trap["message"].startswith(message)
    assert any(function in line for line in trap["stack"]) or not function, trap["stack"]
    assert "in culprit" in trap["traceback"]
    assert trap.get("code") == (4 if "_exit" in code else None)
    assert status == TRAPPED
    assert said.startswith("before\n")
