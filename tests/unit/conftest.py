"""What the unit tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fake_machine import Machine
from tests.unit.programs import ENGINE, program

# Examples are found anew each time: nothing is written beside the tests, which may lie in a
# folder that this user cannot write.
# No example has a deadline: how long it takes is the machine's affair.
settings.register_profile("spec14", database=None, deadline=None)
settings.load_profile("spec14")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Give a machine with Debian 12 and nothing else."""
    made = Machine(folder=tmp_path)
    made.system("debian-12")
    return made


@pytest.fixture
def engine_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an engine on PATH that writes down what it was asked."""
    program(tmp_path / "bin", "docker", ENGINE)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    return log
