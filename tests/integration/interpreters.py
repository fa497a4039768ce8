"""Interpreters that tests talk with: what is given to them, and how they are run to their end."""

import select
import textwrap
import time
from collections.abc import Callable
from typing import Final

from toolkit.runtime.interpreter import Interpreter, Message, Start

LIMIT: Final = 120
PURE: Final = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
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
