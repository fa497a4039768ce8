"""Tests as projects have them, which the platform fails: skipped."""

import asyncio
import concurrent.futures
import multiprocessing
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest


def test_a_thread():
    done = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join()
    assert done == [1]


def test_a_pool_of_threads():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1])) == [1]


def test_a_pool_of_processes():
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1])) == [1]


def test_multiprocessing():
    with multiprocessing.Pool(2) as pool:
        assert pool.map(abs, [-1]) == [1]


def test_a_queue_between_processes():
    multiprocessing.Queue().put(1)


def test_shared_memory():
    from multiprocessing import shared_memory

    shared_memory.SharedMemory(create=True, size=1)


def test_a_subprocess():
    subprocess.check_call([sys.executable, "-c", "pass"])


def test_popen():
    assert os.popen("true").read() == ""


def test_a_server():
    import http.server

    http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)


def test_a_socket_that_listens():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()


def test_a_pair_of_sockets():
    socket.socketpair()


def test_a_page():
    with urllib.request.urlopen("http://127.0.0.1:9/", timeout=1):
        pass


def test_an_alarm():
    signal.alarm(1)


def test_a_loop_of_its_own():
    asyncio.SelectorEventLoop()


def test_a_library_that_translates():
    try:
        import resource
    except ImportError:
        raise RuntimeError("measuring needs the module resource")


def test_a_library_that_says_from_what():
    try:
        os.fork()
    except OSError as error:
        raise ValueError("no worker") from error


def test_several_at_once():
    errors = []
    for attempt in (os.fork, lambda: signal.alarm(1)):
        try:
            attempt()
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("both", errors)


def test_another_error_was_expected():
    with pytest.raises(ValueError):
        os.fork()


@pytest.fixture
def server():
    yield socket.create_server(("127.0.0.1", 0))


def test_a_fixture(server):
    pass


@pytest.mark.xfail(raises=ZeroDivisionError, strict=True)
def test_another_failure_was_expected():
    os.fork()
