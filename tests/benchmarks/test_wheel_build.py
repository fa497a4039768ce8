"""What building a wheel takes: ours beside plain ``pyodide build`` of the same source.

``build_wheels.py`` does it, in one container of the image for each subject.
"""

import statistics
from typing import Final

from tests.benchmarks.figures import NOT_MEASURED, Report, seconds
from tests.benchmarks.in_the_image import InTheImage

SECTION: Final = "Building a wheel"
PLAIN: Final = "plain `pyodide build`"

Found = dict[str, list[float]]


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
    tell(report, "the demo", in_the_image("build_wheels", "demo", 4, limit=900))


def test_pywavelets(in_the_image: InTheImage, report: Report) -> None:
    tell(report, "PyWavelets", in_the_image("build_wheels", "pywavelets", 2, limit=1800))


def test_numpy(in_the_image: InTheImage, report: Report, cold: bool) -> None:  # noqa: FBT001
    if not cold:
        report.add(SECTION, "NumPy, cold", NOT_MEASURED, "`nox -s bench -- --cold` measures it")
        return
    tell(report, "NumPy", in_the_image("build_wheels", "numpy", 1, limit=3600))


def test_audit_of_numpy(in_the_image: InTheImage, report: Report) -> None:
    found = in_the_image("build_wheels", "audit", 3, limit=120)
    what = "`spec14 audit` of NumPy's wheel"
    report.add(SECTION, what, seconds(found["audit"]), "target: 3 s at most")
