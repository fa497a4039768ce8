"""The site's wheel is the one that was tested, or it is an error."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import write_tree
from toolkit.ci.tested import require_tested
from toolkit.errors import WheelNotTested
from toolkit.project import Project, prepare_output, read_project

WHEEL = b"the bytes of a wheel"
SHA256 = hashlib.sha256(WHEEL).hexdigest()
NAME = "x-1.0-py3-none-any.whl"
SITE = {"schema": 1, "wheel": NAME, "wheel_sha256": SHA256, "tested": True}
TESTS = {"wheel_sha256": SHA256, "exit_code": 0, "arguments": [], "shard": None}


def project(
    folder: Path, site: dict[str, Any] | None, tests: dict[str, Any] | None, wheel: bytes = WHEEL
) -> Project:
    made = read_project(write_tree(folder, {"pyproject.toml": '[project]\nname = "x"\n'}))
    prepare_output(made)
    if site is not None:
        (made.site / "lite" / "pypi").mkdir(parents=True)
        (made.site / "lite" / "pypi" / NAME).write_bytes(wheel)
        (made.site / "spec14-site.json").write_text(json.dumps(site))
    if tests is not None:
        (made.report / "tests.json").write_text(json.dumps(tests))
    return made


def test_the_wheel_that_was_tested(tmp_path: Path) -> None:
    assert require_tested(project(tmp_path, SITE, TESTS)) == SHA256


@pytest.mark.parametrize(
    ("site", "tests", "words"),
    [
        (None, TESTS, "does not say which wheel"),
        (SITE, None, "what was tested is none at all"),
        (SITE, {**TESTS, "wheel_sha256": "1" * 64}, "what was tested is sha256 111111111111"),
        (SITE, {**TESTS, "exit_code": 1}, "did not pass"),
        (SITE, {**TESTS, "shard": "2/4"}, "only shard 2/4"),
        (SITE, {**TESTS, "arguments": ["-k", "x"]}, "not all of the tests"),
        ({**SITE, "tested": None}, TESTS, "before the tests"),
    ],
)
def test_any_other(
    tmp_path: Path, site: dict[str, Any] | None, tests: dict[str, Any] | None, words: str
) -> None:
    with pytest.raises(WheelNotTested, match=words):
        require_tested(project(tmp_path, site, tests))


def test_the_file_in_the_site_is_looked_at(tmp_path: Path) -> None:
    with pytest.raises(WheelNotTested, match=f"lite/pypi/{NAME} in the site has sha256"):
        require_tested(project(tmp_path, SITE, TESTS, wheel=b"another"))
