"""What a JUnit file of pytest says: counts, and why tests failed."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHOWN: Final = 3
LONGEST: Final = 110


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How tests ended.

    Attributes
    ----------
    passed, failed, skipped
        Numbers of tests; those with an error count as failed, those expected to fail
        (pytest writes them as skipped) as skipped.
    reasons
        First lines of the failures' messages, with how often each came, most often first.
    """

    passed: int
    failed: int
    skipped: int
    reasons: Mapping[str, int]

    def why(self) -> str:
        """Give the reasons in a line: the most frequent, and how many others there are."""
        told = list(self.reasons.items())
        parts = [f"{count} \N{MULTIPLICATION SIGN} {reason}" for reason, count in told[:SHOWN]]
        if rest := sum(count for _reason, count in told[SHOWN:]):
            parts.append(f"{rest} for other reasons")
        return "; ".join(parts)


def read_junit(file: Path, scratch: Path) -> Counts:
    """Read the file that ``pytest --junitxml`` wrote.

    `scratch` is where the tests ran: its name tells nobody anything and is left out.

    A test with both a failure and an error (of its teardown) has two elements and counts once.

    Raises
    ------
    ValueError
        When it is not one: the interpreter died before it was whole.
    """
    try:
        root = ET.parse(file).getroot()
    except ET.ParseError as error:
        msg = f"{file.name} is not whole: {error}"
        raise ValueError(msg) from error
    cases: dict[tuple[str, str], str] = {}
    reasons: Counter[str] = Counter()
    for case in root.iter("testcase"):
        key = (case.get("classname", ""), case.get("name", ""))
        bad = [element for element in case if element.tag in {"failure", "error"}]
        if bad:
            if cases.get(key) != "failed":
                reasons[_reason(bad[0], f"{scratch}/")] += 1
            cases[key] = "failed"
        elif case.find("skipped") is not None:
            cases.setdefault(key, "skipped")
        else:
            cases.setdefault(key, "passed")
    ended = Counter(cases.values())
    return Counts(
        passed=ended["passed"],
        failed=ended["failed"],
        skipped=ended["skipped"],
        reasons=dict(reasons.most_common()),
    )


def _reason(element: ET.Element, noise: str) -> str:
    message = element.get("message", "")
    if message == "collection failure":
        # The reason stands in the text alone, on lines that begin with E.
        raised = re.findall(r"^E   (\S.*)$", element.text or "", re.MULTILINE)
        message = next(iter(raised), message)
    return first_line(message.replace(noise, ""))


def first_line(message: str) -> str:
    """Shorten a failure's message to what tells the reasons apart.

    pytest writes ``failed on setup with "…"`` around errors of fixtures.
    """
    message = re.sub(r'^failed on (setup|teardown) with "', "", message)
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    line = lines[0].rstrip('"') if lines else "no message"
    # Addresses differ from run to run.
    line = re.sub(r"0x[0-9a-f]+", "0x…", line)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
