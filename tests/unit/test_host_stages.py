"""What the sessions do, inside the image and on the user's machine."""

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import write_tree
from tests.unit.programs import program
from toolkit.errors import PortTaken, ToolMissing
from toolkit.host import stages

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    return folder


@pytest.fixture
def spec14(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a command spec14 beside the interpreter, as in the image."""
    python = tmp_path / "venv" / "python"
    script = 'echo "$*" >>"$LOG"; [ "$1" != "$FAILING" ] || exit 61'
    program(tmp_path / "venv", "spec14", script)
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("SPEC14_IMAGE", "1")
    monkeypatch.setenv("FAILING", "none")
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    return log


def test_a_stage_inside_the_image(tmp_path: Path, spec14: Path, project: Path) -> None:
    call = stages.Call(root=tmp_path, started_in=project, words=("-x", "--project"))
    assert stages.stage(call, session="wasm-test", command="test") == 0
    assert stages.stage(call, session="docs", command="docs") == 0
    assert spec14.read_text().splitlines() == [
        f"test --project {project} -- -x --project",
        f"docs --project {project} -x --project",
    ]


def test_the_row_ends_with_the_first_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec14: Path, project: Path
) -> None:
    call = stages.Call(root=tmp_path, started_in=project, words=("--host", "0.0.0.0"))
    assert stages.preview(call) == 0
    monkeypatch.setenv("FAILING", "test")
    assert stages.preview(call) == 61
    assert [line.replace(str(project), "P") for line in spec14.read_text().splitlines()] == [
        *("wheel --project P", "test --project P", "docs --project P"),
        "serve --project P --watch --host 0.0.0.0",
        *("wheel --project P", "test --project P"),
    ]


def test_a_stage_on_the_host_runs_itself_in_the_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_log: Path, project: Path
) -> None:
    (tmp_path / "log.image").touch()
    monkeypatch.delenv("SPEC14_IMAGE", raising=False)
    # A relative one starts in the folder one stands in.
    monkeypatch.setenv("PROJECT", project.name)
    monkeypatch.setenv("CODE", "3")
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
    call = stages.Call(root=tmp_path, started_in=tmp_path, words=("--profile", "isolated"))
    assert stages.stage(call, session="wasm-build", command="wheel") == 3
    assert stages.serve(call) == 3
    assert stages.tests(call) == 3
    runs = [line for line in engine_log.read_text().splitlines() if " run --rm " in line]
    assert runs[0].endswith(" toolkit nox -s wasm-build -- --profile isolated")
    assert runs[1].endswith(" toolkit nox -s serve -- --host 0.0.0.0 --profile isolated")
    assert f"--publish 127.0.0.1:{os.environ['PORT']}:8000" in runs[1]
    assert runs[2].endswith(" tests nox -s tests -- --profile isolated")


def test_all_tests_are_run_by_two_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPEC14_IMAGE", "1")
    names = ("unit/test_u", "integration/test_a", "integration/test_b", "browser/test_c")
    tests = {f"tests/{name}.py": f"def test_{name[-1]}(): pass\n" for name in names}
    write_tree(tmp_path, {**tests, "tests/integration/test_b.py": "def test_b(): assert 0\n"})
    assert stages.tests(stages.Call(root=tmp_path, started_in=tmp_path)) == 1
    said = capfd.readouterr().out
    assert "2 passed" in said
    assert "test_b.py::test_b" in said
    assert "1 failed, 1 passed" in said


def test_the_images_tests_too_and_only_one_builds_the_demo(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = ("test_contents", "test_hosts", "test_users")
    write_tree(tmp_path, {f"tests/image/{name}.py": f"def {name}(): pass\n" for name in files})
    call = stages.Call(root=tmp_path, started_in=tmp_path)
    assert stages.image_tests(call, Path(sys.executable)) == 0
    said = capfd.readouterr().out
    assert said.index("2 passed") < said.index("1 passed")
    one = replace(call, words=("-k", "hosts"))
    assert stages.image_tests(one, Path(sys.executable)) == 0
    assert "1 passed, 2 deselected" in capfd.readouterr().out
    there = {path.name for path in (Path(__file__).parents[1] / "image").glob("test_*.py")}
    assert there > stages.WITHOUT_DEMO


def test_a_taken_port_stops_the_preview_before_the_engine_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_log: Path, project: Path
) -> None:
    monkeypatch.delenv("SPEC14_IMAGE", raising=False)
    monkeypatch.setenv("PROJECT", str(project))
    with socket.create_server(("127.0.0.1", 0)) as other:
        monkeypatch.setenv("PORT", str(other.getsockname()[1]))
        with pytest.raises(PortTaken):
            stages.preview(stages.Call(root=tmp_path, started_in=tmp_path))
    assert "build" not in engine_log.read_text()


def test_sessions_for_the_host_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEC14_IMAGE", "1")
    with pytest.raises(ToolMissing, match="image-test"):
        stages.on_host_only("image-test")
    monkeypatch.delenv("SPEC14_IMAGE")
    stages.on_host_only("image-test")


def test_every_check_runs_and_the_first_failure_counts(tmp_path: Path) -> None:
    checks = [["sh", "-c", f"echo x >>out; exit {code}"] for code in (0, 4, 0, 7)]
    assert stages.first_failure(checks, cwd=tmp_path) == 4
    assert (tmp_path / "out").read_text() == "x\n" * 4


def test_only_our_own_scripts_are_checked(tmp_path: Path) -> None:
    for name in (
        *("toolkit/a.mjs", "tests/x/b.js", "toolkit/node_modules/c.js", "tests/p/.spec14/d.mjs"),
        "toolkit/e.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [str(path.relative_to(tmp_path)) for path in stages.scripts(tmp_path)]
    assert found == ["tests/x/b.js", "toolkit/a.mjs"]
    assert ROOT / "images" / "bootstrap" in stages.shell_scripts(ROOT)
