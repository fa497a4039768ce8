"""What works, some of it because the plugin put it right."""

import asyncio
import ctypes
import faulthandler
import os
import pathlib
import socket
import sys
import tempfile
import threading
import unittest
import warnings

import pytest


def test_native_id():
    assert threading.get_native_id() == threading.current_thread().native_id == os.getpid()


def test_sockets_that_listen_raise():
    with pytest.raises(OSError, match="does not support sockets that listen"):
        socket.socketpair()


def test_captured(capsys):
    print("out")
    print("err", file=sys.stderr)
    assert capsys.readouterr() == ("out\n", "err\n")


def test_captured_from_c(capfd):
    os.write(1, b"out\n")
    libc = ctypes.CDLL(None)
    libc.puts(b"from C")
    libc.fflush(None)
    assert capfd.readouterr().out == "out\nfrom C\n"


def test_temporary_folders(tmp_path):
    for folder in (tmp_path, pathlib.Path(tempfile.mkdtemp())):
        (folder / "a").write_text("b")
        assert (folder / "a").read_text() == "b"


def test_the_home_is_not_the_project():
    assert pathlib.Path.home() != pathlib.Path.cwd()
    (pathlib.Path.home() / "cache").write_text("x")


def test_faulthandler():
    assert faulthandler.is_enabled()


class TestAsync(unittest.IsolatedAsyncioTestCase):
    async def test_sleep(self):
        await asyncio.sleep(0.001)
        assert asyncio.get_running_loop() is not None


def test_run():
    async def add():
        await asyncio.sleep(0)
        return 3

    assert asyncio.run(add()) == 3
    with asyncio.Runner() as runner:
        assert runner.run(add()) == 3
    assert asyncio.run(add()) == 3
