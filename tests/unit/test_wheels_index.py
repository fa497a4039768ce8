"""The wheelhouse first, the index then."""

from pathlib import Path

import pytest

from toolkit.errors import DiskFull, RequirementsFailed
from toolkit.wheels.index import offline_then_index


@pytest.fixture
def installer(tmp_path: Path) -> Path:
    """Write an installer that notes its words and fails as the files beside it say."""
    path = tmp_path / "installer"
    path.write_text(
        '#!/bin/sh\ncd "$(dirname "$0")"\necho "$*" >>log\n'
        'case "$*" in *--no-index*) kind=offline ;; *) kind=index ;; esac\n'
        "[ -e $kind ] || exit 0\ncat $kind\nexit 1\n"
    )
    path.chmod(0o755)
    return path


def install(installer: Path) -> None:
    offline_then_index(
        [installer, "install", "numpy"],
        offline=["--no-index"],
        cwd=installer.parent,
        env={},
        what="the tests of x",
    )


def asked(installer: Path) -> list[str]:
    return (installer.parent / "log").read_text().splitlines()


def test_no_index_is_asked_when_the_wheelhouse_suffices(installer: Path) -> None:
    install(installer)
    assert asked(installer) == ["install numpy --no-index"]


def test_the_index_is_asked_then(installer: Path) -> None:
    (installer.parent / "offline").write_text("no matching distribution\n")
    install(installer)
    assert asked(installer) == ["install numpy --no-index", "install numpy"]


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("ERROR: first\nERROR: No matching distribution for numpy>9\n\n", "numpy>9"),
        ("  \N{MULTIPLICATION SIGN} No solution found\n  because of this\n", "No solution found"),
        ("something else\n", "something else"),
        ("", "no reason given"),
    ],
)
def test_when_neither_suffices_both_are_told(installer: Path, said: str, last: str) -> None:
    (installer.parent / "offline").write_text("the wheelhouse's words\n")
    (installer.parent / "index").write_text(said)
    with pytest.raises(RequirementsFailed) as error:
        install(installer)
    assert error.value.what.startswith("the requirements of the tests of x cannot be had: ")
    assert error.value.what.endswith(last)
    assert "the wheelhouse's words" in error.value.detail
    assert said.strip() in error.value.detail


def test_a_full_disk_asks_no_index(installer: Path) -> None:
    (installer.parent / "offline").write_text("ERROR: [Errno 28] No space left on device\n")
    with pytest.raises(DiskFull):
        install(installer)
    assert len(asked(installer)) == 1
