"""Three small projects of the corpus, all the way: the rest is ``nox -s corpus``."""

from pathlib import Path

import pytest

from tests.corpus.attempt import Attempt
from tests.corpus.entries import read_entries
from tests.corpus.outcome import Outcome


@pytest.mark.network
@pytest.mark.parametrize(
    ("name", "modules"), [("itsdangerous", 0), ("tomlkit", 0), ("lru-dict", 1)]
)
def test_a_project(tmp_path: Path, toolchain: Path, name: str, modules: int) -> None:
    del toolchain
    entry = read_entries()[name]
    attempt = Attempt(
        entry=entry,
        folder=tmp_path / name,
        sdists=tmp_path / "sdists",
        known=Outcome(key="", date=""),
    )
    outcome = attempt.outcome()
    assert outcome.as_expected(entry), (tmp_path / name / "log.txt").read_text()
    assert outcome.modules == outcome.loaded == modules
    assert outcome.passed
    assert outcome.failed == 0
    assert {path.name for path in (tmp_path / name).iterdir()} >= {"log.txt", outcome.wheel}
