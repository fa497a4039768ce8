"""wasm-opt's results are known by its options and its input."""

import subprocess
from pathlib import Path

import pytest

from toolkit.crossenv.link_cache import install, key


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "module.so"
    path.write_bytes(b"\0asm")
    return path


def test_the_same_call_elsewhere_is_the_same(module: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.so"
    other.write_bytes(module.read_bytes())
    first = key(["-Oz", str(module), "-o", str(module), "--mvp-features"])
    assert first is not None
    assert first[1] == module
    second = key(["-Oz", "-o", str(tmp_path / "out"), str(other), "--mvp-features"])
    assert second is not None
    assert second == (first[0], tmp_path / "out")


def test_other_options_and_other_content_are_another(module: Path) -> None:
    names = set()
    for words in (["-Oz"], ["-O2"], ["-O2", "-g"], ["-O", "2-g"]):
        found = key([*words, str(module), "-o", "out"])
        names.add(found[0] if found else None)
    module.write_bytes(b"\0asm\1")
    found = key(["-Oz", str(module), "-o", "out"])
    names.add(found[0] if found else None)
    assert len(names - {None}) == 4, "two inputs are no call that is known"


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["MODULE", "-o"],
        ["MODULE", "MODULE", "-o", "out"],
        ["MODULE", "-o", "out", "--output-source-map=out.map"],
        ["MODULE", "-o", "out", "--symbolmap=/somewhere/else"],
        ["missing.so", "-o", "out"],
    ],
)
def test_what_is_not_known_is_left_to_the_program(module: Path, words: list[str]) -> None:
    assert key([str(module) if word == "MODULE" else word for word in words]) is None


def test_it_runs_once_and_fails_as_the_program_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a program that counts its runs in the place of the real one."""
    tools = tmp_path / "tools"
    tools.mkdir()
    fake = tools / "wasm-opt"
    fake.write_text(
        f'#!/bin/sh\necho run >> "{tmp_path}/runs"\n'
        'case "$1" in bad.so) echo broken; exit 3;; esac\ncp "$1" "$3"; echo optimised >> "$3"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    Path("in.so").write_text("module\n")
    Path("bad.so").write_text("no module\n")
    for name, value in install(tmp_path, tmp_path / "links", toolchain="abc").items():
        monkeypatch.setenv(name, value)
    program = tmp_path / "binaryen" / "bin" / "wasm-opt"
    for target in ("a.so", "b.so"):
        assert subprocess.run([program, "in.so", "-o", target], check=False).returncode == 0
        assert Path(target).read_text() == "module\noptimised\n"
    assert Path("runs").read_text().count("run") == 1
    for _ in range(2):
        done = subprocess.run(
            [program, "bad.so", "-o", "c.so"], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout) == (3, "broken\n")
    assert Path("runs").read_text().count("run") == 3, "a failure is not kept"
