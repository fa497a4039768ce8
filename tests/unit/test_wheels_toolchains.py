"""Rust and Fortran: built where a toolchain is there, otherwise what is missing is named."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import ToolchainMissing
from toolkit.project import Project, read_project
from toolkit.wheels.toolchains import missing_for_rust, missing_toolchain, require_toolchains

TARGET = "wasm32-unknown-emscripten"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the only folder on PATH that may hold Rust's programs; a shell is there too."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def project(folder: Path, requires: str) -> Project:
    text = f"build-system.requires = {requires}\nproject.name = 'fast'\n"
    return read_project(write_tree(folder / "p", {"pyproject.toml": text}))


@pytest.mark.parametrize("requires", ['["maturin>=1,<2"]', '["setuptools", "setuptools_rust"]'])
def test_a_missing_compiler_is_named(tmp_path: Path, programs: Path, requires: str) -> None:
    rust = project(tmp_path, requires)
    with pytest.raises(ToolchainMissing, match="the program cargo is not here") as caught:
        require_toolchains(rust)
    assert caught.value.exit_code == 46
    assert TARGET in caught.value.do
    program(programs / "cargo", "exit 0")
    with pytest.raises(ToolchainMissing, match="the program rustc is not here"):
        require_toolchains(rust)


def test_a_missing_target_is_named(tmp_path: Path, programs: Path) -> None:
    """What rustc prints: the folder, whether or not there is one."""
    libraries = tmp_path / "lib" / TARGET
    program(programs / "cargo", "exit 0")
    program(
        programs / "rustc",
        f'[ "$*" = "--print target-libdir --target {TARGET}" ] && echo {libraries}',
    )
    assert missing_for_rust() == f"rustc has no libraries for the target {TARGET}"
    libraries.mkdir(parents=True)
    (libraries / "libcore-0123.rlib").touch()
    assert missing_for_rust() == ""
    require_toolchains(project(tmp_path, '["maturin"]'))


def test_other_projects_are_not_asked(tmp_path: Path, programs: Path) -> None:
    del programs
    require_toolchains(project(tmp_path, '["setuptools", "not a requirement!"]'))


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "x\nerror: can't find Rust compiler\ny",
            "Rust, which is not here: error: can't find Rust",
        ),
        ("Cargo, the Rust package manager, is not installed or is not on PATH.", "of Rust,"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'cargo'", "of Rust,"),
        (f"  = note: the `{TARGET}` target may not be installed", "Rust for the target"),
        (
            "../meson.build:1:0: ERROR: Unknown compiler(s): [['gfortran'], ['flang-new']]",
            "Fortran",
        ),
        ("CMake Error: No CMAKE_Fortran_COMPILER could be found.", "of Fortran"),
    ],
)
def test_what_builds_say(output: str, said: str) -> None:
    found = missing_toolchain("pkg", output)
    assert found is not None
    assert said in found.what
    assert "\n" not in found.what


def test_other_errors_are_left_alone() -> None:
    assert missing_toolchain("pkg", "src/a.f90:3:7: error: Must be a constant value\n") is None
