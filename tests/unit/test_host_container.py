"""The container of a stage, with an engine that only writes down what it was asked."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import ImageBuildFailed
from toolkit.host.container import Job, host_job, run_job
from toolkit.host.ports import published

ROOT: Final = Path(__file__).resolve().parents[2]


def test_the_command_for_a_stage(tmp_path: Path) -> None:
    job = host_job(root=tmp_path, session="wasm-test", words=["-k", "a b"], project=tmp_path / "p")
    assert job.command(terminal=False) == (
        *("compose", "-f", f"{tmp_path}/compose.yaml", "--project-directory", str(tmp_path)),
        *("run", "--rm", "--name", job.name, "--no-TTY", "toolkit"),
        *("nox", "-s", "wasm-test", "--", "-k", "a b"),
    )
    assert job.environment() == {"PROJECT": f"{tmp_path}/p"}


def test_the_command_for_a_server(tmp_path: Path) -> None:
    where = published(["--port", "9000", "--profile", "isolated"], default_port="8000")
    job = host_job(root=tmp_path, session="serve", words=(), project=tmp_path, published=where)
    words = job.command(terminal=True)
    assert "--no-TTY" not in words
    assert words[words.index("--publish") + 1] == "127.0.0.1:9000:8000"
    assert "SPEC14_PUBLIC_PORT=9000" in words
    assert words[-8:] == (
        *("nox", "-s", "serve", "--"),
        *("--host", "0.0.0.0", "--profile", "isolated"),
    )


def test_two_runs_have_two_names(tmp_path: Path) -> None:
    one, two = (
        Job(root=tmp_path, service="tests", words=("true",), project=tmp_path) for _ in range(2)
    )
    assert one.name != two.name


@pytest.mark.parametrize("code", [0, 1, 5, 40])
def test_exit_codes_pass_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_log: Path, code: int
) -> None:
    (tmp_path / "log.image").touch()
    monkeypatch.setenv("CODE", str(code))
    job = host_job(root=tmp_path, session="docs", words=(), project=tmp_path)
    assert run_job(job) == code
    asked = engine_log.read_text().splitlines()
    assert not any(" build " in line for line in asked)
    # A container that has ended well has removed itself.
    assert any(line == f"rm --force --volumes {job.name}" for line in asked) == (code != 0)


def test_a_missing_image_is_built_once(tmp_path: Path, engine_log: Path) -> None:
    job = host_job(root=tmp_path, session="docs", words=(), project=tmp_path)
    with pytest.raises(ImageBuildFailed, match="could not be built"):
        run_job(job)
    (tmp_path / "log.buildable").touch()
    assert run_job(job) == 0
    assert run_job(job) == 0
    asked = engine_log.read_text().splitlines()
    assert sum(line.endswith(" build toolkit") for line in asked) == 2
    assert sum(" run --rm " in line for line in asked) == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_signals_stop_and_remove_the_container(
    tmp_path: Path, engine_log: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "log.image").touch()
    runner = (
        "from pathlib import Path\n"
        "from toolkit.host.container import Job, run_job\n"
        "from toolkit.host.report import exit_codes\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "with exit_codes():\n"
        "    job = Job(root=folder, service='toolkit', words=('x',), project=folder, name='it')\n"
        "    run_job(job)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", runner],
        env={**os.environ, "WAIT": "60", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "started\n"
        child.send_signal(number)
        assert child.wait(20) == code
    assert engine_log.read_text().splitlines()[-2:] == [
        "stop --time 10 it",
        "rm --force --volumes it",
    ]
