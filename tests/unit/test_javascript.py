"""The tests of our JavaScript, run by Node's own runner."""

import subprocess
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parents[1] / "javascript").glob("*.test.mjs"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_javascript(script: Path) -> None:
    done = subprocess.run(
        ["node", "--test", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_some() -> None:
    assert SCRIPTS
