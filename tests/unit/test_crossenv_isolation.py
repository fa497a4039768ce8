"""The build environment that is kept, and the names of other packages it leans on."""

import inspect
import json
import os
from pathlib import Path
from typing import Any

import pytest
from build import env as build_env

from toolkit.crossenv.isolation import RECORD, KeptEnvironment, RequirementsChanged


def enter(folder: Path, facts: str = "facts") -> tuple[KeptEnvironment, list[str]]:
    told: list[str] = []
    environment = KeptEnvironment(folder, facts, on_new=lambda: told.append("new"))
    environment.__enter__()
    return environment, told


def test_it_is_made_once_and_used_again(tmp_path: Path) -> None:
    first, told = enter(tmp_path / "environment")
    assert told == ["new"]
    first.install([])
    first.__exit__(None, None, None)
    assert Path(first.python_executable).is_file()
    second, told = enter(tmp_path / "environment")
    assert (second.reused, told) == (True, [])
    second.install([])
    assert second.python_executable == first.python_executable
    assert second.scripts_dir == first.scripts_dir
    assert second.make_extra_environ()["PATH"].startswith(first.scripts_dir + os.pathsep)


def test_other_requirements_are_noticed_before_anything_is_installed(tmp_path: Path) -> None:
    enter(tmp_path / "environment")[0].install([])
    second, _told = enter(tmp_path / "environment")
    with pytest.raises(RequirementsChanged):
        second.install(["spec14-no-such-package"])
    assert not issubclass(RequirementsChanged, Exception), "pyodide-build ends the process"
    second.discard()
    assert enter(tmp_path / "environment")[0].reused is False


def test_other_facts_make_it_anew(tmp_path: Path) -> None:
    enter(tmp_path / "environment")[0].install([])
    (tmp_path / "environment" / "witness").touch()
    other, told = enter(tmp_path / "environment", "other facts")
    assert (other.reused, told) == (False, ["new"])
    assert not (tmp_path / "environment" / "witness").exists()


def test_one_that_was_not_finished_is_none(tmp_path: Path) -> None:
    enter(tmp_path / "environment")  # ended before anything was installed
    assert enter(tmp_path / "environment")[0].reused is False
    (tmp_path / "environment" / RECORD).write_text('{"facts": "facts", "inst')
    assert enter(tmp_path / "environment")[0].reused is False


def test_what_lies_at_a_path_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold something else tomorrow."""
    installed: list[Any] = []
    record = tmp_path / "environment" / RECORD

    def install(self: object, requirements: object, *rest: object, **more: object) -> None:
        installed.append(requirements)

    # The installer is uv, and this test has no package to give it.
    monkeypatch.setattr(build_env.DefaultIsolatedEnv, "install", install)
    enter(tmp_path / "environment")[0].install(["ninja", f"thing @ {tmp_path.as_uri()}/thing"])
    assert installed
    assert not record.exists()
    enter(tmp_path / "environment")[0].install(["ninja"])
    assert json.loads(record.read_text())["installed"] == [["ninja"]]


def test_build_has_the_names_we_use() -> None:
    """``build`` 1.6: a change here means another look at toolkit/crossenv/isolation.py."""
    kind = build_env.DefaultIsolatedEnv
    assert list(inspect.signature(kind.__init__).parameters) == ["self", "installer", "path"]
    for method in (kind.python_executable.fget, kind.make_extra_environ):  # type: ignore[attr-defined]
        assert "_env_backend." in inspect.getsource(method)
    assert "_requested_path" in inspect.getsource(kind.__enter__)
    backend = inspect.getsource(build_env._EnvBackend)
    assert {"python_executable", "scripts_dir", "purelib"} <= set(backend.replace(":", " ").split())
