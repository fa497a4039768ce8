"""Where 32 bits were too few: the line of the project, and why.

An exception carries its traceback. A warning of NumPy's (``RuntimeWarning: overflow encountered
in scalar multiply``) names the innermost Python line, which can be NumPy's own: it is moved
to the project's.
"""

import functools
import sys
import sysconfig
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_spec14.causes import Found

EXPLAINED: Final = (
    "C long, size_t and NumPy's intp (its default integer) have 32 bits in WebAssembly, as "
    "pointers have: use int64 where values pass 2**31, smaller data where sizes do"
)
OVERFLOW: Final = "overflow encountered in scalar "
"""How NumPy's warning for integers begins (``scalarmath.c.src``, 2.4); floats' is the same."""
LIBRARIES: Final = frozenset({"_pytest", "numpy", "pluggy", "pytest_spec14"})


def hint(found: Found, path: Path) -> str:
    """Give the words that go below a failure.

    Parameters
    ----------
    found
        The cause.
    path
        The test's file.
    """
    explained = EXPLAINED if found.cause.name == "32-bit" else found.cause.reason
    entry, place = found.error.__traceback__, ""
    while entry is not None:
        file = entry.tb_frame.f_code.co_filename
        if file == str(path) or not is_library(file):
            place = f"{file}:{entry.tb_lineno}: "
        entry = entry.tb_next
    return place + explained


def is_library(file: str) -> bool:
    """Say whether a file is Python's, pytest's or NumPy's, or no file at all."""
    if file.startswith("<"):
        return True
    parts = Path(file).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1].removesuffix(".py") in LIBRARIES
    return "pytest_spec14" in parts or file.startswith(_standard_library())


@functools.cache
def _standard_library() -> tuple[str, ...]:
    folders = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    zips = {path for path in sys.path if path.endswith(".zip")}
    return tuple(f"{folder}/" for folder in folders | zips if folder)


class Overflows:
    """The plugin: warnings of overflow name the project's line and say why."""

    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None]:
        """Look at warnings on their way to pytest, which has begun to record them by now."""
        show = warnings.showwarning

        def explain(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            *rest: Any,
            **named: Any,
        ) -> None:
            text = str(message)
            if issubclass(category, RuntimeWarning) and text.startswith(OVERFLOW):
                filename, lineno = _caller(item.path) or (filename, lineno)
                message = category(f"{text} (if these are integers: {EXPLAINED})")
            show(message, category, filename, lineno, *rest, **named)

        warnings.showwarning = explain
        try:
            yield
        finally:
            warnings.showwarning = show


def _caller(path: Path) -> tuple[str, int] | None:
    """Give the innermost line on the stack that is the project's."""
    frame = sys._getframe(2)  # noqa: SLF001 - warnings itself asks so
    while frame is not None:
        file = frame.f_code.co_filename
        if file == str(path) or not is_library(file):
            return file, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return None
