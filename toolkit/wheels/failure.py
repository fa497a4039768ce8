"""The error of a failed build, made of what the backend and its compilers have said."""

import re
from pathlib import Path
from typing import Final

from toolkit.disk import require_room
from toolkit.errors import BuildFailed, RequirementsFailed, Spec14Error
from toolkit.process import Finished
from toolkit.project import Project
from toolkit.wheels.diagnostics import (
    advice,
    backend_words,
    excerpt,
    first_error,
    lacks_version,
    plain,
    reason,
)
from toolkit.wheels.toolchains import missing_toolchain
from toolkit.wheels.version import version_advice

UV_FAILED: Final = (
    "No solution found when resolving",
    "UV_OFFLINE",
    "Failed to fetch: ",
    "Failed to download ",
)
"""What uv (0.9 to 0.13) writes when a requirement cannot be had."""


NESTED: Final = re.compile(r"Failed to (?:download and )?build `([^`]+)`")
CYCLE: Final = re.compile(r"Cyclic build dependency detected for `([^`]+)`")
NO_SUCH: Final = re.compile(
    r"(\S+) was not found in the (?:package registry|provided package|cache)"
)
"""Which sdists uv was building when it gave up, and why."""


def lacks_requirement(done: Finished) -> bool:
    """Whether uv could not have a build requirement, from wherever it was to come."""
    return any(words in done.output for words in UV_FAILED)


def build_error(project: Project, done: Finished, source: Path) -> Spec14Error:
    """Make the error of a failed build: the compiler's file and line where it names one.

    Raises
    ------
    DiskFull
        When that was the reason.
    """
    require_room(done.output, project.dist)
    output = plain(done.output).replace(f"{source}/", "")
    # As compilers name it from the backend's folder beside it.
    output = re.sub(rf"(?:\.\./)+{re.escape(source.name)}/", "", output)
    if (missing := missing_toolchain(project.name, output)) is not None:
        missing.detail = Finished(command=done.command, code=done.code, output=output).tail(20)
        return missing
    if found := first_error(output, lambda path: (project.folder / path).is_file()):
        return BuildFailed(
            f"{found.file}:{found.line}: {found.said}",
            do=advice(found.said) or "correct the source and run the same command again",
            detail=excerpt(output, found.position, before=6),
        )
    if lacks_requirement(done):
        return _lacking(project, output, done.tail(20))
    words = backend_words(output)
    said = reason(words)
    return BuildFailed(
        f"{project.name} does not build{f': {said}' if said else f' (exit code {done.code})'}",
        do=(version_advice(project) if lacks_version(output) else advice(words))
        or "read the backend's message above",
        detail="\n".join(words.splitlines()[-40:]),
    )


def _lacking(project: Project, output: str, detail: str) -> RequirementsFailed:
    """Say which build requirement cannot be had, and which others led to it."""
    way = [project.name, *(name.replace("==", " ") for name in NESTED.findall(output))]
    if cycle := CYCLE.search(output):
        return RequirementsFailed(
            f"build requirements go in a circle: {' -> '.join([*way, cycle[1]])}",
            do="have a wheel of one of them on the index, or take it out of its requires",
            detail=detail,
        )
    who = f"a build requirement of {way[-1]}"
    if len(way) > 1:
        who += f" (asked for by {' -> '.join(way[:-1])})"
    missing = NO_SUCH.search(" ".join(output.split()))
    why = f": {missing[1]} is not on the index" if missing else ""
    return RequirementsFailed(
        f"{who} cannot be had{why}",
        do="correct [build-system] requires, or see that the package index can be reached",
        detail=detail,
    )
