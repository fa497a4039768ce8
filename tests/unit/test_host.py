"""The part that runs on the user's machine, without an engine."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import write_tree
from toolkit.errors import (
    EngineDenied,
    EngineNotRunning,
    ImageBuildFailed,
    PortTaken,
    ProjectIncomplete,
    ProjectMissing,
    ProjectNotAFolder,
    ServeFailed,
    Spec14Error,
    ToolMissing,
)
from toolkit.host import stages
from toolkit.host.container import Job, host_job, inside_image, run_job
from toolkit.host.engine import find_engine
from toolkit.host.ports import published, require_free
from toolkit.host.project_path import checked_project, chosen_project, dotenv
from toolkit.host.report import exit_codes, exit_with, report_error

ROOT: Final = Path(__file__).resolve().parents[2]


def program(folder: Path, name: str, text: str) -> Path:
    """Write a small program of the name into a folder that becomes the whole PATH."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


# ------------------------------------------------------------------ the look of an error


def test_an_error_is_detail_and_two_lines() -> None:
    out = StringIO()
    report_error(Spec14Error("it is\nwrong", do="mend  it", detail="gcc: x\ngcc: y\n\n"), out)
    assert out.getvalue() == "gcc: x\ngcc: y\nerror: it is wrong\n  next: mend it\n"


def test_an_error_becomes_its_exit_code() -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as left, exit_codes(out):
        raise PortTaken("taken", do="another")
    assert left.value.code == 13
    assert out.getvalue() == "error: taken\n  next: another\n"


def test_ctrl_c_becomes_130() -> None:
    with pytest.raises(SystemExit) as left, exit_codes():
        raise KeyboardInterrupt
    assert left.value.code == 130


@pytest.mark.parametrize(("code", "expected"), [(1, 1), (40, 40), (-2, 130), (-15, 143)])
def test_codes_of_children_reach_the_shell(code: int, expected: int) -> None:
    with pytest.raises(SystemExit) as left:
        exit_with(code)
    assert left.value.code == expected


def test_success_goes_on() -> None:
    exit_with(0)


# ------------------------------------------------------------------ the engine


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        (None, EngineNotRunning, "no container engine"),
        ('echo "Cannot connect to the Docker daemon"; exit 1', EngineNotRunning, "not answer"),
        ('echo "permission denied while trying"; exit 1', EngineDenied, "does not let"),
        ('[ "$1" = version ] && echo 28.1', ToolMissing, "no Compose v2"),
        ('if [ "$1" = version ]; then echo 28.1; else echo 1.29.2; fi', ToolMissing, "Compose v2"),
    ],
)
def test_what_is_wrong_with_the_engine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: str | None,
    error: type[Spec14Error],
    words: str,
) -> None:
    if script:
        program(tmp_path, "docker", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    with pytest.raises(error, match=words) as raised:
        find_engine()
    assert raised.value.do


def test_an_engine_that_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'if [ "$1" = version ]; then echo 28.1; else echo 2.40.0; fi'
    docker = program(tmp_path, "docker", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    engine = find_engine()
    assert (engine.docker, engine.version, engine.compose) == (docker, "28.1", "2.40.0")


def test_a_far_engine_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "docker", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DOCKER_HOST", "tcp://far.example:1")
    with pytest.raises(EngineNotRunning, match=r"at DOCKER_HOST=tcp://far\.example:1"):
        find_engine()


# ------------------------------------------------------------------ the project


def test_checked_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissing, match="nowhere"):
        checked_project(tmp_path / "nowhere")
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ProjectNotAFolder):
        checked_project(file)
    with pytest.raises(ProjectIncomplete, match=r"pyproject\.toml"):
        checked_project(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    assert checked_project(tmp_path / "link") == tmp_path.resolve()


@pytest.mark.parametrize(
    ("named", "line", "started_in", "inside", "expected"),
    [
        ("../mine", None, "/some/where", False, "/some/where/../mine"),
        ("/abs", "PROJECT=../other", "/some/where", True, "/abs"),
        (None, "PROJECT=../other", "/some/where", False, "ROOT/../other"),
        (None, None, "/some/where", False, "ROOT"),
        (None, "PROJECT=../other", "/some/where", True, "/some/where"),
        (None, None, "ROOT", True, "ROOT"),
        ("", None, "ROOT", False, "ROOT"),
    ],
)
def test_which_project_is_meant(
    tmp_path: Path,
    *,
    named: str | None,
    line: str | None,
    started_in: str,
    inside: bool,
    expected: str,
) -> None:
    if line:
        (tmp_path / ".env").write_text(f"{line}\n")
    chosen = chosen_project(
        {} if named is None else {"PROJECT": named},
        root=tmp_path,
        started_in=Path(started_in.replace("ROOT", str(tmp_path))),
        inside=inside,
    )
    assert str(chosen) == expected.replace("ROOT", str(tmp_path))


def test_dotenv(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert dotenv(path) == {}
    path.write_text("# A=1\nB = 2\nexport C='3 4'\nno line\nD=\"5\"\nE=x=y\nB=6\n")
    assert dotenv(path) == {"B": "6", "C": "3 4", "D": "5", "E": "x=y"}


# ------------------------------------------------------------------ ports


def test_a_port_that_is_taken_is_found_before_anything_is_built() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is taken"):
            require_free("127.0.0.1", port)
    require_free("127.0.0.1", port)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(ServeFailed, match=r"192\.0\.2\.1:8000 cannot be used"):
        require_free("192.0.2.1", 8000)


def test_published_takes_the_hosts_words_out() -> None:
    plain = published([], default_port="8000")
    assert (plain.publish, plain.url, plain.rest) == (
        "127.0.0.1:8000:8000",
        "http://127.0.0.1:8000/",
        (),
    )
    given = published(
        ["--port=9001", "--profile", "isolated", "--host", "0.0.0.0", "--allow-host", "a.example"],
        default_port="8000",
    )
    assert given.publish == "0.0.0.0:9001:8000"
    assert given.url == "http://127.0.0.1:9001/"
    assert given.rest == ("--profile", "isolated", "--allow-host", "a.example")


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "80 ", "٣"])
def test_no_port(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        published([], default_port=port)
    assert left.value.code == 2
    what, do = capsys.readouterr().err.splitlines()
    assert what.startswith("error: ")
    assert do.startswith("  next: ")


# ------------------------------------------------------------------ the container


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


ENGINE: Final = """\
echo "$*" >>"$LOG"
case "$*" in
    version*) echo 28.1 ;;
    *"compose version"*) echo 2.40.0 ;;
    "image inspect"*) [ -e "$LOG.image" ] ;;
    *" build "*) [ -e "$LOG.buildable" ] && : >"$LOG.image" ;;
    *" run "*)
        # The signal must not come before the process that starts this one knows it.
        [ "${WAIT:-0}" = 0 ] || { sleep 0.3; echo started; exec sleep "$WAIT"; }
        exit "${CODE:-0}" ;;
esac
"""


@pytest.fixture
def engine_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an engine on PATH that writes down what it was asked."""
    program(tmp_path / "bin", "docker", ENGINE)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin")
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    return log


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


# ------------------------------------------------------------------ what the sessions do


def test_inside_the_image() -> None:
    assert inside_image({"SPEC14_IMAGE": "1"})
    assert not inside_image({})


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
