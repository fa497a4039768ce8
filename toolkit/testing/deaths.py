"""What is said of a test whose interpreter did not live to report it."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from toolkit.testing.worker import Worker

OUTPUT: Final = 4_000
"""Characters of the last output that are shown."""
FRAMES: Final = 30
MACHINERY: Final = ("/_pytest/", "/pluggy/", '"/lib/spec14', '"<frozen ')
"""Parts of the names of files that are not the project's."""


@dataclass(frozen=True, kw_only=True)
class Death:
    """How an interpreter ended.

    Attributes
    ----------
    how
        One line: the exit code, the signal, the trap; or what took too long.
    stack
        Functions of WebAssembly and JavaScript, the innermost first, where known.
    traceback
        Python's, where known.
    output
        The last of what it printed.
    overdue
        Whether it was ended because it took too long.
    """

    how: str
    stack: tuple[str, ...] = ()
    traceback: str = ""
    output: str = ""
    overdue: bool = False

    def text(self, doing: str) -> str:
        """Give what the report says.

        Parameters
        ----------
        doing
            What the interpreter was doing.
        """
        first = "[time limit]" if self.overdue else "[died]"
        parts = [f"{first} {self.how} {doing}"]
        if self.traceback.strip():
            parts.append(f"Python stood at:\n{of_the_test(self.traceback)}")
        if self.stack:
            shown = [f"  {frame}" for frame in self.stack[:FRAMES]]
            left_out = len(self.stack) - len(shown)
            shown += [f"  ({left_out} more)"] if left_out > 0 else []
            parts.append("WebAssembly and JavaScript, innermost first:\n" + "\n".join(shown))
        if self.output.strip():
            parts.append(f"its last output:\n{self.output.rstrip()[-OUTPUT:]}")
        return "\n\n".join(parts)


def death_of(worker: Worker) -> Death:
    """Put together what is known of a worker that has ended."""
    last = worker.known
    trap, leaving, where = last.get("trap"), last.get("leaving"), last.get("where")
    code = worker.exit_code
    if worker.why:
        how = worker.why
    elif leaving:
        how = f"the interpreter was ended by {leaving['call']}"
    elif trap:
        how = f"the interpreter was ended by {trap['message']}"
    elif internal := last.get("internal"):
        how = f"pytest itself failed: {internal['text'].strip().splitlines()[-1]}"
    else:
        how = f"the interpreter ended with {ending(code)}"
    traceback = next(
        (str(found[key]) for found, key in _tracebacks(last) if found and found.get(key)), ""
    )
    # One that left of its own accord stood in Python.
    stack = () if leaving else (trap or where or {}).get("stack", ())
    output = (leaving or {}).get("output", "") + worker.tail()
    return Death(
        how=how,
        stack=tuple(stack),
        traceback=traceback,
        output=output,
        overdue=bool(worker.why),
    )


def of_the_test(traceback: str) -> str:
    """Give a traceback without the frames of pytest and of this runner."""
    shown: list[str] = []
    dropped = False
    for line in traceback.rstrip().splitlines():
        if line.startswith("  File "):
            dropped = any(place in line for place in MACHINERY)
        elif not line.startswith("    "):
            dropped = False
        if not dropped:
            shown.append(line)
    return "\n".join(shown)


def _tracebacks(last: Mapping[str, Any]) -> Sequence[tuple[Any, str]]:
    return (
        (last.get("leaving"), "stack"),
        (last.get("trap"), "traceback"),
        (last.get("where"), "traceback"),
        (last.get("internal"), "text"),
    )


def ending(code: int | None) -> str:
    """Say how a process ended, by its code."""
    if code is None:
        return "no exit code"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"signal {-code}"


def report(
    nodeid: str, location: Sequence[Any], when: str, text: str, *, seconds: float = 0.0
) -> pytest.TestReport:
    """Give the report of a test that could not report itself."""
    file, line, name = location
    made = pytest.TestReport(
        nodeid=nodeid,
        location=(str(file), line, str(name)),
        keywords={},
        outcome="failed",
        longrepr=text,
        when=when,  # type: ignore[arg-type]
        duration=seconds,
    )
    made.spec14_lost = True  # type: ignore[attr-defined]
    return made


def location_of(nodeid: str) -> tuple[str, None, str]:
    """Give what is known of where a test stands when only its id is."""
    file, _, name = nodeid.partition("::")
    return file, None, name.replace("::", ".") or file
