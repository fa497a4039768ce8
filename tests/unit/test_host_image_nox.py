"""Which noxfile the image's nox takes, asked of the real nox."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from toolkit.host.image_nox import Asked, NoxfileError, choose, defines, our_noxfile, read

ROOT: Final = Path(__file__).resolve().parents[2]

THEIRS: Final = """\
import nox

@nox.session(venv_backend="none", default=False)
def mine(session):
    print("mine ran", *session.posargs)

@nox.session(venv_backend="none")
def docs(session):
    print("their docs ran")
"""


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [
        ("", "", ((), False)),
        ("-s docs wasm-test -- -s x -f y", "", (("docs", "wasm-test"), False)),
        ("-rs docs", "", (("docs",), False)),
        ("--session=docs", "lint", (("docs",), False)),
        ("-e docs -f other.py", "", (("docs",), True)),
        ("-fother.py", "", ((), True)),
        ("--noxfile=other.py -l", "", ((), True)),
        ("-t project -l", "", ((), False)),
        ("-k docs -p 3.14", "docs,lint", (("docs", "lint"), False)),
        ("--no-color -s docs --report x.json", "", (("docs",), False)),
    ],
)
def test_reading_noxs_command_line(
    words: str, variable: str, expected: tuple[tuple[str, ...], bool]
) -> None:
    asked = read(words.split(), variable)
    assert (asked.sessions, asked.noxfile) == expected


def test_nox_itself_says_which_sessions_there_are(tmp_path: Path) -> None:
    noxfile = tmp_path / "noxfile.py"
    noxfile.write_text(THEIRS)
    # One that is not run by default is one all the same.
    assert defines(noxfile, ["mine"])
    assert defines(noxfile, ["mine", "docs"])
    assert not defines(noxfile, ["wasm-test"])
    assert not defines(noxfile, ["mine", "wasm-test"])
    noxfile.write_text("import nothing_of_this_name\n")
    with pytest.raises(NoxfileError, match="nothing_of_this_name"):
        defines(noxfile, ["mine"])


OURS: Final = Path("/ours/noxfile.py")


@pytest.mark.parametrize(
    ("sessions", "noxfile", "present", "expected"),
    [
        (("docs",), False, False, OURS),
        ((), False, False, OURS),
        (("docs",), True, True, None),
        ((), False, True, None),
        (("mine",), False, True, None),
        (("wasm-test", "serve"), False, True, OURS),
    ],
)
def test_choice(
    tmp_path: Path,
    *,
    sessions: tuple[str, ...],
    noxfile: bool,
    present: bool,
    expected: Path | None,
) -> None:
    if present:
        (tmp_path / "noxfile.py").touch()
    chosen = choose(
        Asked(sessions=sessions, noxfile=noxfile),
        folder=tmp_path,
        ours=OURS,
        defines=lambda _path, names: set(names) <= {"mine", "docs"},
    )
    assert chosen == expected


def test_sessions_of_both_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noxfile.py").touch()
    with pytest.raises(SystemExit) as left:
        choose(
            Asked(sessions=("mine", "wasm-test"), noxfile=False),
            folder=tmp_path,
            ours=OURS,
            defines=lambda _path, names: list(names) == ["mine"],
        )
    assert left.value.code == 2
    assert "wasm-test is not" in capsys.readouterr().err


def test_a_noxfile_that_cannot_be_loaded_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noxfile.py").touch()

    def broken(_path: Path, _names: Sequence[str]) -> bool:
        msg = "SyntaxError: oh"
        raise NoxfileError(msg)

    asked = Asked(sessions=("docs",), noxfile=False)
    assert choose(asked, folder=tmp_path, ours=OURS, defines=broken) == OURS
    said = capsys.readouterr().err
    assert "SyntaxError: oh" in said
    assert f"using {OURS}" in said


def image_nox(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "toolkit.host.image_nox", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SPEC14_IMAGE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_projects_own_session_runs_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "noxfile.py").write_text(THEIRS)
    result = image_nox(tmp_path, "-s", "mine", "--", "-s", "wasm-test")
    assert result.returncode == 0, result.stderr
    assert "mine ran -s wasm-test" in result.stdout


def test_ours_runs_in_the_folder_one_stands_in_and_its_code_reaches_the_shell(
    tmp_path: Path,
) -> None:
    (tmp_path / "noxfile.py").write_text(THEIRS)
    environment = dict.fromkeys(("PROJECT", "NOXSESSION"), "")
    result = image_nox(tmp_path, "-s", "wasm-test", **environment)
    # Not nox's own 1: the code of ProjectIncomplete, out of a session, through nox.
    assert result.returncode == 22
    assert f"error: {tmp_path} has no pyproject.toml" in result.stderr


def test_ours_is_the_repositorys() -> None:
    assert our_noxfile() == ROOT / "noxfile.py"
    result = image_nox(ROOT, "--list")
    assert result.returncode == 0
    for name in ("wasm-build", "wasm-test", "docs", "serve", "preview", "tests", "lint", "bench"):
        assert f" {name} [" in result.stdout
