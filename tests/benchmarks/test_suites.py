"""What running a test suite takes: ours beside one process of pytest in a ``pyodide venv``.

``run_suites.py`` does it. With ``--write`` NumPy's results go into ``docs/corpus.md``.
"""

import statistics
from typing import Any, Final

import pytest

from tests.benchmarks.figures import NOT_MEASURED, Report, megabytes, seconds
from tests.benchmarks.in_the_image import InTheImage
from tests.corpus.page import between
from tests.image.machine import ROOT

SECTION: Final = "Running tests"
ONE: Final = "one process of `python -m pytest` in a `pyodide venv`"
PAGE: Final = ROOT / "docs" / "corpus.md"
WRITER: Final = "nox -s bench"

Found = dict[str, Any]


def tell(report: Report, name: str, found: Found, target: str) -> None:
    """Report a suite."""
    ours, other = (found["seconds"][tool] for tool in ("ours", "one process"))
    part = statistics.median(ours) / statistics.median(other)
    beside = f"{ONE}: {seconds(other)}; ours is {part:.2f} of it; {target}"
    report.add(SECTION, f"{name}: {found['said']['ours']}", seconds(ours), beside)
    report.add(
        SECTION,
        f"{name}: start of an interpreter",
        f"{found['start']:.2f} s (mean of {found['interpreters']})",
        "from its process to its first message; target: 0.5 s at most",
    )
    resident = {tool: max(found["resident"][tool]) for tool in ("ours", "one process")}
    report.add(
        SECTION,
        f"{name}: memory of the largest process",
        f"{megabytes(resident['ours'])} resident; {found['heap']} MiB of WebAssembly's",
        f"{ONE}: {megabytes(resident['one process'])} resident",
    )


def test_ten_trivial_tests(in_the_image: InTheImage, report: Report) -> None:
    found = in_the_image("run_suites", "trivial", 4, limit=900)
    tell(report, "ten trivial tests", found, "target: 3 s at most")
    native = seconds(found["seconds"]["native"])
    report.add(SECTION, "ten trivial tests, natively", native, "`python -m pytest` of the image")


def test_pywavelets(in_the_image: InTheImage, report: Report) -> None:
    found = in_the_image("run_suites", "pywavelets", 1, limit=1800)
    tell(report, "PyWavelets", found, "target: 0.6 at most")


def test_numpy(
    in_the_image: InTheImage,
    report: Report,
    cold: bool,  # noqa: FBT001 - pytest's fixture
    pytestconfig: pytest.Config,
) -> None:
    if not cold:
        report.add(SECTION, "NumPy", NOT_MEASURED, "`nox -s bench -- --cold` measures it")
        return
    found = in_the_image("run_suites", "numpy", 1, limit=7200)
    tell(report, 'NumPy, `-m "not slow"`', found, "target: 0.6 at most")
    if pytestconfig.getoption("--write"):
        facts = "\n".join(f"- {fact}" for fact in report.facts)
        text = f"{facts}\n\n{found['section']}"
        _old, page = between(PAGE.read_text("utf-8"), text, writer=WRITER)
        new = PAGE.with_suffix(".new")
        new.write_text(page, "utf-8")
        new.replace(PAGE)
