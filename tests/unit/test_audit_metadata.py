"""A wheel's own account of itself."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import wasm
from tests.artefacts import COMPILED, CPYTHON, PLATFORM, make_loading_runtime, make_wheel
from toolkit.audit.wheel import audit_wheel


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


def rewritten(wheel: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def said(wheel: Path, runtime: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.what) for one in audit_wheel(wheel, runtime).findings]


@pytest.mark.parametrize(
    "tag",
    [
        "py3-none-any",
        "py2.py3-none-any",
        "cp314-none-any",
        f"py3-none-{PLATFORM}",
    ],
)
def test_tags_that_the_runtime_takes(tmp_path: Path, runtime: Path, tag: str) -> None:
    assert said(make_wheel(tmp_path, "a", tag=tag), runtime) == []


@pytest.mark.parametrize(
    "tag",
    [
        COMPILED,
        f"cp310-abi3-{PLATFORM}",
    ],
)
def test_tags_of_compiled_wheels(tmp_path: Path, runtime: Path, tag: str) -> None:
    wheel = make_wheel(tmp_path, "a", tag=tag, files={"a/x.so": wasm.module()})
    assert said(wheel, runtime) == []


@pytest.mark.parametrize(
    "tag",
    [
        "cp313-cp313-pyodide_2025_0_wasm32",
        f"cp313-cp313-{PLATFORM}",
        f"{CPYTHON}-{CPYTHON}t-{PLATFORM}",
        f"cp315-abi3-{PLATFORM}",
        "cp314-cp314-manylinux_2_28_x86_64",
        "py2-none-any",
    ],
)
def test_tags_that_it_does_not_take(tmp_path: Path, runtime: Path, tag: str) -> None:
    wheel = make_wheel(tmp_path, "a", tag=tag, files={"a/x.so": wasm.module()})
    kinds = {kind for kind, _what in said(wheel, runtime)}
    assert "tag" in kinds
    assert kinds <= {"tag", "content"}


def test_a_wheel_that_was_renamed(tmp_path: Path, runtime: Path) -> None:
    wheel = make_wheel(tmp_path, "a", version="1.0")
    other = wheel.rename(tmp_path / "b-2.0-cp314-none-any.whl")
    assert said(other, runtime) == [
        ("metadata", "says a 1.0, the file name b 2.0"),
        ("metadata", "says a 1.0, the file name b 2.0"),
        ("tag", "says py3-none-any, the file name cp314-none-any"),
    ]


def test_a_name_that_is_none_of_a_wheel(tmp_path: Path, runtime: Path) -> None:
    other = make_wheel(tmp_path, "a").rename(tmp_path / "download.whl")
    ((kind, what),) = said(other, runtime)
    assert kind == "metadata"
    assert "download.whl is no file name of a wheel" in what


def test_without_dist_info(tmp_path: Path, runtime: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("a.py", "")
    assert said(tmp_path / "a-1-py3-none-any.whl", runtime) == [
        ("metadata", "has 0 folders .dist-info, not one")
    ]


INFO = "a-1.0.dist-info"
RECORD = f"{INFO}/RECORD"


def edit(record: bytes, old: str, new: str) -> bytes:
    assert old.encode() in record
    return record.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda files: files.pop(RECORD), "is missing"),
        (lambda files: files.update({"a/new.py": b"1"}), "does not list a/new.py"),
        (
            lambda files: files.pop("a/__init__.py"),
            "lists a/__init__.py, which is not in the wheel",
        ),
        (
            lambda files: files.update({"a/__init__.py": b"name = 'b'\n"}),
            "a/__init__.py: its sha256 differs",
        ),
        (
            lambda files: files.update({RECORD: edit(files[RECORD], ",11\n", ",12\n")}),
            "a/__init__.py: it has 11 bytes, not 12",
        ),
        (
            lambda files: files.update(
                {RECORD: edit(files[RECORD], "a/__init__.py,sha256=", "a/__init__.py,md5=")}
            ),
            "a/__init__.py: its hash is md5, not sha256 or better",
        ),
        (
            lambda files: files.update({RECORD: files[RECORD] + files[RECORD].split(b"\n")[0]}),
            "lists a/__init__.py twice",
        ),
    ],
)
def test_a_record_that_is_wrong(
    tmp_path: Path, runtime: Path, change: Callable[[dict[str, bytes]], object], what: str
) -> None:
    wheel = rewritten(make_wheel(tmp_path, "a"), change)
    found = audit_wheel(wheel, runtime)
    assert [(one.kind, one.where, one.what) for one in found.errors] == [("record", RECORD, what)]


def test_signatures_need_not_be_listed(tmp_path: Path, runtime: Path) -> None:
    wheel = rewritten(
        make_wheel(tmp_path, "a"), lambda files: files.update({f"{INFO}/RECORD.jws": b"1"})
    )
    assert said(wheel, runtime) == []
