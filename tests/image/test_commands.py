"""The image as a CI job: no entry point, exit codes as they are, whose noxfile counts."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.image.containers import Containers, Owner
from tests.image.machine import here

NOXFILE: Final = """\
import nox

@nox.session(name="{name}", venv_backend="none")
def session(session):
    print("this is {word}")
"""


@pytest.mark.parametrize("code", [0, 7])
def test_no_entry_point_eats_commands(containers: Containers, code: int) -> None:
    assert containers.run("sh", "-c", f"exit {code}").code == code


def test_words_reach_a_command_as_they_are(containers: Containers) -> None:
    words = ["--help", "two words", "$HOME", "*"]
    assert containers.run("printf", "%s|", *words).output == "".join(f"{word}|" for word in words)


def test_ours_is_found_from_another_projects_folder(
    copy_of: Callable[..., Path], owner: Owner
) -> None:
    """The line of the README, typed in the folder of a project."""
    project = copy_of("pure")
    ran = here(
        *("docker", "run", "--rm", "--user", str(owner), "-v", f"{project}:/project"),
        *("spec14-toolkit", "nox", "-s", "wasm-test"),
        cwd=project,
    )
    assert ran.code == 0, ran.output
    assert " passed" in ran.output
    assert (project / ".spec14/report/junit.xml").is_file()


def test_the_projects_own_session_wins(
    containers: Containers, copy_of: Callable[..., Path], owner: Owner
) -> None:
    project = copy_of("pure")
    (project / "noxfile.py").write_text(NOXFILE.format(name="wasm-test", word="theirs"))
    ran = containers.run("nox", "-s", "wasm-test", project=project, user=str(owner))
    assert ran.code == 0, ran.output
    assert "this is theirs" in ran.output
    assert not (project / ".spec14").exists()


def test_a_noxfile_without_the_session_does_not(
    containers: Containers, copy_of: Callable[..., Path], owner: Owner
) -> None:
    project = copy_of("pure")
    (project / "noxfile.py").write_text(NOXFILE.format(name="lint", word="theirs"))
    ran = containers.run("nox", "-s", "wasm-build", project=project, user=str(owner))
    assert ran.code == 0, ran.output
    assert list((project / ".spec14/dist").glob("*.whl"))


def test_a_noxfile_that_is_named_wins(
    containers: Containers, copy_of: Callable[..., Path], owner: Owner
) -> None:
    project = copy_of("pure")
    (project / "noxfile.py").write_text(NOXFILE.format(name="wasm-test", word="theirs"))
    (project / "other.py").write_text(NOXFILE.format(name="wasm-test", word="the other"))
    words = ("nox", "-f", "other.py", "-s", "wasm-test")
    ran = containers.run(*words, project=project, user=str(owner))
    assert ran.code == 0, ran.output
    assert "this is the other" in ran.output


def test_wrong_usage_is_2(containers: Containers) -> None:
    ran = containers.run("spec14", "weel")
    assert ran.code == 2
    assert "Traceback" not in ran.output


def test_sessions_that_drive_the_engine_are_refused(containers: Containers) -> None:
    ran = containers.run("nox", "-f", "/opt/spec14/noxfile.py", "-s", "bench")
    ran.refused(14, "bench")
