"""A committed lock holds, or says what differs."""

from pathlib import Path

import pytest

from tests.artefacts import PLATFORM, make_runtime, write_tree
from toolkit.errors import LockFailed, RequirementsFailed
from toolkit.project import Project, read_project, with_choices
from toolkit.wheels import dependencies
from toolkit.wheels.dependencies import read_committed, require_written
from toolkit.wheels.lockfile import Group, Lock, Locked, write_lock

FRAMES = Locked(
    name="frames",
    version="3.0",
    file="frames-3.0-py3-none-any.whl",
    sha256="f" * 64,
    origin="distribution",
    url="https://example.invalid/frames-3.0-py3-none-any.whl",
)
GROUP = Group(requires=("frames",), distribution="pyodide", pins="other", packages=(FRAMES,))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(dependencies, "RUNTIME", make_runtime(tmp_path / "runtime"))
    return read_project(write_tree(tmp_path / "p", {"pyproject.toml": "[project]\nname='p'\n"}))


def commit(project: Project, *, platform: str = PLATFORM) -> Path:
    path = project.folder / "spec14.lock"
    write_lock(path, Lock(python="3.14", platform=platform, groups={"site": GROUP}))
    return path


def test_no_committed_lock(project: Project) -> None:
    assert read_committed(project, "site", ("frames",)) is None


def test_one_that_fits_whatever_image_made_it(project: Project) -> None:
    commit(project)
    assert read_committed(project, "site", ("frames",)) == GROUP


def test_another_stage(project: Project) -> None:
    path = commit(project)
    with pytest.raises(LockFailed, match=f"{path} has nothing for the stage 'test'"):
        read_committed(project, "test", ("frames",))


def test_other_requirements(project: Project) -> None:
    path = commit(project)
    with pytest.raises(LockFailed, match=f"{path} was made for other requirements: frames, waves"):
        read_committed(project, "site", ("waves",))


def test_another_runtime(project: Project) -> None:
    commit(project, platform="pyemscripten_2027_0_wasm32")
    with pytest.raises(LockFailed, match="pyemscripten_2027_0_wasm32"):
        read_committed(project, "site", ("frames",))


def test_the_distribution_is_refused(project: Project) -> None:
    commit(project)
    never = with_choices(project, offline=False, distribution="never")
    with pytest.raises(LockFailed, match=r"frames-3\.0.*distribution"):
        read_committed(never, "site", ("frames",))


def test_what_is_no_requirement() -> None:
    require_written(["numpy>=2", "frames"])
    with pytest.raises(RequirementsFailed, match="'no requirement'"):
        require_written(["no requirement"])
