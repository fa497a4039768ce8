"""The files of the set: all of them say the same, and one that does not is named."""

import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import MoveRefused
from toolkit.upkeep.proposal import require_whole
from toolkit.upkeep.tree import (
    DOCKERFILE,
    PINS,
    debian_versions,
    disagreements,
    exact,
    read_tree,
    upstream_version,
)

ROOT: Final = Path(__file__).resolve().parents[2]
NPM_LOCK: Final = "images/npm/package-lock.json"
REQUIREMENTS: Final = "images/requirements"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in (REQUIREMENTS, "images/npm"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for name in (PINS, DOCKERFILE, "images/debian.lock"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_set_of_this_checkout_is_whole() -> None:
    assert disagreements(read_tree(ROOT)) == []


@pytest.mark.parametrize(
    ("file", "pattern", "place"),
    [
        (DOCKERFILE, r"(?<=^ARG PYTHON_MINOR=)\S+", "Dockerfile: PYTHON_MINOR"),
        (DOCKERFILE, r"(?<=^ARG LLVM_MAJOR=)\S+", "Dockerfile: LLVM_MAJOR"),
        (DOCKERFILE, r"(?<=^ARG PLATFORM_TAG=)\S+", "Dockerfile: PLATFORM_TAG"),
        (DOCKERFILE, r"(?<=^ARG PYODIDE_VERSION=)\S+", "Dockerfile: PYODIDE_VERSION"),
        (DOCKERFILE, r"(?<=^ARG NODE_VERSION=)\S+", "Dockerfile: NODE_VERSION"),
        ("images/npm/package.json", r'(?<="pyodide": ")[^"]+', "package.json: pyodide"),
        (f"{REQUIREMENTS}/toolkit.in", r"(?<=^jupyterlite-core==)\S+", "toolkit.in: jupyterlite"),
        (f"{REQUIREMENTS}/toolkit.txt", r"(?<=^sphinx==)\S+", "toolkit.txt: sphinx"),
        (f"{REQUIREMENTS}/xeus.in", r"(?<=^py-rattler==)\S+", "xeus.in: py-rattler"),
        (f"{REQUIREMENTS}/xeus.in", r"(?<=^jupyterlite-core==)\S+", "xeus.in: jupyterlite-core"),
        (f"{REQUIREMENTS}/kernel.txt", r"(?<=^ipython==)\S+", "kernel.txt: ipython"),
        (f"{REQUIREMENTS}/native.in", r"(?<=^numpy==)\S+", "native.in: numpy"),
        (PINS, r'(?<=^emscripten = "==)[^"]+', "images/pins.toml: emscripten"),
        (PINS, r'(?<=^platform-tag = ")[^"]+', "images/pins.toml: platform-tag"),
        (PINS, r'(?<=^npm-integrity = ")[^"]+', "package-lock.json: integrity"),
        (PINS, r'(?<=^llvm = ")[^"]+', "images/debian.lock: llvm"),
        ("images/debian.lock", r"(?<=^emscripten )\d+", "Dockerfile: EMSCRIPTEN_VERSION"),
    ],
)
def test_what_is_moved_alone_is_named(tree: Path, file: str, pattern: str, place: str) -> None:
    text = (tree / file).read_text()
    other = ">=99,<100" if pattern.startswith(r'(?<=^llvm = ")') else "99.9.9"
    changed = re.sub(pattern, other, text, count=1, flags=re.MULTILINE)
    assert changed != text
    (tree / file).write_text(changed)
    with pytest.raises(MoveRefused, match="a set is moved as a whole or not at all") as error:
        require_whole(read_tree(tree), do="put it right")
    lines = f"{error.value.what}\n{error.value.detail}"
    assert place in lines
    assert "99" in lines


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        (PINS, None, "No such file"),
        (PINS, "[runtime", "cannot be read"),
        (PINS, "[runtime]\n", "it has no 'toolchain'"),
        (f"{REQUIREMENTS}/target.in", "not a requirement !\n", "target.in cannot be read"),
        ("images/npm/package.json", "{}", "it has no 'dependencies'"),
        (NPM_LOCK, "[]", "package-lock.json cannot be read"),
        ("images/debian.lock", "bash 5 -\n", "it has no 'emscripten'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tree: Path, file: str, text: str | None, words: str
) -> None:
    if text is None:
        (tree / file).unlink()
    else:
        (tree / file).write_text(text)
    with pytest.raises(MoveRefused, match=re.escape(file)) as error:
        read_tree(tree)
    assert words in error.value.what
    assert "nothing was moved" in error.value.do


def test_what_a_file_of_requirements_pins() -> None:
    text = (
        "# a note\nA.b[x,y]==1.0  # why\nc>=2\nd==1.*\n--find-links x\n\n"
        "e==2 ; python_version > '3' \\\n    --hash=sha256:0\n"
    )
    assert exact(text) == {"a-b": "1.0", "d": "1.*", "e": "2"}


@pytest.mark.parametrize(
    ("debian", "upstream"),
    [
        ("1:21.1.8-74", "21.1.8"),
        ("6.0.5~dfsg-1", "6.0.5"),
        ("24.21.0+dfsg+~cs24-1", "24.21.0"),
        ("131-2", "131"),
        ("odd", "odd"),
    ],
)
def test_upstreams_part_of_a_debian_version(debian: str, upstream: str) -> None:
    assert upstream_version(debian) == upstream


def test_the_programs_in_a_list_of_packages() -> None:
    names = ("emscripten", "llvm", "nodejs", "binaryen", "python3.99")
    lock = "".join(f"{name} 1:9.{number}-1 -\n" for number, name in enumerate(names))
    found = debian_versions(lock, "3.99")
    assert found == {
        "emscripten": "9.0",
        "llvm": "9.1",
        "node": "9.2",
        "binaryen": "9.3",
        "python": "9.4",
    }
