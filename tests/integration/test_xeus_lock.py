"""``spec14 lock``: the packages of the xeus kernels, chosen, renewed, and looked at."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.conda_channel import Package, kernel, make_channel
from tests.integration.conftest import Spec14, error_lines
from toolkit.commands.lock import lock as command
from toolkit.commands.options import Options
from toolkit.errors import XeusFailed, XeusLockStale

MINI = Package(name="xeus-mini", files=kernel("xmini"), depends=["mini-data"])
DATA = Package(name="mini-data", files={"share/mini/data": b"1"}, subdir="noarch")
NEWER = replace(DATA, version="2.0", files={"share/mini/data": b"2"})
BROKEN = replace(MINI, version="2.0", files={"share/jupyter/kernels/xmini/kernel.json": b"{}"})

type Lock = Callable[..., dict[str, Any]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SPEC14_CACHE", raising=False)
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "conf.py").write_text("")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\n[tool.spec14]\nkernel = "both"\n'
    )
    write_environment(folder, "xeus-mini")
    make_channel(folder / "channel", [MINI, DATA])
    return folder


def write_environment(project: Path, *packages: str) -> None:
    text = f"channels: [./channel]\ndependencies: [{', '.join(packages)}]\n"
    (project / "docs" / "environment.yml").write_text(text)


@pytest.fixture
def run(project: Path) -> Lock:
    """Give the command, in this process; its errors are raised."""

    def call(*words: str) -> dict[str, Any]:
        options = Options(debug=False, quiet=False, as_json=True)
        done = CliRunner().invoke(
            command, [*words, "--project", str(project)], obj=options, catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return call


def test_a_lock_is_written_kept_and_renewed(run: Lock, project: Path) -> None:
    lock = project / "spec14-xeus.lock"
    new = {"before": "", "after": "1.0 h0_0"}
    assert run() == {
        "lock": str(lock),
        "written": True,
        "packages": 2,
        "changes": [{"name": name, **new} for name in ("mini-data", "xeus-mini")],
    }
    written = lock.read_bytes()
    make_channel(project / "channel", [NEWER])
    unchanged = {"lock": str(lock), "written": False, "packages": 2, "changes": []}
    assert run() == unchanged
    assert run("--check") == unchanged
    assert lock.read_bytes() == written
    assert run("--upgrade")["changes"] == [
        {"name": "mini-data", "before": "1.0 h0_0", "after": "2.0 h0_0"}
    ]
    assert lock.read_bytes() != written
    assert run("--check") == unchanged


def test_a_lock_that_is_not_up_to_date_is_noticed(run: Lock, project: Path) -> None:
    with pytest.raises(XeusLockStale, match="is not there for"):
        run("--check")
    lock = project / "spec14-xeus.lock"
    lock.write_text("# Written for something else\n")
    with pytest.raises(XeusLockStale, match="was made for another environment than"):
        run("--check")
    # What cannot be read is no reason not to write another.
    assert run()["written"]
    write_environment(project, "xeus-mini", "mini-data")
    with pytest.raises(XeusLockStale):
        run("--check")
    assert run()["changes"] == []
    run("--check")


def test_a_lock_stays_where_what_is_newer_would_not_work(run: Lock, project: Path) -> None:
    run()
    lock = project / "spec14-xeus.lock"
    written = lock.read_bytes()
    make_channel(project / "channel", [BROKEN])
    with pytest.raises(XeusFailed, match="would not work"):
        run("--upgrade")
    assert lock.read_bytes() == written
    assert {one.name for one in project.iterdir()} == {
        *(".spec14", "channel", "docs", "pyproject.toml", lock.name)
    }


def test_the_command(spec14: Spec14, project: Path) -> None:
    stale = spec14("lock", "--check", "--project", project)
    assert stale.returncode == XeusLockStale.exit_code
    assert "`spec14 lock`" in error_lines(stale)[1]
    done = spec14("lock", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"wrote {project / 'spec14-xeus.lock'} (2 packages): commit it" in done.stdout
    assert "mini-data: not there -> 1.0 h0_0" in done.stdout


def test_who_has_no_xeus_kernel_and_who_asks_for_both(run: Lock, project: Path) -> None:
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace('"both"', '"pyodide"'))
    with pytest.raises(XeusFailed, match=r"no spec14-xeus\.lock") as raised:
        run()
    assert 'to "xeus" or "both"' in raised.value.do
    words = ["--check", "--upgrade", "--project", str(project)]
    wrong = CliRunner().invoke(command, words)
    assert wrong.exit_code == 2
    assert "contradict" in wrong.output
