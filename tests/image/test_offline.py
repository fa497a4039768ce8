"""Without any network: the whole way of the demo, and what a reader loads most for once more."""

import hashlib
import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

from tests.image.conftest import BuiltDemo, give
from tests.image.containers import Containers, Owner, bind
from tests.image.machine import ROOT

MOST: Final = "changed_output_of_the_c_code or draws_with_matplotlib or not_fetched_from_elsewhere"
"""Of the browser tests, which are fenced everywhere: the kernel, compiled packages, ``%pip``."""


def test_the_container_has_none(containers: Containers) -> None:
    """The other tests here stand on it."""
    ran = containers.run("sh", "-c", "ls /sys/class/net; cat /proc/net/route | tail -n +2")
    assert ran.output.split() == ["lo"]


def test_the_wheel_is_compiled(demo: BuiltDemo) -> None:
    (wheel,) = (demo.project / ".spec14/dist").glob("*.whl")
    assert wheel.name.endswith("_wasm32.whl")


def test_the_tests_passed_in_webassembly(demo: BuiltDemo) -> None:
    suites = list(ET.parse(demo.project / ".spec14/report/junit.xml").iter("testsuite"))
    counts = {
        name: sum(int(suite.attrib[name]) for suite in suites)
        for name in ("tests", "failures", "errors")
    }
    assert counts["tests"] > 36
    assert counts["failures"] == counts["errors"] == 0


def test_the_site_is_made_around_that_wheel(demo: BuiltDemo) -> None:
    (wheel,) = (demo.project / ".spec14/dist").glob("*.whl")
    site = demo.project / ".spec14/site"
    record = json.loads((site / "spec14-site.json").read_text())
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert record["wheel_sha256"] == digest
    inside = list((site / "lite").rglob(wheel.name))
    assert [hashlib.sha256(file.read_bytes()).hexdigest() for file in inside] == [digest]


def test_once_more_is_nothing_to_do(containers: Containers, demo: BuiltDemo) -> None:
    ran = containers.run("nox", "-s", "wasm-build", project=demo.project, user=str(demo.owner))
    assert ran.code == 0, ran.output
    assert "is up to date" in ran.output


def test_the_browser_tests(
    containers: Containers, demo: BuiltDemo, work: Path, owner: Owner
) -> None:
    repository = work / "repository"
    leave = shutil.ignore_patterns(".*", "__pycache__", "ca.pem", "pip.conf", "npmrc")
    shutil.copytree(ROOT, repository, ignore=leave)
    give(repository, owner)
    ran = containers.run(
        *("python", "-m", "pytest", "-p", "no:cacheprovider", "--tb=short", "--show-capture=no"),
        *("tests/browser/test_try_it.py", "-k", MOST),
        project=demo.project,
        mounts=[bind(repository, "/repo")],
        working_dir="/repo",
        environment={"PYTHONPATH": "/repo", "SPEC14_TEST_SITE": "/project/.spec14/site"},
        user=str(owner),
        shm_size="1g",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        seconds=600,
    )
    assert ran.code == 0, ran.output
    closing = ran.output.rstrip().splitlines()[-1]
    assert "3 passed" in closing
    # What a missing browser would be.
    assert " skipped" not in closing
