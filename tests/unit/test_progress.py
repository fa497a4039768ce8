"""Steps: plain lines where there is no terminal, nothing when quiet, durations kept."""

import io
import json
from pathlib import Path

import pytest

from toolkit.progress import Steps


def test_without_a_terminal_a_step_is_two_plain_lines(tmp_path: Path) -> None:
    stream = io.StringIO()
    steps = Steps(stream, quiet=False)
    with steps.step("building [it]", record=tmp_path / "durations.json", key="wheel"):
        pass
    first, second = stream.getvalue().splitlines()
    assert first == "building [it] ..."
    assert second.startswith("building [it]: ")
    assert "\x1b" not in stream.getvalue()


def test_durations_are_kept_by_key(tmp_path: Path) -> None:
    record = tmp_path / "durations.json"
    steps = Steps(io.StringIO(), quiet=False)
    for key in ("wheel", "docs"):
        with steps.step(key, record=record, key=key):
            pass
    kept = json.loads(record.read_text())
    assert set(kept) == {"wheel", "docs"}
    assert all(seconds >= 0 for seconds in kept.values())


def test_a_failed_step_keeps_no_duration_and_says_no_time(tmp_path: Path) -> None:
    stream = io.StringIO()
    record = tmp_path / "durations.json"
    with (
        pytest.raises(KeyboardInterrupt),
        Steps(stream, quiet=False).step("building", record=record, key="wheel"),
    ):
        raise KeyboardInterrupt
    assert not record.exists()
    assert stream.getvalue() == "building ...\n"


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    stream = io.StringIO()
    steps = Steps(stream, quiet=True)
    steps.say("a line")
    with steps.step("building", record=tmp_path / "durations.json", key="wheel"):
        pass
    assert stream.getvalue() == ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_last_duration_is_the_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    record = tmp_path / "durations.json"
    record.write_text(json.dumps({"wheel": 41.6}))
    stream = Terminal()
    with Steps(stream, quiet=False).step("building", record=record, key="wheel"):
        pass
    assert "about 42 s last time" in stream.getvalue()
