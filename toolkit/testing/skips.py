"""The skip file: entries that say why a test is not run, or must fail, in WebAssembly.

They stand in ``[[tool.spec14.test.skip]]`` or in a TOML file of their own (``[tool.spec14.test]
skips``). An entry keeps a suite green only while it is true: one that has expired, that decides
nothing, or whose tests pass fails the run.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.errors import SettingsError
from toolkit.project import Project, table
from toolkit.settings import SkipSettings, TestSettings, parse_skips
from toolkit.testing.platform import platform

KINDS: Final = ("skip", "xfail")
EXPECTED: Final = frozenset({"skipped", "xfailed"})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry and where it stands.

    Attributes
    ----------
    said
        What it says.
    file
        Relative to the project's folder.
    line
        Of its head, from 1; 0 where it is written in one line with others.
    """

    said: SkipSettings
    file: str
    line: int

    @property
    def where(self) -> str:
        """``file:line``; the entry's subject too where the line is not known."""
        return f"{self.file}:{self.line}" if self.line else f"{self.file}: {self.subject}"

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.said.test or f"cause {self.said.cause}"

    def fits(self, nodeid: str) -> bool:
        """Say whether a test, or what it lies in, is named (as inside: `pytest_spec14.skips`)."""
        return not self.said.test or _pattern(self.said.test).match(nodeid) is not None


def read_skips(project: Project) -> tuple[Entry, ...]:
    """Give the entries of a project: those of ``pyproject.toml`` first.

    Raises
    ------
    SettingsError
        When the file is not there or no TOML, or an entry says what it cannot.
    """
    settings = project.settings.test
    in_root = "skip" in table(project.root_pyproject, "tool", "spec14", "test")
    own = (project.root if in_root else project.folder) / "pyproject.toml"
    entries = _placed(settings.skip, own, "tool.spec14.test.skip", project.folder)
    if settings.skips is not None:
        file = _inside(project.folder, settings.skips)
        said = parse_skips(_toml(file, settings.skips), settings.skips)
        entries += _placed(said, file, "skip", project.folder)
    for entry in entries:
        _check(entry)
    return tuple(entries)


def handed_in(
    entries: Iterable[Entry], settings: TestSettings, *, check: bool = False
) -> dict[str, Any]:
    """Give what the plugin is told: values that JSON can hold.

    Parameters
    ----------
    entries
        The skip file.
    settings
        ``[tool.spec14.test]``.
    check
        Whether tests of the kind ``skip`` are run, to see if they still fail.
    """
    return {
        "skips": [
            {
                "where": entry.where,
                "test": entry.said.test,
                "cause": entry.said.cause,
                "kind": entry.said.kind,
                "reason": entry.said.reason,
                "link": entry.said.link,
            }
            for entry in entries
        ],
        "check_skips": check,
        "platform_skips": settings.platform_skips,
        "xfail_strict": settings.xfail_strict,
    }


def expired(entries: Iterable[Entry], today: dt.date) -> list[str]:
    """Give a line for each entry that holds no longer."""
    return [
        f"{entry.where}: the entry for {entry.subject} expired on {entry.said.expires}: "
        "look at it again, then remove it or give it a new date"
        for entry in entries
        if entry.said.expires is not None and entry.said.expires < today
    ]


def not_needed(
    entries: Iterable[Entry], results: Sequence[Mapping[str, Any]], *, whole: bool
) -> list[str]:
    """Give a line for each entry that a run shows to be of no use.

    Parameters
    ----------
    entries
        The skip file.
    results
        ``results`` of the JSON report.
    whole
        Whether all tests of the project were to be run: nothing is said of an entry that
        decided nothing when they were not.
    """
    lines = []
    for entry in entries:
        mark = f"[{entry.where}]"
        decided = [one for one in results if mark in str(one.get("reason"))]
        passing = [
            str(one["id"])
            for one in results
            if entry.fits(str(one["id"]))
            and f"{entry.where}: the entry is no" in str(one["reason"])
        ]
        if passing:
            lines.append(
                f"{entry.where}: the entry for {entry.subject} is no longer needed: "
                f"{_listed(passing)} passed; remove it, or name only what fails"
            )
        elif whole and not any(one["outcome"] in EXPECTED for one in decided):
            lines.append(
                f"{entry.where}: the entry for {entry.subject} decided nothing: no test is named "
                f"so{_nearest(entry, results)}, or each has a mark of its own; remove it"
            )
    return lines


def entry_for(entries: Iterable[Entry], nodeid: str) -> Entry | None:
    """Give the entry that decides on a test whatever it does."""
    return next((one for one in entries if not one.said.cause and one.fits(nodeid)), None)


def _placed(said: Sequence[SkipSettings], file: Path, table: str, folder: Path) -> list[Entry]:
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else str(file)
    lines = list(_heads(file, table)) if said else []
    if len(lines) != len(said):  # inline tables, or heads inside of strings
        lines = [0] * len(said)
    return [Entry(said=one, file=name, line=line) for one, line in zip(said, lines, strict=True)]


def _heads(file: Path, table: str) -> Iterator[int]:
    """Give the lines of ``[[table]]``: tomllib does not tell them."""
    dots = r"\s*\.\s*".join(map(re.escape, table.split(".")))
    head = re.compile(rf"\s*\[\[\s*{dots}\s*\]\]")
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if head.match(line):
            yield number


def _inside(folder: Path, name: str) -> Path:
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()):
        msg = f"tool.spec14.test.skips names {name}, which is outside of the project"
        raise SettingsError(msg, do="put the file into the project's folder")
    return folder / name


def _toml(file: Path, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        msg = f"tool.spec14.test.skips names {name}, which cannot be read: {error.strerror}"
        raise SettingsError(msg, do="write the file, or remove the key") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{name}: {error}"
        raise SettingsError(msg, do="correct the file") from error


def _check(entry: Entry) -> None:
    said, where = entry.said, entry.where
    if not said.test and not said.cause:
        msg = f"{where}: the entry says neither test nor cause"
        raise SettingsError(msg, do='write test = "tests/test_a.py::test_b"')
    if not said.reason.strip():
        msg = f"{where}: the entry for {entry.subject} has no reason"
        raise SettingsError(msg, do='write reason = "…"')
    if said.kind not in KINDS:
        msg = f"{where}: kind must not be {said.kind!r}"
        raise SettingsError(msg, do=f"use one of: {', '.join(KINDS)}")
    if said.cause and said.cause not in platform():
        close = difflib.get_close_matches(said.cause, platform(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        msg = f"{where}: no cause is called {said.cause!r}{hint}"
        raise SettingsError(msg, do=f"use one of: {', '.join(platform())}")


def _pattern(text: str) -> re.Pattern[str]:
    words = {"*": ".*", "?": "."}
    own = "".join(words.get(letter, re.escape(letter)) for letter in text.rstrip("/"))
    return re.compile(rf"{own}(?=$|::|\[|/)", re.DOTALL)


def _nearest(entry: Entry, results: Sequence[Mapping[str, Any]]) -> str:
    if not entry.said.test:
        return ""
    close = difflib.get_close_matches(entry.said.test, [str(one["id"]) for one in results], n=1)
    return f" (did you mean {close[0]}?)" if close and close[0] != entry.said.test else ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"  # noqa: PLR2004
