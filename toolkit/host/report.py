"""How an error looks: the failing tool's words, what is wrong, what to do next."""

import contextlib
import sys
from collections.abc import Iterator
from typing import TextIO

from toolkit.errors import INTERRUPTED, Spec14Error


def report_error(error: Spec14Error, stream: TextIO) -> None:
    """Write an error's detail (if it has one) and its two lines.

    Parameters
    ----------
    error
        What went wrong.
    stream
        Where to write, standard error as a rule.
    """
    detail = error.detail.rstrip()
    if detail:
        print(detail, file=stream)
    print(f"error: {_one_line(error.what)}", file=stream)
    print(f"  next: {_one_line(error.do)}", file=stream)
    stream.flush()


@contextlib.contextmanager
def exit_codes(stream: TextIO | None = None) -> Iterator[None]:
    """Turn our errors and Ctrl-C inside the block into the exit of the program.

    Parameters
    ----------
    stream
        Where errors are written; standard error if not given.

    Raises
    ------
    SystemExit
        With the error's own code, or 130 after Ctrl-C.
    """
    try:
        yield
    except Spec14Error as error:
        report_error(error, stream or sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def exit_with(code: int) -> None:
    """Leave the program with a child's exit code, if that is not 0.

    Parameters
    ----------
    code
        As :mod:`subprocess` gives it: negative is the number of a signal, which a
        shell shows as 128 and that number.

    Raises
    ------
    SystemExit
        For every code but 0.
    """
    if code:
        raise SystemExit(code if code > 0 else 128 - code)


def _one_line(text: str) -> str:
    # What a user's file or a tool says may hold line ends: the promise is one line.
    return " ".join(text.split())
