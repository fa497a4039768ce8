"""What building a wheel takes: ours beside plain ``pyodide build`` of the same source.

``build_wheels.py`` does it, in one container of the image for each subject, through Compose:
that hands this machine's certificates and index over, by which the sources are fetched.
"""

import json
import secrets
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.benchmarks.figures import NOT_MEASURED, Report, seconds
from tests.image.conftest import give
from tests.image.containers import Owner
from tests.image.machine import here

SECTION: Final = "Building a wheel"
PLAIN: Final = "plain `pyodide build`"

Found = dict[str, list[float]]


class InTheImage:
    """Runs ``build_wheels.py`` of this checkout."""

    def __init__(self, work: Path, owner: Owner) -> None:
        self._work, self._owner = work, owner
        self._environment = {
            "COMPOSE_PROJECT_NAME": f"spec14-bench-{secrets.token_hex(3)}",
            "SPEC14_UID": str(owner.uid),
            "SPEC14_GID": str(owner.gid),
        }

    def __call__(self, subject: str, times: int, *, limit: float) -> Found:
        """Give the seconds of each run, by what was run."""
        scratch = self._work / f"wheels-{secrets.token_hex(3)}"
        scratch.mkdir()
        give(scratch, self._owner)
        ran = here(
            *("docker", "compose", "run", "--rm", "-T", "tests"),
            *("python", "-m", "tests.benchmarks.build_wheels", "/project", subject, str(times)),
            env={**self._environment, "PROJECT": str(scratch)},
            seconds=limit,
        )
        assert ran.code == 0, ran.output
        found: Found = json.loads(ran.output.rstrip().splitlines()[-1])
        return found

    def down(self) -> None:
        """Remove everything that Compose made."""
        # A container of `run` that outlived its time limit is an orphan.
        words = ("--profile", "*", "down", "--remove-orphans", "--timeout", "5")
        down = here("docker", "compose", *words, env=self._environment)
        assert down.code == 0, down.output


@pytest.fixture(scope="module")
def in_the_image(work: Path, owner: Owner) -> Iterator[InTheImage]:
    image = InTheImage(work, owner)
    try:
        yield image
    finally:
        image.down()


def beside(found: Found, what: str, target: str) -> str:
    """Say what the other took for the same, and how often ours goes into it."""
    ours, plain = (statistics.median(found[f"{tool} {what}"]) for tool in ("ours", "plain"))
    return f"{PLAIN}: {seconds(found[f'plain {what}'])}; ours is {ours / plain:.2f} of it; {target}"


def of_cold(found: Found, what: str, target: str) -> str:
    """Say which part of our own cold build it is, and what the other took."""
    part = statistics.median(found[f"ours {what}"]) / statistics.median(found["ours cold"])
    plain = seconds(found[f"plain {what}"])
    return f"{part:.2f} of our cold build; {PLAIN}: {plain}; {target}"


def tell(report: Report, name: str, found: Found) -> None:
    """Report the three builds of a subject."""
    cold = beside(found, "cold", "target: 1.05 at most")
    report.add(SECTION, f"{name}, cold", seconds(found["ours cold"]), cold)
    target = "target: 0.15 at most" if name.startswith("PyWavelets") else "no target"
    touched = of_cold(found, "touched", target)
    report.add(SECTION, f"{name}, one C file changed", seconds(found["ours touched"]), touched)
    unchanged = f"{PLAIN}: {seconds(found['plain unchanged'])}; target: 1 s at most"
    report.add(SECTION, f"{name}, nothing changed", seconds(found["ours unchanged"]), unchanged)


def test_the_demo(in_the_image: InTheImage, report: Report) -> None:
    tell(report, "the demo", in_the_image("demo", 4, limit=900))


def test_pywavelets(in_the_image: InTheImage, report: Report) -> None:
    tell(report, "PyWavelets", in_the_image("pywavelets", 2, limit=1800))


def test_numpy(in_the_image: InTheImage, report: Report, cold: bool) -> None:  # noqa: FBT001
    if not cold:
        report.add(SECTION, "NumPy, cold", NOT_MEASURED, "`nox -s bench -- --cold` measures it")
        return
    tell(report, "NumPy", in_the_image("numpy", 2, limit=3600))


def test_audit_of_numpy(in_the_image: InTheImage, report: Report) -> None:
    found = in_the_image("audit", 3, limit=120)
    what = "`spec14 audit` of NumPy's wheel"
    report.add(SECTION, what, seconds(found["audit"]), "target: 3 s at most")
