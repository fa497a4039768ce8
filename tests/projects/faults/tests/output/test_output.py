"""Output that is too much, or no text."""

import os
import sys


def test_much():
    line = "x" * 999 + "\n"
    print("the first line")
    for _ in range(100_000):
        sys.stdout.write(line)
    print("the last line")
    assert not "shown because it fails"


def test_binary():
    os.write(1, bytes(range(256)))
    os.write(2, b"\xff\xfe broken \xc3\x28\n")
    sys.stdout.write("lone \udcff surrogate\n".encode("utf-8", "backslashreplace").decode())
    assert not "shown because it fails"


def test_quiet():
    pass
