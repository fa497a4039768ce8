"""JUnit files of shards become one.

The format is pytest's (``_pytest/junitxml.py``, 9.2): ``testsuites`` around one ``testsuite``,
whose attributes count what is in it.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from toolkit.errors import ReportsDisagree

COUNTS: Final = ("errors", "failures", "skipped", "tests")
NAME: Final = "junit.xml"


def beside(records: Sequence[Path]) -> tuple[Path, ...]:
    """Give the JUnit files that lie beside records.

    Raises
    ------
    ReportsDisagree
        When some have one and others none: the joined file would say too little.
    """
    files = tuple(record.with_name(NAME) for record in records)
    there = tuple(file for file in files if file.is_file())
    if there and there != files:
        missing = "\n".join(str(file) for file in files if file not in there)
        msg = f"{len(files) - len(there)} of {len(files)} reports have no {NAME}"
        raise ReportsDisagree(
            msg, do=f"keep {NAME} of each shard together with its tests.json", detail=missing
        )
    return there


def joined(files: Sequence[Path]) -> bytes:
    """Give one document with the cases of all files, in their order.

    The counts are added up; ``time`` too, as it is the time of the tests and not of a clock.

    Raises
    ------
    ReportsDisagree
        When a file is not a JUnit file.
    """
    suite = ET.Element("testsuite", {"name": "pytest"})
    counts = dict.fromkeys(COUNTS, 0)
    seconds = 0.0
    for file in files:
        for part in _suites(file):
            for name in COUNTS:
                counts[name] += int(part.get(name, 0))
            seconds += float(part.get("time", 0))
            for key in ("timestamp", "hostname"):
                if key not in suite.attrib and (value := part.get(key)):
                    suite.set(key, value)
            suite.extend(part)
    suite.attrib.update({name: str(number) for name, number in counts.items()})
    suite.set("time", f"{seconds:.3f}")
    root = ET.Element("testsuites", {"name": "pytest tests"})
    root.append(suite)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _suites(file: Path) -> list[ET.Element]:
    try:
        # expat (>= 2.4) stops entity bombs, and ElementTree fetches nothing.
        root = ET.parse(file).getroot()  # noqa: S314
        found = list(root.iter("testsuite"))
        for suite in found:
            float(suite.get("time", 0))
            _ = [int(suite.get(name, 0)) for name in COUNTS]
    except (ET.ParseError, ValueError, OSError) as error:
        msg = f"{file} cannot be read: {error}"
        raise ReportsDisagree(msg, do="see why that shard wrote only a part of it") from error
    return found
