"""What ``spec14 check`` takes: the files, and the buttons, more and more of them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.benchmarks.figures import Report
from tests.image.containers import Containers, Owner

SECTION: Final = "Checking the demo's site"
PAGE: Final = "api.html"


@pytest.fixture(scope="module")
def project(containers: Containers, copy_of: Callable[..., Path], owner: Owner) -> Path:
    """Give the demo with its site."""
    folder = copy_of("demo")
    ran = containers.run("nox", "-s", "docs", project=folder, user=str(owner), seconds=400)
    assert ran.code == 0, ran.output
    return folder


def test_files(containers: Containers, project: Path, owner: Owner, report: Report) -> None:
    words = ("python", "-c", STATIC)
    ran = containers.run(*words, project=project, user=str(owner), seconds=400)
    assert ran.code == 0, ran.output
    files, seconds = ran.output.split()[-2:]
    report.add(SECTION, f"{files} files", f"{float(seconds):.2f} s", "target: 3 s at most")


# How often the page with the buttons is there, and how many pages are visited at a time.
@pytest.mark.parametrize("case", [(1, 1), (1, 2), (2, 2), (4, 2)])
def test_buttons(
    containers: Containers, project: Path, owner: Owner, report: Report, case: tuple[int, int]
) -> None:
    times, jobs = case
    site = project / ".spec14" / "site"
    for number in range(2, times + 1):
        shutil.copy2(site / PAGE, site / f"api-{number}.html")
    ran = containers.run(
        *("spec14", "check", "--browser", "chromium", "--jobs", str(jobs)),
        project=project,
        user=str(owner),
        seconds=900,
    )
    record = json.loads((project / ".spec14" / "report" / "check.json").read_text())
    (browser,) = record["browsers"]
    buttons = browser["buttons"]
    working = sum(not one["error"] for one in buttons)
    assert buttons, ran.output
    report.add(
        SECTION,
        f"{len(buttons)} buttons, {jobs} page{'s' * (jobs > 1)} at a time, Chromium",
        f"{browser['seconds']:.0f} s",
        f"{browser['seconds'] / len(buttons):.1f} s for each; {working} work",
    )


STATIC: Final = """
import time
from pathlib import Path
from toolkit.check.site import read_site
from toolkit.check.static import findings
began = time.monotonic()
site = read_site(Path('.spec14/site'))
list(findings(site, ()))
print(len(site.files), time.monotonic() - began)
"""
