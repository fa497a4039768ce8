"""Whoever runs it, wherever home is: it works, and the files are theirs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.image.conftest import BuiltDemo
from tests.image.containers import Containers, Owner, bind
from tests.image.machine import ROOT

Copy = Callable[..., Path]


def test_a_uid_without_a_passwd_entry(containers: Containers, demo: BuiltDemo) -> None:
    """The demo was compiled, tested and documented by that user."""
    known = containers.run("getent", "passwd", str(demo.owner.uid))
    if known.code == 0:
        pytest.skip(f"only root can give files to a stranger; {demo.owner.uid} is in the image")
    assert demo.owner.uid != 0


def test_all_files_belong_to_the_user_who_ran_it(demo: BuiltDemo) -> None:
    others = [
        path
        for path in demo.project.rglob("*")
        if (path.lstat().st_uid, path.lstat().st_gid) != (demo.owner.uid, demo.owner.gid)
    ]
    assert others == []


def test_nothing_is_written_outside_the_output_folder(demo: BuiltDemo) -> None:
    def files(folder: Path, *but: str) -> set[Path]:
        everything = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
        return {path for path in everything if not {".spec14", *but} & set(path.parts)}

    assert files(demo.project) == files(ROOT / "tests/projects/demo", "__pycache__")


@pytest.mark.parametrize("command", [["env", "-u", "HOME"], ["env", "HOME=/nowhere"]], ids=" ".join)
def test_home_unset_or_elsewhere(
    containers: Containers, copy_of: Copy, owner: Owner, command: list[str]
) -> None:
    ran = containers.run(
        *command, "nox", "-s", "wasm-test", project=copy_of("pure"), user=str(owner)
    )
    assert ran.code == 0, ran.output
    assert " passed" in ran.output


def test_the_images_own_user(containers: Containers, copy_of: Copy) -> None:
    project = copy_of("pure", owned_by=Owner(uid=1000, gid=1000))
    ran = containers.run("nox", "-s", "wasm-build", project=project)
    assert ran.code == 0, ran.output
    assert {path.lstat().st_uid for path in (project / ".spec14").rglob("*")} == {1000}


def test_openshifts_user_of_the_group_root(containers: Containers, copy_of: Copy) -> None:
    owner = Owner(uid=1000680000, gid=0)
    project = copy_of("pure", owned_by=owner)
    ran = containers.run("nox", "-s", "wasm-build", project=project, user=str(owner))
    assert ran.code == 0, ran.output


def test_root_with_another_home_as_in_github_actions(containers: Containers) -> None:
    """The container sleeps; steps come in with their own HOME and a workspace elsewhere."""
    steps = {
        "checkout": "mkdir -p $HOME && cp -r /source /__w/pure/pure",
        "wheel and tests": "cd /__w/pure/pure && nox -s wasm-build wasm-test",
        "docs": "cd /__w/pure/pure && spec14 docs --no-verify",
    }
    with containers.started(
        *("-f", "/dev/null"),
        entrypoint="tail",
        user="0:0",
        mounts=[bind(ROOT / "tests/projects/pure", "/source", read_only=True)],
        tmpfs={"/__w/pure": "exec", "/github": "exec"},
        environment={"HOME": "/github/home", "CI": "true", "GITHUB_ACTIONS": "true"},
    ) as container:
        for name, step in steps.items():
            code, output = container.exec_run(["sh", "-e", "-c", step])
            assert code == 0, f"{name}: {output.decode()}"
        code, output = container.exec_run("ls /__w/pure/pure/.spec14/site/index.html")
        assert code == 0, output.decode()


def test_a_read_only_root(demo: BuiltDemo) -> None:
    """All that is done to a project was done so: the fixture says with which options."""
    assert demo.said.keys() == {"wasm-build", "wasm-test", "docs"}
    assert (demo.project / ".spec14" / "site" / "index.html").is_file()
