"""What a reader waits for after the click on "Try it", beside stock jupyterlite-sphinx."""

from typing import Any, Final

import pytest

from tests.benchmarks.clicks import PROFILES, SECTION
from tests.benchmarks.figures import Picture, Report
from tests.benchmarks.in_the_image import InTheImage

SHOWN: Final = "waterfall-none.svg"
"""The picture of the unthrottled run."""

WORDS: Final = (
    "Bars for what two first visits loaded, from the click to the output of the changed cell: ours "
    "above, stock jupyterlite-sphinx below, on one scale of time"
)


@pytest.fixture(scope="module")
def found(in_the_image: InTheImage, times: int) -> dict[str, Any]:
    """What `measure_clicks.py` says."""
    said: dict[str, Any] = in_the_image("measure_clicks", ",".join(PROFILES), times, limit=7200)
    return said


def test_click_and_everything_after_it(found: dict[str, Any], report: Report) -> None:
    report.facts.append(f"readers with {found['browser']}; stock: `tests/benchmarks/stock`")
    for section, what, measured, compared in found["table"]:
        report.add(section, what, measured, compared)
    for name, svg in found["pictures"].items():
        words = WORDS if name == SHOWN else ""
        report.show(SECTION, Picture(name=name, svg=svg, words=words))
