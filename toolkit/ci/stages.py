"""Stages that follow each other: the first that fails is the last that runs."""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from toolkit.errors import INTERRUPTED, Spec14Error

WHEEL: Final = "wheel"
AUDIT: Final = "audit"
TEST: Final = "test"
DOCS: Final = "docs"
CHECK: Final = "check"
TESTED: Final = "tested"
NAMES: Final = (WHEEL, AUDIT, TEST, DOCS, CHECK, TESTED)
"""In their order; the last compares the site's wheel with the one that was tested."""

PASSED: Final = "passed"
FAILED: Final = "failed"
NOT_RUN: Final = "not run"


class StageFailed(Exception):
    """A stage has ended with an exit code that is not ours: pytest's.

    Parameters
    ----------
    code
        The exit code.
    """

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(kw_only=True)
class Stage:
    """One of the row.

    Attributes
    ----------
    name
        One of `NAMES`.
    outcome
        How it ended.
    seconds
        How long it took.
    said
        What it came to, in a line.
    next
        What to do, where it failed.
    exit_code
        Of the command that it stands for.
    """

    name: str
    outcome: str = NOT_RUN
    seconds: float = 0.0
    said: str = ""
    next: str = ""
    exit_code: int = 0

    def as_json(self) -> Mapping[str, Any]:
        """Give what ``ci.json`` holds of it."""
        return {**vars(self), "seconds": round(self.seconds, 1)}


@dataclass(kw_only=True)
class Row:
    """A run of stages.

    Attributes
    ----------
    stages
        All that belong to the run, in their order.
    facts
        What else is told of the run.
    """

    stages: Sequence[Stage]
    facts: dict[str, Any] = field(default_factory=dict)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Note how the block goes, which is the stage of that name.

        Raises
        ------
        Exception
            Whatever the block does, after it is noted.
        """
        found = next(one for one in self.stages if one.name == name)
        started = time.monotonic()
        found.outcome = FAILED
        try:
            yield found
        except Spec14Error as error:
            found.said, found.next, found.exit_code = error.what, error.do, error.exit_code
            raise
        except StageFailed as error:
            found.exit_code = error.code
            raise
        except KeyboardInterrupt:
            found.said, found.exit_code = "interrupted", INTERRUPTED
            raise
        else:
            found.outcome = PASSED
        finally:
            found.seconds = time.monotonic() - started

    def runs(self, name: str) -> bool:
        """Whether a stage belongs to the run."""
        return any(one.name == name for one in self.stages)

    @property
    def begun(self) -> bool:
        """Whether anything was run."""
        return any(one.outcome != NOT_RUN for one in self.stages)

    @property
    def exit_code(self) -> int:
        """The exit code of the whole: that of the stage that failed."""
        return next((one.exit_code or 1 for one in self.stages if one.outcome == FAILED), 0)

    def as_json(self) -> Mapping[str, Any]:
        """Give what ``ci.json`` holds."""
        stages = [one.as_json() for one in self.stages]
        return {"schema": 1, **self.facts, "exit_code": self.exit_code, "stages": stages}
