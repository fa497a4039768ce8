"""Which wheels an index takes."""

import json
from pathlib import Path

import pytest

from tests.artefacts import COMPILED, make_loading_runtime, make_wheel
from toolkit.errors import AuditFailed, IndexRefused, NotForUpload, Spec14Error, Untrusted
from toolkit.nightly.entry import LARGEST_METADATA, read_entry, unofficial_note
from toolkit.nightly.folder import Admission


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


def stamped(folder: Path, stamp: object) -> Path:
    text = stamp if isinstance(stamp, str) else json.dumps(stamp)
    return make_wheel(folder, "x", files={"x.py": "", "x-1.0.dist-info/spec14.json": text})


def test_what_is_read_of_a_wheel(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "My_Pkg", version="1.0", fields=["Requires-Python: >=3.12"])
    entry = read_entry(wheel)
    assert (entry.name, str(entry.version)) == ("my-pkg", "1.0")
    assert entry.requires_python == ">=3.12"
    assert entry.metadata.startswith(b"Metadata-Version: 2.4\nName: My_Pkg\n")
    assert entry.size == wheel.stat().st_size
    assert len(entry.md5) == 32


@pytest.mark.parametrize(
    "name",
    ["x.whl", "x-1.0.zip", "x-not_a_version-py3-none-any.whl", 'x-1.0-py3-none-any"<b>.whl'],
)
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    wheel = make_wheel(tmp_path, "x").rename(tmp_path / name)
    with pytest.raises(IndexRefused, match=r"cannot stand in an index|is not a wheel's") as caught:
        read_entry(wheel)
    assert caught.value.do


def test_no_wheel_at_all(tmp_path: Path) -> None:
    (tmp_path / "x-1.0-py3-none-any.whl").write_text("no zip file")
    with pytest.raises(Untrusted, match="no zip file"):
        read_entry(tmp_path / "x-1.0-py3-none-any.whl")
    with pytest.raises(AuditFailed, match="does not exist"):
        read_entry(tmp_path / "y-1.0-py3-none-any.whl")


def test_a_path_that_leads_out(tmp_path: Path) -> None:
    with pytest.raises(Untrusted, match="leads out"):
        read_entry(make_wheel(tmp_path, "x", files={"../../evil.py": ""}))


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("Requires-Python: three", "Requires-Python 'three'"),
        (f"Summary: {'x' * LARGEST_METADATA}", "its METADATA has"),
    ],
)
def test_metadata_that_no_client_should_read(tmp_path: Path, field: str, said: str) -> None:
    with pytest.raises(IndexRefused, match=said):
        read_entry(make_wheel(tmp_path, "x", fields=[field]))


def test_a_wheel_for_another_platform(tmp_path: Path, runtime: Path) -> None:
    wheel = make_wheel(tmp_path, "x", tag="cp314-cp314-manylinux_2_28_x86_64")
    with pytest.raises(IndexRefused, match="which the runtime does not take") as caught:
        Admission(runtime=runtime).read(wheel)
    assert "--any-tag" in caught.value.do
    assert Admission(runtime=runtime, any_tag=True).read(wheel).file == wheel.name


def test_a_module_that_would_not_load(tmp_path: Path, runtime: Path) -> None:
    wheel = make_wheel(tmp_path, "x", tag=COMPILED, files={"x.so": b"no module"})
    with pytest.raises(AuditFailed, match="is not WebAssembly"):
        Admission(runtime=runtime).read(wheel)


@pytest.mark.parametrize("any_tag", [False, True])
def test_a_wheel_that_was_renamed(tmp_path: Path, runtime: Path, *, any_tag: bool) -> None:
    wheel = make_wheel(tmp_path, "y").rename(tmp_path / "x-1.0-py3-none-any.whl")
    with pytest.raises(AuditFailed, match=r"the file name x 1\.0"):
        Admission(runtime=runtime, any_tag=any_tag).read(wheel)


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ({"official": False, "note": "Debian's: not for a public index"}, "Debian's"),
        ({"official": "true"}, "another toolchain"),
        ([], "another toolchain"),
        ("{", "cannot be read"),
    ],
)
def test_an_unofficial_wheel(tmp_path: Path, runtime: Path, stamp: object, said: str) -> None:
    wheel = stamped(tmp_path, stamp)
    with pytest.raises(NotForUpload, match=said) as caught:
        Admission(runtime=runtime).read(wheel)
    assert "--unofficial" in caught.value.do
    assert Admission(runtime=runtime, unofficial=True).read(wheel)


def test_an_official_wheel_and_one_of_somebody_else(tmp_path: Path, runtime: Path) -> None:
    official = stamped(tmp_path / "a", {"official": True})
    assert unofficial_note(official) is None
    assert Admission(runtime=runtime).read(official)
    assert Admission(runtime=runtime).read(make_wheel(tmp_path / "b", "x"))


def test_every_refusal_says_what_to_do(tmp_path: Path, runtime: Path) -> None:
    for wheel in (
        make_wheel(tmp_path, "x", tag="cp39-cp39-win_amd64"),
        stamped(tmp_path, {"official": False}),
    ):
        with pytest.raises(Spec14Error) as caught:
            Admission(runtime=runtime).read(wheel)
        assert caught.value.do
        assert wheel.name in caught.value.what
