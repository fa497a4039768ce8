"""What a failed build says."""

from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import RequirementsFailed
from toolkit.process import Finished
from toolkit.project import read_project
from toolkit.wheels.failure import build_error

CYCLE: Final = """\
error: Failed to download and build `bbb==1.0`
  cause: Failed to install requirements from `build-system.requires`
  cause: Failed to download and build `ccc==2.1`
  cause: Failed to install requirements from `build-system.requires`
  cause: Cyclic build dependency detected for `bbb`
"""
UNKNOWN: Final = """\
  x No solution found when resolving dependencies:
  `-> Because nonesuch was not found in the package
      registry and you require nonesuch, we can conclude ...
"""
NESTED: Final = """\
error: Failed to download and build `bbb==1.0`
  cause: Failed to resolve requirements from `build-system.requires`
  cause: No solution found when resolving: `nonesuch`
  cause: Because nonesuch was not found in the package registry and ...
"""
LACKING: Final = "cannot be had: nonesuch is not on the index"


@pytest.mark.parametrize(
    ("output", "what"),
    [
        (CYCLE, "build requirements go in a circle: one -> bbb 1.0 -> ccc 2.1 -> bbb"),
        (UNKNOWN, f"a build requirement of one {LACKING}"),
        (NESTED, f"a build requirement of bbb 1.0 (asked for by one) {LACKING}"),
        ("error: Failed to fetch: `URL`\n", "a build requirement of one cannot be had"),
    ],
)
def test_a_build_requirement_that_cannot_be_had(tmp_path: Path, output: str, what: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "one"\n')
    project = read_project(tmp_path)
    done = Finished(command=("uv",), code=1, output=output)
    error = build_error(project, done, tmp_path / "source")
    assert isinstance(error, RequirementsFailed)
    assert error.what == what
