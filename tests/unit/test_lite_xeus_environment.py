"""What a project wants in a xeus kernel, and where it is looked for."""

from pathlib import Path

import pytest

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.environment import Environment, find_file, of_table, read_file
from toolkit.lite.xeus.lock import fits, mark

WHOLE = """\
name: demo
channels:
  - emscripten-forge
  - https://conda.example/forge/
dependencies:
  - xeus-python
  - numpy >=2
  - pip
  - pip:
    - ripple ==1.0
"""

KNOWN = {"emscripten-forge": "https://emscripten.example/forge/"}


def test_a_file_of_condas_is_read(tmp_path: Path) -> None:
    file = tmp_path / "environment.yml"
    file.write_text(WHOLE)
    assert find_file([tmp_path / "none", tmp_path]) == file
    assert read_file(file) == Environment(
        name="demo",
        channels=("emscripten-forge", "https://conda.example/forge/"),
        packages=("xeus-python", "numpy >=2"),
        pip=("ripple ==1.0",),
        where=str(file),
    )


def test_what_is_not_said_is_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "environment.yaml"
    file.write_text("dependencies: [xeus-lua]")
    found = read_file(file)
    assert (found.name, found.channels) == ("xeus", ("emscripten-forge", "conda-forge"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "cannot be read"),
        ("- a", "does not hold a table"),
        ("name: a", "no list of dependencies"),
        ("dependencies: []", "no list of dependencies"),
        ("dependencies: [1]", "no package: 1"),
        ("dependencies: [{conda: [a]}]", "no package"),
        ("dependencies: [a, {pip: [1]}]", "pip that are no list"),
        ("dependencies: [a, {pip: [-r more.txt]}]", "the option '-r more.txt'"),
        ("dependencies: [a]\nvariables: {A: 1}", "'variables', which means nothing"),
        ("dependencies: [a]\nname: ../up", "no folder's"),
        ("dependencies: [a]\nchannels: conda-forge", "channels that are no list"),
    ],
)
def test_what_means_nothing_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "environment.yml"
    file.write_text(text)
    with pytest.raises(XeusFailed, match=r"environment\.yml") as raised:
        read_file(file)
    assert said in raised.value.what
    assert "\n" not in raised.value.what


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert find_file([tmp_path]) is None
    with pytest.raises(XeusFailed, match="cannot be read"):
        read_file(tmp_path / "environment.yml")


def test_languages_are_kernels() -> None:
    found = of_table(packages=("numpy", "xeus-lua"), channels=(), languages=("python", "lua"))
    assert found.packages == ("xeus-python", "xeus-lua", "numpy")
    with pytest.raises(XeusFailed, match="'cobol'"):
        of_table(packages=(), channels=(), languages=("cobol",))


def test_channels_are_names_addresses_and_folders(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    names = ("emscripten-forge", "https://conda.example/a/", "./own", "https://conda.example/a")
    found = resolve(names, KNOWN, root=tmp_path, private=("https://conda.example",))
    assert [(one.url, one.public) for one in found] == [
        ("https://emscripten.example/forge", True),
        ("https://conda.example/a", False),
        ((tmp_path / "own").as_uri(), False),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobodys", "nobody knows"),
        ("./gone", "not there"),
        ("ftp://conda.example/a", "scheme 'ftp'"),
        ("https://me:secret@conda.example/a", "a name or a password"),
    ],
)
def test_channels_that_cannot_be(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(XeusFailed) as raised:
        resolve((name,), KNOWN, root=tmp_path)
    assert said in raised.value.what
    assert "secret" not in raised.value.what


def test_a_lock_is_that_of_one_environment(tmp_path: Path) -> None:
    lock = tmp_path / "spec14-xeus.lock"
    assert not fits(lock, ["a"], ["b"])
    lock.write_text(f"# {mark(['a'], ['b'])}\nversion: 7\n")
    assert fits(lock, ["a"], ["b"])
    assert not fits(lock, ["a"], ["c"])
    assert not fits(lock, ["b"], ["b"])
