"""What the user's machine is asked before a container starts, and the look of an error."""

import socket
from io import StringIO
from pathlib import Path

import pytest

from tests.unit.programs import program
from toolkit.errors import (
    EngineDenied,
    EngineNotRunning,
    PortTaken,
    ProjectIncomplete,
    ProjectMissing,
    ProjectNotAFolder,
    ServeFailed,
    Spec14Error,
    ToolMissing,
)
from toolkit.host.container import inside_image
from toolkit.host.engine import find_engine
from toolkit.host.ports import published, require_free
from toolkit.host.project_path import checked_project, chosen_project, dotenv
from toolkit.host.report import exit_codes, exit_with, report_error


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


def test_inside_the_image() -> None:
    assert inside_image({"SPEC14_IMAGE": "1"})
    assert not inside_image({})
