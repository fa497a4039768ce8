"""Write ``tests/seconds.json``: python -m tests.seconds JUNIT.XML ...

With ``SPEC14_TEST_TURN=all`` and pytest's ``--junitxml`` for each process; a file of which some
tests were not run keeps what was known of them.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from toolkit.host.turns import FILE, LONG, REST, read_costs

ROOT: Final = Path(__file__).resolve().parents[1]


def seconds_in(reports: Iterable[Path]) -> dict[str, dict[str, float]]:
    """Give what the tests of JUnit files of pytest needed, by file and name."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for report in reports:
        for case in ET.parse(report).iter("testcase"):
            file = case.get("classname", "").replace(".", "/") + ".py"
            needed = float(case.get("time", "0"))
            name = case.get("name", "") if needed >= LONG else REST
            found[file][name] = found[file].get(name, 0.0) + needed
    return found


def main(words: list[str]) -> None:
    """Write the file."""
    known = {file: dict(tests) for file, tests in read_costs(ROOT).seconds.items()}
    for file, tests in seconds_in(map(Path, words)).items():
        known[file] = {**known.get(file, {}), **tests}
    there = {
        file: {name: round(needed) for name, needed in sorted(tests.items())}
        for file, tests in sorted(known.items())
        if (ROOT / file).exists()
    }
    (ROOT / FILE).write_text(json.dumps(there, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
