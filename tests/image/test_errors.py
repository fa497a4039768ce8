"""What a user can get wrong, in the image: an exit code of its own, two lines, no traceback."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.image.conftest import BuiltDemo
from tests.image.containers import Containers, Owner

Copy = Callable[..., Path]


@pytest.fixture(scope="module")
def pure(copy_of: Copy) -> Path:
    return copy_of("pure")


def test_a_failing_test_is_pytests_1(containers: Containers, pure: Path, owner: Owner) -> None:
    wrong = pure / "tests" / "test_wrong.py"
    wrong.write_text("def test_wrong():\n    assert 1 == 2\n")
    try:
        words = ("nox", "-s", "wasm-test", "--", "tests/test_wrong.py")
        ran = containers.run(*words, project=pure, user=str(owner))
    finally:
        wrong.unlink()
    assert ran.code == 1, ran.output
    assert "1 failed" in ran.output
    assert "assert 1 == 2" in ran.output


def test_no_test_selected_is_pytests_5(containers: Containers, pure: Path, owner: Owner) -> None:
    words = ("nox", "-s", "wasm-test", "--", "-k", "no_test_has_this_name")
    assert containers.run(*words, project=pure, user=str(owner)).code == 5


def test_c_that_does_not_compile(containers: Containers, copy_of: Copy, owner: Owner) -> None:
    project = copy_of("demo")
    kernel = project / "src/ripple/_kernel.c"
    lines = kernel.read_text().splitlines()
    lines.insert(20, "int broken = nowhere;")
    kernel.write_text("\n".join(lines) + "\n")
    ran = containers.run("nox", "-s", "wasm-build", project=project, user=str(owner))
    ran.refused(40)
    # File and line first; the compiler's own words are kept.
    assert re.search(r"^error: (\S*/)?src/ripple/_kernel\.c:21:", ran.output, re.MULTILINE)
    assert "use of undeclared identifier 'nowhere'" in ran.output
    assert not list((project / ".spec14/dist").glob("*.whl"))


def test_an_error_in_the_documentation(containers: Containers, copy_of: Copy, owner: Owner) -> None:
    project = copy_of("pure")
    (project / "docs/conf.py").write_text("extensions = ['no_such_extension']\n")
    ran = containers.run("nox", "-s", "docs", project=project, user=str(owner))
    ran.refused(60, "no_such_extension")
    assert not (project / ".spec14/site").exists()


def test_an_unknown_setting_names_the_nearest(
    containers: Containers, copy_of: Copy, owner: Owner
) -> None:
    project = copy_of("pure")
    with (project / "pyproject.toml").open("a") as file:
        file.write('\n[tool.spec14.test]\npath = ["tests"]\n')
    ran = containers.run("spec14", "wheel", project=project, user=str(owner))
    ran.refused(23, "'path'", "'paths'")


def test_no_pyproject(containers: Containers, work: Path) -> None:
    empty = work / "empty"
    empty.mkdir()
    containers.run("nox", "-s", "wasm-build", project=empty).refused(22, "pyproject.toml")
    containers.run("spec14", "wheel", project=empty).refused(22, "pyproject.toml")


def test_nothing_to_serve(containers: Containers, copy_of: Copy, owner: Owner) -> None:
    project = copy_of("pure")
    ran = containers.run("nox", "-s", "serve", project=project, user=str(owner))
    ran.refused(70, "spec14 docs")


def test_a_folder_that_cannot_be_written_says_what_to_put_where(
    containers: Containers, copy_of: Copy
) -> None:
    mine = Owner(uid=os.getuid(), gid=os.getgid())
    project = copy_of("pure", owned_by=mine)
    stranger = Owner(uid=23456, gid=23456)
    ran = containers.run("nox", "-s", "wasm-build", project=project, user=str(stranger))
    ran.refused(24, f"SPEC14_UID={mine.uid}", f"SPEC14_GID={mine.gid}", ".env")
    assert not (project / ".spec14").exists()


def test_two_runs_at_once(containers: Containers, demo: BuiltDemo) -> None:
    hold = (
        "import time; from pathlib import Path; from toolkit.project import read_project; "
        "from toolkit.working import working_on\n"
        "with working_on(read_project(Path('/project'))): print('held', flush=True); time.sleep(60)"
    )
    options: dict[str, Any] = {"project": demo.project, "user": str(demo.owner)}
    with containers.started("python", "-c", hold, **options) as container:
        end = time.monotonic() + 30
        while b"held" not in container.logs() and time.monotonic() < end:
            time.sleep(0.2)
        containers.run("spec14", "wheel", **options).refused(25)


def test_ctrl_c_while_serving_is_130_and_quick(containers: Containers, demo: BuiltDemo) -> None:
    with containers.started(
        *("nox", "-s", "serve"),
        project=demo.project,
        user=str(demo.owner),
        environment={"TINI_KILL_PROCESS_GROUP": "1"},
    ) as container:
        end = time.monotonic() + 30
        while b"Serving at" not in container.logs() and time.monotonic() < end:
            time.sleep(0.2)
        began = time.monotonic()
        container.kill(signal="SIGINT")
        ran = containers.ended(container, 15)
    assert ran.code == 130, ran.output
    assert time.monotonic() - began < 8
    assert "Traceback" not in ran.output


def test_ctrl_c_while_compiling_leaves_nothing_half_written(
    containers: Containers, copy_of: Copy, owner: Owner
) -> None:
    project = copy_of("demo")
    with containers.started(
        *("nox", "-s", "wasm-build"),
        project=project,
        user=str(owner),
        environment={"TINI_KILL_PROCESS_GROUP": "1"},
    ) as container:
        end = time.monotonic() + 30
        while b"building" not in container.logs() and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(2)
        container.kill(signal="SIGINT")
        ran = containers.ended(container, 15)
    assert ran.code == 130, ran.output
    assert "Traceback" not in ran.output
    assert not list((project / ".spec14/dist").iterdir())
    again = containers.run("nox", "-s", "wasm-build", project=project, user=str(owner))
    assert again.code == 0, again.output
