"""Runs in a kernel: what is looked at, once after an ordinary start and twice from a snapshot.

Each block between two lines of ``# %%`` is a cell; what it shows has to be the same both ways. The
line names it. Lines of ``# %% own`` show what has to differ between any two visits. What follows
``#:`` is for IPython alone.
"""

# mypy: ignore-errors

# %% a result
2**100

# %% streams
import sys

print("out")
print("err", file=sys.stderr)

# %% display
from IPython.display import HTML, display

display(HTML("<b>bold</b>"), {"key": [1, 2]})


# %% a traceback
def inner():
    return 1 / 0


inner()

# %% a traceback through the standard library
import json

json.loads("{")

# %% a traceback through a package
import pygments.lexers

pygments.lexers.get_lexer_by_name("no such language")

# %% a syntax error
compile("1 +", "<text>", "eval")

# %% the environment
import os

sorted(os.environ.items()), os.getenv("HOME"), os.path.expanduser("~")

# %% the interpreter
[
    sys.version,
    sys.path,
    sys.prefix,
    sys.executable,
    sys.argv,
    repr(sys.flags),
    sys.warnoptions,
    str(sys._emscripten_info),
    sys.getrecursionlimit(),
    sys.dont_write_bytecode,
]

# %% finders
(
    [type(finder).__name__ for finder in sys.meta_path],
    [getattr(hook, "__name__", str(type(hook))) for hook in sys.path_hooks],
)

# %% the clock
import time

import js

(
    time.timezone,
    time.altzone,
    time.daylight,
    time.tzname,
    tuple(time.localtime(0)),
    time.localtime(0).tm_zone,
    abs(time.time() - js.Date.now() / 1000) < 5,
)

# %% the locale
import locale

locale.getlocale(), locale.getpreferredencoding(), sys.getdefaultencoding()

# %% the folder
os.getcwd(), sorted(os.listdir(".")), sorted(os.listdir("/")), sorted(os.listdir("/tmp"))

# %% the files of packages
import hashlib

digest, count = hashlib.sha256(), 0
for folder, folders, files in os.walk(os.path.dirname(json.__path__[0]) + "/site-packages"):
    folders[:] = sorted(set(folders) - {"__pycache__"})
    for name in sorted(files):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            digest.update(path.encode() + b"\0" + file.read() + b"\0")
        count += 1
count, digest.hexdigest()

# %% the packages
import importlib.metadata

import micropip

(
    sorted((one.name, one.version) for one in importlib.metadata.distributions()),
    sorted((name, one.version, one.source) for name, one in micropip.list().items()),
)

# %% the lock
import micropip._compat
import pyodide_js

(
    micropip._compat.LOCKFILE_PACKAGES == pyodide_js.lockfile.packages.to_py(),
    micropip._compat.LOCKFILE_INFO == pyodide_js.lockfile.info.to_py(),
    micropip._compat.lockfile_base_url == pyodide_js.lockfileBaseUrl,
    sorted(pyodide_js.loadedPackages.to_py().items()),
)

# %% await
import asyncio

#: await asyncio.sleep(0.01, 5)

# %% waiting without await
from pyodide.ffi import can_run_sync, run_sync

can_run_sync(), run_sync(asyncio.sleep(0.01, 6)) if can_run_sync() else 6

# %% callbacks from C
import ctypes

numbers = (ctypes.c_int * 5)(5, 3, 4, 1, 2)
kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
compare = kind(lambda one, other: one[0] - other[0])
compare(numbers, ctypes.cast(ctypes.byref(numbers, 4), ctypes.POINTER(ctypes.c_int)))

# %% a database
import sqlite3

with sqlite3.connect(":memory:") as base:
    base.execute("create table points (x integer)")
    base.executemany("insert into points values (?)", [(n,) for n in range(10)])
    found = base.execute("select sum(x) from points").fetchall()
found


# %% recursion
def deeper():
    return deeper()


try:
    deeper()
except RecursionError as error:
    print(error)

# %% a new module
import importlib
import pathlib

pathlib.Path("/tmp/spec14_new_module.py").write_text("VALUE = 3\n")
sys.path.insert(0, "/tmp")
import spec14_new_module

sys.path.remove("/tmp")
os.unlink("/tmp/spec14_new_module.py")
spec14_new_module.VALUE

# %% no thread
import threading

threading.Thread(target=print).start()

# %% a package that nobody has
#: %pip install no-such-package-of-nobody

# %% history and names
_, len(In), sorted(Out), sorted(name for name in globals() if not name.startswith("_"))

# %% built-in names
import builtins

sorted(dir(builtins)), callable(input), builtins.open is open

# %% handlers
import logging
import signal
import warnings

(
    repr(signal.getsignal(signal.SIGINT)),
    sys.excepthook.__name__,
    sys.displayhook.__class__.__name__,
    [type(stream).__name__ for stream in (sys.stdin, sys.stdout, sys.stderr)],
    [str(one) for one in logging.getLogger().handlers],
    logging.getLogger().level,
    [str(one) for one in warnings.filters],
)

# %% the loop
loop = asyncio.get_event_loop()
type(loop).__name__, loop.is_running(), len(asyncio.all_tasks())

# %% garbage
import gc

gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.garbage

# %% a warning
warnings.warn("beware", stacklevel=1)

# %% pickling
import collections
import pickle

pickle.loads(pickle.dumps(collections.Counter("abracadabra"))).most_common(2)

# %% the main module
import __main__


class Point:
    pass


vars(__main__) is globals(), __name__, type(pickle.loads(pickle.dumps(Point()))) is Point

# %% a widget's channel
from comm import create_comm

comm = create_comm(target_name="spec14", data={"a": 1})
comm.target_name, len(comm.comm_id)

# %% the shell
shell = get_ipython()
(
    type(shell).__name__,
    shell.execution_count > 1,
    shell.user_ns is globals(),
    sorted(shell.magics_manager.magics["line"]),
    shell.colors,
)

# %% matplotlib's backend
os.environ.get("MPLBACKEND")

# %% own random
import random

random.random()

# %% own temporary name
import tempfile

tempfile.mktemp()

# %% own identity
import uuid

uuid.uuid4().hex

# %% own entropy
os.urandom(8).hex()
