"""Markers for a project's tests: ``wasm_skip``, ``wasm_xfail``, ``wasm_only``.

In WebAssembly the first two become pytest's own ``skip`` and ``xfail``; elsewhere
``wasm_only`` becomes a skip and the others mean nothing.
"""

from collections.abc import Sequence
from typing import Any, Final

import pytest

from pytest_spec14.causes import here

MARKERS: Final = (
    "wasm_skip(reason): skip the test in WebAssembly",
    "wasm_xfail(reason, raises=None, strict=True): the test is expected to fail in WebAssembly",
    "wasm_only: run the test in WebAssembly only",
)
PLATFORM: Final = "WebAssembly"
EXPECTED: Final = pytest.StashKey[bool]()
"""In a test's stash: its ``xfail`` was written for this platform."""


class Markers:
    """The plugin."""

    def __init__(self, *, wasm: bool | None = None) -> None:
        self._wasm = here() if wasm is None else wasm

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Add the marks that pytest knows.

        Raises
        ------
        pytest.UsageError
            When a marker is not given what it takes.
        """
        for item in items:
            for mark in list(item.iter_markers("wasm_skip")):
                reason = _reason(item, mark, others=())
                if self._wasm:
                    item.add_marker(pytest.mark.skip(reason=f"{PLATFORM}: {reason}"))
            for mark in list(item.iter_markers("wasm_xfail")):
                reason = _reason(item, mark, others=("raises", "strict"))
                if self._wasm:
                    expect_failure(item, f"{PLATFORM}: {reason}", **_others(mark))
            for mark in list(item.iter_markers("wasm_only")):
                if mark.args or mark.kwargs:
                    raise _wrong(item, mark, "takes nothing")
                if not self._wasm:
                    item.add_marker(pytest.mark.skip(reason=f"for {PLATFORM} only"))


def expect_failure(item: pytest.Item, reason: str, **others: Any) -> None:
    """Mark a test with an ``xfail`` that was written for this platform: it comes before others.

    Parameters
    ----------
    item
        The test.
    reason
        Why.
    others
        ``raises`` and ``strict`` (true if not given), as pytest's own marker takes them.
    """
    item.stash[EXPECTED] = True
    mark = pytest.mark.xfail(reason=reason, **{"strict": True, **others})
    item.add_marker(mark, append=False)


def _reason(item: pytest.Item, mark: pytest.Mark, *, others: tuple[str, ...]) -> str:
    given = dict(zip(("reason",), mark.args, strict=False)) | dict(mark.kwargs)
    if len(mark.args) > 1 or (mark.args and "reason" in mark.kwargs):
        raise _wrong(item, mark, "takes one reason, the rest by name")
    if unknown := sorted(set(given) - {"reason", *others}):
        known = ", ".join(("reason", *others))
        raise _wrong(item, mark, f"has no argument {unknown[0]!r}, only {known}")
    reason = given.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise _wrong(item, mark, "wants a reason: write it as the first argument, a string")
    return reason


def _others(mark: pytest.Mark) -> dict[str, Any]:
    return {name: value for name, value in mark.kwargs.items() if name != "reason"}


def _wrong(item: pytest.Item, mark: pytest.Mark, what: str) -> pytest.UsageError:
    return pytest.UsageError(f"{item.nodeid}: the marker {mark.name} {what}")
