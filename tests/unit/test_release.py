"""Our own release: the workflow keeps to the schemas, and the package says what the pins say."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from check_jsonschema.cli import main as check_jsonschema
from click.testing import CliRunner
from packaging.requirements import Requirement

from toolkit.pins import read_pins

ROOT: Final = Path(__file__).resolve().parents[2]
WORKFLOW: Final = ROOT / ".github" / "workflows" / "release.yml"
PYPROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    "schema", ["vendor.github-workflows", "custom.github-workflows-require-timeout"]
)
def test_the_workflow_keeps_to_the_schema(schema: str) -> None:
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(WORKFLOW)])
    assert done.exit_code == 0, done.output


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
def test_actionlint_has_nothing_to_say() -> None:
    done = subprocess.run(["actionlint", WORKFLOW], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_each_job_may_do_what_it_has_to_and_no_more() -> None:
    made: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert made["permissions"] == {"contents": "read"}
    writes = {
        name: sorted(what for what, how in job["permissions"].items() if how == "write")
        for name, job in made["jobs"].items()
    }
    assert writes == {
        "package": ["attestations", "id-token"],
        "image": ["attestations", "id-token", "packages"],
        "index": ["id-token"],
        "release": ["contents"],
    }


def test_the_extra_pins_what_the_pins_pin() -> None:
    extra = map(Requirement, PYPROJECT["project"]["optional-dependencies"]["docs"])
    exact = {one.name: str(one.specifier) for one in extra if "==" in str(one.specifier)}
    packages = read_pins().packages
    names = ("jupyterlite-core", "jupyterlite-pyodide-kernel", "jupyterlite-sphinx")
    assert exact == {name: f"=={packages[name]}" for name in names}


def test_the_wheel_carries_the_lists_that_are_read_outside_the_image() -> None:
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {
        name: f"toolkit/{name}"
        for name in (
            "images/pins.toml",
            "images/sources.toml",
            "images/requirements/kernel.txt",
            "images/requirements/target.txt",
        )
    }
    assert all((ROOT / name).is_file() for name in included)
