"""The kernel's wheels and the list they are fetched by."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.artefacts import make_wheel
from toolkit.errors import LiteFailed
from toolkit.lite.kernel import FETCHED, OWN, extension_folder, kernel_wheels

REQUIREMENTS = Path(__file__).parents[2] / "images" / "requirements"


def test_the_list_holds_what_the_kernel_is_made_of() -> None:
    lines = (REQUIREMENTS / "kernel.in").read_text().splitlines()
    pinned = [Requirement(line) for line in lines if not line.startswith("#")]
    assert [requirement.name for requirement in pinned] == list(FETCHED)
    assert all(str(requirement.specifier).startswith("==") for requirement in pinned)


def test_each_line_of_the_list_is_locked_by_one_hash() -> None:
    locked = (REQUIREMENTS / "kernel.txt").read_text()
    entries = re.findall(r"^(\S+==\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", locked, re.MULTILINE)
    wanted = (REQUIREMENTS / "kernel.in").read_text().splitlines()
    assert entries == [line for line in wanted if not line.startswith("#")]
    assert "://" not in locked


def test_three_wheels_come_from_the_installed_kernel(tmp_path: Path) -> None:
    for name in FETCHED:
        make_wheel(tmp_path, name)
    found = kernel_wheels(tmp_path)
    assert len(found) == len(OWN) + len(FETCHED)
    installed = [wheel for wheel in found if wheel.is_relative_to(extension_folder())]
    assert len(installed) == len(OWN)


def test_a_missing_wheel_is_named(tmp_path: Path) -> None:
    for name in FETCHED:
        if name != "comm":
            make_wheel(tmp_path, name)
    with pytest.raises(LiteFailed, match="incomplete: no comm in"):
        kernel_wheels(tmp_path)
