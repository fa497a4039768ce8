"""Interpreters, plain and from a memory snapshot: how they talk, stop and die."""

import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.conftest import ROOT
from toolkit.runtime.interpreter import (
    HERE,
    NODE_FLAGS,
    TAIL,
    Interpreter,
    Message,
    Start,
    settings,
)
from toolkit.runtime.snapshot import Snapshot, snapshot_for
from toolkit.wheels.environment import environment_with

LIMIT: Final = 120
PURE: Final = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
TRAPPED: Final = 70

C: Final = """
#include <Python.h>
#include <stdlib.h>
static PyObject *endless(PyObject *self, PyObject *none) {
    volatile unsigned n = 1;
    while (n) n |= 1;
    Py_RETURN_NONE;
}
static PyObject *trap(PyObject *self, PyObject *none) { __builtin_trap(); }
static PyObject *give_up(PyObject *self, PyObject *none) { abort(); }
static int down(volatile int *n) { *n += 1; return down(n) + *n; }
static PyObject *deep(PyObject *self, PyObject *none) {
    volatile int n = 0;
    return PyLong_FromLong(down(&n));
}
static PyObject *wild(PyObject *self, PyObject *none) {
    return PyLong_FromLong(*(volatile int *)0xfffffff0u);
}
static PyMethodDef methods[] = {
    {"endless", endless, METH_NOARGS, 0}, {"trap", trap, METH_NOARGS, 0},
    {"give_up", give_up, METH_NOARGS, 0}, {"deep", deep, METH_NOARGS, 0},
    {"wild", wild, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "faulty", 0, -1, methods};
PyMODINIT_FUNC PyInit_faulty(void) { return PyModule_Create(&module); }
"""

HANDLER: Final = """
import asyncio, json, signal
import spec14_channel
from pyodide.ffi import run_sync

def handler(number, frame):
    raise TimeoutError(f"signal {number}")

signal.signal(signal.SIGUSR1, handler)
def say(**message):
    spec14_channel.send(json.dumps(message))
"""


@pytest.fixture(scope="session")
def inside(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for modules inside, with a compiled one that fails in every way.

    It is there twice: with the names of its functions, and as ``nameless``.
    """
    del toolchain
    folder = tmp_path_factory.mktemp("inside")
    (folder / "faulty.c").write_text(C)
    (folder / "nameless.c").write_text(C.replace("faulty", "nameless"))
    (headers,) = Path(os.environ["PYODIDE_ROOT"]).glob("cpython/installs/*/include/python3.*")
    words = "emcc -O1 -g0 -fPIC -fwasm-exceptions -sSUPPORT_LONGJMP=wasm "
    words += "-sSIDE_MODULE=2 -Wl,--experimental-pic"
    for name, more in (("faulty", ["--profiling-funcs"]), ("nameless", [])):
        done = subprocess.run(
            [*words.split(), *more, f"-sEXPORTED_FUNCTIONS=_PyInit_{name}", f"-I{headers}",
             f"{name}.c", "-o", f"{name}.so"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def base(toolchain: Path, inside: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Give a plain start, with pytest and NumPy."""
    wheels = [next((toolchain / "wheelhouse" / "native").glob(f"{name}-*.whl")) for name in PURE]
    wheels.append(next((toolchain / "wheelhouse" / "target").glob("numpy-*.whl")))
    folder = tmp_path_factory.mktemp("environment")
    environment = environment_with(folder / "env", wheels, what="these tests")
    work = folder / "work"
    work.mkdir()
    return Start(
        runtime=toolchain / "runtime",
        python=environment.python,
        cwd=work,
        module="main",
        env={"HOME": "/tmp", "GIVEN": "yes"},
        inside={"/lib/spec14": inside},
    )


@pytest.fixture(scope="session")
def snapshot(base: Start, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_for(base, tmp_path_factory.mktemp("snapshots"), imports=("no_such_module",))


@pytest.fixture(params=["plain", "snapshot"])
def start(request: pytest.FixtureRequest, base: Start) -> Start:
    """Give a start, plain or from a snapshot."""
    file = None
    if request.param == "snapshot":
        found: Snapshot = request.getfixturevalue("snapshot")
        assert found.file is not None, found.reason
        file = found.file
    return replace(base, snapshot=file)


@pytest.fixture(autouse=True)
def clean(inside: Path) -> Iterator[None]:
    """Leave nothing inside: it is part of a snapshot's key."""
    yield
    (inside / "main.py").unlink(missing_ok=True)


def write_main(start: Start, code: str) -> None:
    (start.inside["/lib/spec14"] / "main.py").write_text(HANDLER + textwrap.dedent(code))


def talk(
    interpreter: Interpreter, answer: Callable[[Message], None] | None = None
) -> list[Message]:
    """Read all messages to the end, and answer them."""
    found: list[Message] = []
    end = time.monotonic() + LIMIT
    while sources := interpreter.sources:
        assert time.monotonic() < end, (found, interpreter.tail())
        sinks = [interpreter.sink] if interpreter.sink is not None else []
        select.select(sources, sinks, [], 1)
        for message in interpreter.read():
            found.append(message)
            if answer is not None:
                answer(message)
    return found


def run(
    start: Start, code: str, answer: Callable[[Interpreter, Message], None] | None = None
) -> tuple[list[Message], int | None, str]:
    write_main(start, code)
    with Interpreter(start) as interpreter:
        found = talk(interpreter, lambda message: answer and answer(interpreter, message))
        while interpreter.exit_code is None:
            time.sleep(0.01)
        code_ = interpreter.exit_code
    return found, code_, interpreter.tail()


def of_type(messages: list[Message], kind: str) -> Message:
    (found,) = [message for message in messages if message["type"] == kind]
    return found


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


# ------------------------------------------------------------------ the snapshot


def test_a_snapshot_is_kept_and_is_for_one_environment(
    base: Start, snapshot: Snapshot, tmp_path: Path
) -> None:
    assert snapshot.fresh
    assert snapshot.file is not None, snapshot.reason
    folder = snapshot.file.parent
    again = snapshot_for(base, folder, imports=("no_such_module",))
    assert again == replace(snapshot, fresh=False)
    # Neither the folder nor the arguments matter, nor variables that Python does not read.
    other = replace(base, cwd=tmp_path, args=("x",), env={"HOME": "/"})
    assert snapshot_for(other, folder, imports=("no_such_module",)) == again
    assert not [path for path in folder.iterdir() if path.suffix not in {".snapshot", ".json"}]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda content: content[:-65536], "does not have its"),
        (lambda content: b"\xff" + content[1:], "magic"),
        (lambda content: content[:16] + bytes(32) + content[48:], "build id"),
        (lambda _content: b"", "too short"),
    ],
    ids=["cut", "magic", "build", "empty"],
)
def test_a_damaged_snapshot_is_not_used(
    base: Start,
    snapshot: Snapshot,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    reason: str,
) -> None:
    assert snapshot.file is not None, snapshot.reason
    (tmp_path / "damaged").write_bytes(damage(snapshot.file.read_bytes()))
    messages, code, _said = run(replace(base, snapshot=tmp_path / "damaged"), "import pytest")
    ready: dict[str, Any] = of_type(messages, "ready")
    assert code == 0
    assert not ready["snapshot"]
    assert reason in ready["reason"]


def test_a_snapshot_that_differs_is_not_used(base: Start, inside: Path, tmp_path: Path) -> None:
    """What a module does when it is imported may be seen in everything that comes after."""
    (inside / "changes.py").write_text("import sys\nsys.setrecursionlimit(777)\n")
    try:
        found = snapshot_for(base, tmp_path, imports=("changes",))
        again = snapshot_for(base, tmp_path, imports=("changes",))
    finally:
        (inside / "changes.py").unlink()
    assert found.file is None
    assert "recursion is [777" in found.reason
    assert again == replace(found, fresh=False)
    assert [path.name for path in tmp_path.iterdir()] == ["snapshot.json"]
