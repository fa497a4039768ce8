"""The wheel in the site is the one that was tested: by SHA-256, in records and files."""

from pathlib import Path

from toolkit.archive import file_sha256
from toolkit.cache import read_record
from toolkit.docs.build import RECORD as SITE_RECORD
from toolkit.errors import WheelNotTested
from toolkit.project import Project
from toolkit.testing.reports.writer import RECORD as TESTS_RECORD
from toolkit.testing.run import was_tested

AGAIN = "run `spec14 ci` again, without anything else at work on the project"


def require_tested(project: Project) -> str:
    """Refuse a site whose wheel is not the one whose tests passed, and give its SHA-256.

    Raises
    ------
    WheelNotTested
        When there is no site, its wheel is another one, or its tests did not all run and pass.
    """
    record = read_record(project.site / SITE_RECORD)
    name, sha256 = str(record.get("wheel", "")), str(record.get("wheel_sha256", ""))
    if not sha256:
        msg = f"{project.site} does not say which wheel is in it"
        raise WheelNotTested(msg, do="run `spec14 docs`")
    tests = read_record(project.report / TESTS_RECORD)
    if (other := tests.get("wheel_sha256")) != sha256:
        told = f"sha256 {str(other)[:12]}" if other else "none at all"
        msg = f"the site has {name} (sha256 {sha256[:12]}), and what was tested is {told}"
        raise WheelNotTested(msg, do=AGAIN)
    _require_passed(project, tests, sha256)
    if record.get("tested") is not True:
        msg = f"the site was built before the tests of {name} had passed"
        raise WheelNotTested(msg, do=AGAIN)
    for file in _copies(project.site, name):
        if (found := file_sha256(file)) != sha256:
            place = file.relative_to(project.site)
            msg = f"{place} in the site has sha256 {found[:12]}, not {sha256[:12]}"
            raise WheelNotTested(msg, do=AGAIN)
    return sha256


def _require_passed(project: Project, tests: object, sha256: str) -> None:
    match was_tested(project, sha256):
        case True:
            return
        case False:
            msg = "the tests of the site's wheel did not pass"
            raise WheelNotTested(msg, do="see .spec14/report/tests.html")
        case None:
            part = tests.get("shard") if isinstance(tests, dict) else None
            what = f"only shard {part}" if part else "not all"
            msg = f"{what} of the tests of the site's wheel were run"
            do = "join the reports of all shards: `spec14 ci --merge`" if part else AGAIN
            raise WheelNotTested(msg, do=do)


def _copies(site: Path, name: str) -> list[Path]:
    """Give the wheel's files in the site; with a xeus kernel alone it is unpacked in there."""
    return [file for file in sorted(site.rglob("*.whl")) if file.name == name]
