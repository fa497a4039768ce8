"""Which kernel is taken, and what speaks against a newer one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import MoveRefused
from toolkit.runtime.distribution import Runtime
from toolkit.upkeep.candidates import (
    Kernel,
    Release,
    Surroundings,
    Unfit,
    misfit,
    newest_coherent,
)
from toolkit.upkeep.outlook import to_try

RUNTIME: Final = Runtime(
    folder=Path("/nowhere"), version="400.1", python="4.1.3", abi="2040_0", emscripten="9.0.1"
)
RELEASE: Final = Release(runtime=RUNTIME, integrity="sha512-x", packages={})
AROUND: Final = Surroundings(suite="later", debian={"python4.1": "4.1.3"}, emscripten="9.0.1")
KERNEL: Final = Kernel(version="3", pyodide="400.1")


@dataclass(frozen=True)
class Table:
    """Versions in a table."""

    kernels: Mapping[str, Kernel]
    releases: Mapping[str, Release]

    def kernel(self, version: str) -> Kernel:
        return self.kernels[version]

    def release(self, version: str) -> Release | None:
        return self.releases.get(version)


def test_nothing_speaks_against_what_fits() -> None:
    assert misfit(KERNEL, RELEASE, AROUND) is None
    assert misfit(replace(KERNEL, python="4.1"), RELEASE, AROUND) is None


@pytest.mark.parametrize(
    ("kernel", "release", "around", "words"),
    [
        (KERNEL, None, AROUND, "it names Pyodide 400.1, which npm does not have"),
        (replace(KERNEL, python="4.2"), RELEASE, AROUND, "CPython 4.1.3, and Python 4.2"),
        (KERNEL, RELEASE, replace(AROUND, debian={}), "Debian later has no python4.1"),
        (
            KERNEL,
            RELEASE,
            replace(AROUND, debian={"python4.1": "4.1.2"}),
            "Debian later has the headers of 4.1.2",
        ),
        (KERNEL, RELEASE, replace(AROUND, emscripten="9.0.0"), "checksums of that one are not"),
    ],
)
def test_what_speaks_against_a_kernel(
    kernel: Kernel, release: Release | None, around: Surroundings, words: str
) -> None:
    reason = misfit(kernel, release, around)
    assert reason is not None
    assert words in reason


def test_the_newest_that_fits_is_taken_and_each_newer_one_has_its_reason() -> None:
    table = Table(
        kernels={str(n): Kernel(version=str(n), pyodide=f"400.{n}") for n in range(1, 5)},
        releases={f"400.{n}": RELEASE for n in range(1, 4)},
    )
    asked = []

    def lock(kernel: Kernel, release: Release) -> str:
        asked.append(kernel.version)
        assert release is RELEASE
        if kernel.version == "3":
            raise Unfit("because of core")
        return f"locked for {kernel.version}"

    chosen = newest_coherent(["4", "3", "2", "1"], table, AROUND, lock)
    assert (chosen.kernel.version, chosen.locked) == ("2", "locked for 2")
    assert [(one.version, one.reason) for one in chosen.rejected] == [
        ("4", "it names Pyodide 400.4, which npm does not have"),
        ("3", "because of core"),
    ]
    assert asked == ["3", "2"], "what does not fit is not resolved, nor what is older"


def test_where_nothing_fits_all_reasons_are_told() -> None:
    table = Table(
        kernels={name: Kernel(version=name, pyodide=f"9.{name}") for name in "21"}, releases={}
    )
    with pytest.raises(MoveRefused, match=r"kernel 1: it names Pyodide 9\.1") as error:
        newest_coherent(["2", "1"], table, AROUND, lambda _kernel, _release: None)
    assert "kernel 2: it names Pyodide 9.2, which npm does not have" in error.value.detail


def test_which_kernels_are_tried() -> None:
    versions = ["0.9.10", "0.9.9", "0.8.6", "0.8.5"]
    assert to_try(versions, "0.8.6", None) == ["0.9.10", "0.9.9", "0.8.6"]
    assert to_try(["0.8.5"], "0.8.6", None) == ["0.8.6"], "the one of now was withdrawn"
    assert to_try(versions, "0.8.6", "0.9.9") == ["0.9.9"]
    with pytest.raises(MoveRefused, match=r"from 0\.8\.6 on") as error:
        to_try(versions, "0.8.6", "0.8.5")
    assert "0.9.10, 0.9.9, 0.8.6" in error.value.do
