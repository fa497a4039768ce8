"""Uploads to a channel: a program of this machine plays its client."""

import json
import os
from pathlib import Path

import pytest

from tests.artefacts import make_loading_runtime, make_wheel
from toolkit.errors import IndexRefused, ToolMissing, UploadFailed
from toolkit.nightly.channel import TOKEN, upload
from toolkit.nightly.folder import Admission

CLIENT = """#!/bin/sh
printf '%s\\n' "$@" > "$RECORD"
echo "token $ANACONDA_API_TOKEN accepted"
exit ${CLIENT_CODE:-0}
"""


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path / "w", "x")


@pytest.fixture
def admission(tmp_path: Path) -> Admission:
    return Admission(runtime=make_loading_runtime(tmp_path / "runtime"))


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a client on the path; give the file of the words that it was started with."""
    program = tmp_path / "bin" / "anaconda"
    program.parent.mkdir()
    program.write_text(CLIENT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("RECORD", str(tmp_path / "words"))
    monkeypatch.setenv(TOKEN, "s3cret-token")
    return tmp_path / "words"


def test_what_the_client_is_started_with(client: Path, wheel: Path, admission: Admission) -> None:
    said = upload("nightly-wheels", [wheel], admission, os.environ)
    assert client.read_text().splitlines() == [
        *("upload", "--user", "nightly-wheels", "--skip-existing", "--no-progress"),
        str(wheel),
    ]
    assert said == "token *** accepted"


def test_a_client_that_fails(
    client: Path, wheel: Path, admission: Admission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENT_CODE", "3")
    with pytest.raises(UploadFailed, match="exit code 3") as caught:
        upload("nightly-wheels", [wheel], admission, os.environ)
    assert caught.value.detail == "token *** accepted"
    assert "s3cret" not in json.dumps([caught.value.what, caught.value.do])


def test_no_token(client: Path, wheel: Path, admission: Admission) -> None:
    with pytest.raises(UploadFailed, match=f"{TOKEN} is not set"):
        upload("nightly-wheels", [wheel], admission, {})
    assert not client.exists()


def test_nothing_goes_where_one_may_not(
    client: Path, wheel: Path, tmp_path: Path, admission: Admission
) -> None:
    bad = make_wheel(tmp_path, "y", tag="cp314-cp314-win_amd64")
    with pytest.raises(IndexRefused, match="which the runtime does not take"):
        upload("nightly-wheels", [wheel, bad], admission, os.environ)
    assert not client.exists()


@pytest.mark.parametrize("channel", ["", "--force", "a b", "https://host/x", "x" * 101])
def test_a_channel_that_is_none(wheel: Path, admission: Admission, channel: str) -> None:
    with pytest.raises(UploadFailed, match="not the name of a channel"):
        upload(channel, [wheel], admission, {TOKEN: "t"})


def test_no_client(wheel: Path, admission: Admission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ToolMissing) as caught:
        upload("nightly-wheels", [wheel], admission, {TOKEN: "t"})
    assert "anaconda-client" in caught.value.do
