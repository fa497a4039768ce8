"""What building documentation takes, and what running its examples takes and finds.

``build_documentation.py`` and ``numpy_examples.py`` do it. With ``--write`` what NumPy's examples
do goes into ``docs/numpy-examples.md``.
"""

import statistics
from collections import Counter
from typing import Any, Final

import pytest

from tests.benchmarks.figures import NOT_MEASURED, Report, seconds
from tests.benchmarks.in_the_image import InTheImage
from tests.image.machine import ROOT

SECTION: Final = "Building documentation"
EXAMPLES: Final = "Running examples"
PLAIN: Final = "plain jupyterlite-sphinx"
PAGE: Final = ROOT / "docs" / "numpy-examples.md"

Found = dict[str, list[float]]


def tell(report: Report, name: str, found: Found) -> None:
    """Report a subject."""
    plain = statistics.median(found["plain full"])
    for kind, what in (
        ("ours full", "all pages and all examples"),
        ("ours full, examples known", "all pages, no example run again"),
    ):
        part = statistics.median(found[kind]) / plain
        beside = (
            f"{PLAIN}, which runs none: {seconds(found['plain full'])}; ours is {part:.2f} of it"
        )
        report.add(
            SECTION, f"{name}: {what}", seconds(found[kind]), f"{beside}; target: 1.2 at most"
        )
    after = found["ours after a docstring"]
    part = statistics.median(after) / statistics.median(found["ours full"])
    whole = statistics.median(after) / found["ours first"][0]
    beside = (
        f"{part:.2f} of all pages and examples, {whole:.2f} of the first `spec14 docs` "
        f"({seconds(found['ours first'])}); target: 0.3 at most"
    )
    report.add(SECTION, f"{name}: a docstring changed", seconds(after), beside)


def test_the_demo(in_the_image: InTheImage, report: Report) -> None:
    tell(report, "the demo", in_the_image("build_documentation", "demo", 3, limit=1800))


def test_pywavelets(in_the_image: InTheImage, report: Report) -> None:
    tell(report, "PyWavelets", in_the_image("build_documentation", "pywavelets", 1, limit=3600))


def test_throughput(in_the_image: InTheImage, report: Report) -> None:
    found: Found = in_the_image("build_documentation", "examples", 2, limit=1800)
    for count, times in found.items():
        rate = int(count) / statistics.median(times)
        report.add(EXAMPLES, f"{count} examples", seconds(times), f"{rate:.2f} per second")


def test_numpy(
    in_the_image: InTheImage,
    report: Report,
    cold: bool,  # noqa: FBT001 - pytest's fixture
    pytestconfig: pytest.Config,
) -> None:
    if not cold:
        report.add(EXAMPLES, "NumPy", NOT_MEASURED, "`nox -s bench -- --cold` measures it")
        return
    found: dict[str, Any] = in_the_image("numpy_examples", "numpy", 0, limit=7200)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found["kinds"].items()))
    rate = found["examples"] / found["seconds"]
    what = f"NumPy's {found['examples']} Examples sections"
    report.add(EXAMPLES, what, f"{kinds}", f"{found['seconds']:.0f} s, {rate:.2f} per second")
    if pytestconfig.getoption("--write"):
        PAGE.write_text(page(found, report.facts), "utf-8")


def page(found: dict[str, Any], facts: list[str]) -> str:
    """Give ``docs/numpy-examples.md``."""
    total, kinds = found["examples"], found["kinds"]
    lines = [
        "# NumPy's examples",
        "",
        f"All {total} Examples sections of NumPy's docstrings, run as `spec14 docs` runs",
        "examples, each in an interpreter of its own with `import numpy as np` before it",
        "(`nox -s bench -- --cold --write`).",
        "",
        *(f"- {fact}" for fact in facts),
        "",
        "| how it went | sections | part |",
        "|---|---|---|",
        *(f"| {kind} | {count} | {count / total:.1%} |" for kind, count in ranked(kinds)),
        "",
        "## Why some do not run",
        "",
        "| | reason | sections |",
        "|---|---|---|",
    ]
    reasons = Counter((kind, reason) for kind, reason, _name in found["broken"])
    lines += [
        f"| {kind} | `{reason}` | {count} |" for (kind, reason), count in reasons.most_common()
    ]
    lines += ["", "## Whose output is another", "", "| section | cell |", "|---|---|"]
    lines += [
        f"| `{name}` | `{' '.join(source.split())[:80].replace('|', chr(92) + '|')}` |"
        for name, source, *_ in found["differs"]
    ]
    return "\n".join(lines) + "\n"


def ranked(kinds: dict[str, int]) -> list[tuple[str, int]]:
    """Give them, the most frequent first."""
    return sorted(kinds.items(), key=lambda one: -one[1])
