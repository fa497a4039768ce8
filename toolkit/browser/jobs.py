"""Cells for one kernel, and what came of them: what ``kernels/run.mjs`` is told and tells."""

import re
from dataclasses import dataclass
from typing import Any, Final

CLASS: Final = re.compile(r"<class '(?:.*\.)?(?P<name>\w+)'>")
"""What xeus-python 0.15 calls an exception; notebooks have its name alone."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A cell.

    Attributes
    ----------
    source
        What is executed.
    may_fail
        Whether the cells after it are run though it raises something.
    """

    source: str
    may_fail: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """Cells for one kernel.

    Attributes
    ----------
    kernel
        Its name.
    cells
        What is executed, one after the other.
    limit
        Seconds for all of them, without the kernel's start.
    folder
        Where they run, in the contents of the site.
    """

    kernel: str
    cells: tuple[Code, ...]
    limit: float
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a cell raised; the words are the kernel's."""

    name: str
    value: str
    traceback: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a cell gave.

    Attributes
    ----------
    printed, warned
        Its standard output and standard error.
    values
        What results and displays are as plain text.
    failure
        What it raised.
    """

    printed: str = ""
    warned: str = ""
    values: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def text(self) -> str:
        """All but the standard error, as :mod:`toolkit.verify.notebook` tells of saved outputs."""
        printed = [self.printed.rstrip("\n")] if self.printed else []
        return "\n".join([*printed, *self.values])


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a job went.

    Attributes
    ----------
    cells
        What came of the cells that came to an end.
    overdue
        Whether the next one was still running when the time was over.
    died
        How the kernel ended early, in words; empty if it did not.
    start, seconds
        Seconds from the page's opening until the kernel answered, and to the end of the job.
    foreign
        Addresses on other hosts that the page asked for.
    """

    cells: tuple[Shown, ...]
    overdue: bool = False
    died: str = ""
    start: float = 0.0
    seconds: float = 0.0
    foreign: tuple[str, ...] = ()


def planned(job: Job) -> dict[str, Any]:
    """Give what the script is told of a job."""
    return {
        "kernel": job.kernel,
        "folder": "" if job.folder == "." else job.folder,
        "limit": job.limit * 1000,
        "cells": [{"source": one.source, "mayFail": one.may_fail} for one in job.cells],
    }


def ran_from(told: dict[str, Any]) -> Ran:
    """Give what the script tells of a job."""
    return Ran(
        cells=tuple(map(_shown, told["cells"])),
        overdue=told["overdue"],
        died=told["died"],
        start=told["start"] / 1000,
        seconds=told["took"] / 1000,
        foreign=tuple(told["foreign"]),
    )


def _shown(told: dict[str, Any]) -> Shown:
    return Shown(
        printed=told["printed"],
        warned=told["warned"],
        values=tuple(told["values"]),
        failure=_failure(told["failure"]) if told["failure"] else None,
    )


def _failure(told: dict[str, Any]) -> Failure:
    name = CLASS.sub(r"\g<name>", told["name"])
    return Failure(name=name, value=told["value"], traceback=tuple(told["traceback"]))
