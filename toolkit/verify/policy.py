"""What becomes of a build whose examples do not all work: nothing, or an error."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from toolkit.cache import write_atomically
from toolkit.errors import ExamplesFail, SettingsError
from toolkit.project import Project
from toolkit.verify.outcome import Kind, Verdict

DEFAULT: Final = "spec14-examples.json"
MOST: Final = 20


def without_button(verdicts: Iterable[Verdict], differs: str) -> list[Verdict]:
    """Give what has no button.

    Parameters
    ----------
    verdicts
        On all examples.
    differs
        ``"on"`` or ``"off"``: what becomes of those with another output.
    """
    fine = {Kind.WORKS, Kind.DIFFERS} if differs == "on" else {Kind.WORKS}
    return [one for one in verdicts if one.kind not in fine]


def enforce(project: Project, verdicts: Iterable[Verdict]) -> str:
    """Compare with the policy; give a line to say, or nothing.

    Raises
    ------
    ExamplesFail
        When the policy says so.
    SettingsError
        When the baseline cannot be read.
    """
    settings = project.settings.verify
    broken = without_button(verdicts, settings.differs)
    if settings.fail_on == "never" or not broken:
        return ""
    if settings.fail_on == "any":
        raise _failure(broken, "do not work")
    file = baseline(project)
    if not file.is_file():
        name = file.name
        return f"no {name}: what does not work is not compared (`spec14 verify --accept` writes it)"
    known = _read(file)
    if new := [one for one in broken if one.identity not in known]:
        raise _failure(new, f"do not work, and are not in {file.name}")
    return ""


def accept(project: Project, verdicts: Iterable[Verdict]) -> Path:
    """Write the baseline: what does not work now may stay so."""
    broken = without_button(verdicts, project.settings.verify.differs)
    known = {one.identity: {"kind": one.kind, "reason": one.reason} for one in broken}
    text = json.dumps({"schema": 1, "known": dict(sorted(known.items()))}, indent=1)
    file = baseline(project)
    write_atomically(file, f"{text}\n".encode())
    return file


def baseline(project: Project) -> Path:
    """Give the file of the baseline.

    Raises
    ------
    SettingsError
        When it would lie outside the project.
    """
    file = (project.root / (project.settings.verify.baseline or DEFAULT)).resolve()
    if not file.is_relative_to(project.root.resolve()):
        msg = f"[tool.spec14.verify] baseline: {file} is not in the project"
        raise SettingsError(msg, do="name a file of the project")
    return file


def _read(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_text("utf-8"))["known"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{file} is no baseline of examples: {error!r}"
        raise SettingsError(msg, do="write it anew with `spec14 verify --accept`") from error
    if not isinstance(known, dict):
        msg = f"{file} is no baseline of examples"
        raise SettingsError(msg, do="write it anew with `spec14 verify --accept`")
    return known


def _failure(broken: list[Verdict], how: str) -> ExamplesFail:
    lines = [line(one) for one in broken[:MOST]]
    if len(broken) > MOST:
        lines.append(f"and {len(broken) - MOST} more")
    msg = f"examples that {how}: {len(broken)}"
    return ExamplesFail(
        msg,
        do="mend them, or accept them as they are with `spec14 verify --accept`",
        detail="\n".join(lines),
    )


def line(verdict: Verdict) -> str:
    """Give a verdict as a line."""
    where = verdict.place or verdict.document
    return f"{where}: {verdict.kind}{f': {verdict.reason}' if verdict.reason else ''}"
