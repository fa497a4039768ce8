"""A whole suite's results in ``docs/corpus.md``: the totals, and why each test failed."""

import shlex
from collections import Counter
from typing import Final

from tests.corpus.table import cell
from toolkit.testing.results import BAD, Record

SHOWN: Final = 160
"""Characters of a reason."""


def section(name: str, record: Record) -> str:
    """Give the results as Markdown.

    Parameters
    ----------
    name
        Of the project.
    record
        Its ``tests.json``.
    """
    counts = record.counts
    told = ", ".join(
        f"{counts[kind]} {word}"
        for kind, word in (
            ("passed", "passed"),
            ("failures", "failed"),
            ("errors", "errors"),
            ("skipped", "skipped or expected to fail"),
            ("xpassed", "passed though expected to fail"),
        )
    )
    command = f"`spec14 test -- {shlex.join(record.arguments)}`"
    bad = [result for result in record.results if result.outcome in BAD]
    lines = [
        f"{name}: {command}: {counts['tests']} tests in {record.seconds:.0f} s, {told}.",
    ]
    if bad:
        lines += ["", "| test | what failed |", "|---|---|"]
        lines += [f"| {cell(one.id)} | {cell(one.reason[:SHOWN])} |" for one in bad]
    skips = Counter(one.cause or one.reason for one in record.results if one.outcome == "skipped")
    lines += ["", "| skipped | why |", "|--:|---|"]
    lines += [f"| {number} | {cell(why[:SHOWN])} |" for why, number in skips.most_common()]
    return "\n".join(lines)
