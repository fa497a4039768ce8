"""Wheels as the files of an interpreter."""

import importlib.util
import json
import marshal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from types import CodeType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.artefacts import MINOR, make_runtime, make_wheel
from toolkit.errors import LiteFailed, Untrusted
from toolkit.lite.snapshot.files import compiled, listed, packed, unpacked, write_below
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import Runtime, read_runtime

ROOT = Path(__file__).parents[2]
SITE = f"/lib/python{MINOR}/site-packages"
CACHE_TAG = sys.implementation.cache_tag

UPSTREAM = """
import shutil, sys
from pathlib import Path

stdlib, wheel, packages, prefix = sys.argv[1:]
sys.path.append(stdlib)
from pyodide import _package_loader as loader

sys.prefix = prefix
# What the module does itself where it runs in Pyodide.
shutil.register_unpack_format("whl", [".whl"], shutil._unpack_zipfile)

class Buffer:
    def _into_file(self, file):
        file.write(Path(wheel).read_bytes())
        file.flush()

loader.unpack_buffer(
    Buffer(),
    filename=Path(wheel).name,
    extract_dir=packages,
    metadata={"INSTALLER": "pyodide.loadPackage", "PYODIDE_SOURCE": "pyodide"},
)
"""
"""The modules of Pyodide's that install a wheel, in the Python of this machine."""


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    """Give a runtime."""
    return read_runtime(make_runtime(tmp_path / "runtime"))


def below(folder: Path) -> dict[str, bytes]:
    """Give the files below a folder, by their paths in it."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {f"/{path.relative_to(folder)}": path.read_bytes() for path in files}


def named(folder: Path, *names: str) -> Path:
    """Write a wheel whose archive has some names as they are given."""
    wheel = make_wheel(folder, "ripple")
    with zipfile.ZipFile(wheel, "a") as archive:
        for name in names:
            info = zipfile.ZipInfo("placeholder")
            info.filename = info.orig_filename = name
            archive.writestr(info, b"content")
    return wheel


def test_a_wheel_is_unpacked_as_pyodides_own_installer_does_it(
    tmp_path: Path, runtime: Runtime
) -> None:
    files: dict[str, str | bytes] = {
        "ripple_demo/__init__.py": "name = 1\n",
        "ripple_demo/empty/data.bin": bytes(range(256)),
        "ripple_demo-1.0.data/data/share/ripple/a.txt": "a",
        "ripple_demo-1.0.data/data/etc/deep/er/b.txt": "b",
        "ripple_demo-1.0.data/scripts/ripple": "#!python\n",
        "ripple_demo-1.0.data/purelib/other.py": "",
        "ripple_demo-1.0.dist-info/INSTALLER": "the wheel's own\n",
    }
    wheel = make_wheel(tmp_path / "made", "ripple-demo", files=files)
    prefix = tmp_path / "prefix"
    packages = f"{prefix}{SITE}"
    words = (RUNTIME / "python_stdlib.zip", wheel, packages, prefix)
    subprocess.run([sys.executable, "-c", UPSTREAM, *map(str, words)], check=True)
    wanted = below(prefix)
    assert f"{SITE}/ripple_demo-1.0.dist-info/PYODIDE_SOURCE" in wanted
    assert "/share/ripple/a.txt" in wanted
    assert unpacked(wheel, runtime) == wanted


def test_equal_wheels_give_their_files_in_one_order(tmp_path: Path, runtime: Runtime) -> None:
    names = ("b.py", "a/c.py", "a.py")
    one, other = (
        make_wheel(tmp_path / place, "ripple", files={f"ripple/{name}": name for name in order})
        for place, order in (("one", names), ("other", names[::-1]))
    )
    assert one.read_bytes() != other.read_bytes()
    first = [name for name in unpacked(one, runtime) if "RECORD" not in name]
    assert first == [name for name in unpacked(other, runtime) if "RECORD" not in name]
    assert first == sorted(first)


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "ripple/../../x",
        "..",
        ".",
        "/etc/passwd",
        "//host/x",
        "ripple\\..\\x",
        "ripple-1.0.data/data/../../../x",
        "ripple/a.py\0.txt",
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(
    tmp_path: Path, runtime: Runtime, name: str
) -> None:
    wheel = named(tmp_path / "made", name)
    with pytest.raises(Untrusted, match=r"ripple-1\.0.* holds .* leads out of its folder"):
        unpacked(wheel, runtime)


@pytest.mark.parametrize("name", ["ripple", "ripple/__init__.py/x"])
def test_a_file_that_is_a_folder_too_is_refused(
    tmp_path: Path, runtime: Runtime, name: str
) -> None:
    wheel = named(tmp_path / "made", name)
    with pytest.raises(Untrusted, match="as a file and as a folder"):
        unpacked(wheel, runtime)


def test_names_that_only_look_odd_are_none_of_those(tmp_path: Path, runtime: Runtime) -> None:
    wheel = named(tmp_path / "made", "ripple/..data/a", "ripple/./b", "ripple/c..", "ripple/ü.py")
    found = unpacked(wheel, runtime).keys()
    assert {f"{SITE}/ripple/{name}" for name in ("..data/a", "b", "c..", "ü.py")} < found


@pytest.mark.parametrize("keep", [0, 10, 200, -1])
def test_a_truncated_wheel_is_refused(tmp_path: Path, runtime: Runtime, keep: int) -> None:
    wheel = make_wheel(tmp_path / "made", "ripple")
    wheel.write_bytes(wheel.read_bytes()[:keep])
    with pytest.raises(Untrusted, match=r"ripple-1\.0.* cannot be unpacked"):
        unpacked(wheel, runtime)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_wheel_whose_contents_are_damaged_is_refused(
    tmp_path: Path, runtime: Runtime, method: int
) -> None:
    wheel = tmp_path / "ripple-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", method) as archive:
        archive.writestr("ripple.py", b"a = 1\n" * 1000)
    content = bytearray(wheel.read_bytes())
    # The header of a file is 30 bytes and its name; of LZMA 9 bytes with its parameters follow.
    at = 30 + len("ripple.py") + 12
    content[at : at + 4] = bytes(byte ^ 0xFF for byte in content[at : at + 4])
    wheel.write_bytes(content)
    with pytest.raises(Untrusted, match="cannot be unpacked"):
        unpacked(wheel, runtime)


def test_byte_code_is_the_same_each_time_and_never_compared_with_its_source(
    runtime: Runtime,
) -> None:
    files = {
        f"{SITE}/a/__init__.py": b"words = {'x', 'y', 'z'}\ndef f(): return words\n",
        f"{SITE}/b.py": b"def g(a, *, b=1): return a, b\n",
        f"{SITE}/b.txt": b"no module",
    }
    found = compiled(files, runtime)
    assert list(found) == [
        f"{SITE}/__pycache__/b.{CACHE_TAG}.pyc",
        f"{SITE}/a/__pycache__/__init__.{CACHE_TAG}.pyc",
    ]
    for content in found.values():
        assert content[:4] == importlib.util.MAGIC_NUMBER
        # PEP 552: by hash, and that one not checked.
        assert int.from_bytes(content[4:8], "little") == 0b01
    code = marshal.loads(found[f"{SITE}/__pycache__/b.{CACHE_TAG}.pyc"][16:])
    assert isinstance(code, CodeType)
    # What a traceback reads its lines from.
    assert code.co_filename == f"{SITE}/b.py"
    assert compiled(dict(reversed(files.items())), runtime) == found


def test_what_does_not_compile_has_no_byte_code(runtime: Runtime) -> None:
    files = {
        "/a/template.py": b"{{ name }} = \n",
        "/a/coded.py": b"# coding: no-such\n",
        "/a/good.py": b"",
    }
    assert list(compiled(files, runtime)) == [f"/a/__pycache__/good.{CACHE_TAG}.pyc"]
    assert compiled({"/a/template.py": files["/a/template.py"]}, runtime) == {}


def test_byte_code_of_another_python_cannot_be_made(runtime: Runtime) -> None:
    with pytest.raises(LiteFailed, match=r"for Python 3\.13 cannot be made with Python 3\.14"):
        compiled({}, replace(runtime, python="3.13.2"))


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=40), max_size=8))
def test_files_come_out_as_they_went_in(files: dict[str, bytes]) -> None:
    content = packed(files)
    assert list(listed(content)) == list(files.items())
    assert packed(dict(files)) == content
    # A worker makes views into it.
    assert (len(content) - sum(map(len, files.values()))) % 8 == 0


def test_the_table_is_json_and_stands_first() -> None:
    content = packed({"/a": b"12", "/b/c": b"345"})
    length = int.from_bytes(content[:4], "little")
    assert json.loads(content[4 : 4 + length]) == [["/a", 2], ["/b/c", 3]]
    assert content.endswith(b"12345")


def test_a_worker_finds_the_files_again(tmp_path: Path) -> None:
    """With the script that does it in the browser (``spec14-restore.mjs``)."""
    files = {"/lib/ü.py": b"one", "/empty": b"", "/lib/a/b.bin": bytes(range(256))}
    (tmp_path / "packed").write_bytes(packed(files))
    script = """
import { readFileSync } from "node:fs";
await import(`${process.argv[2]}/tests/javascript/standins/modules.mjs`);
const { listed } = await import(`${process.argv[2]}/toolkit/lite/start/spec14-restore.mjs`);
const found = [...listed(new Uint8Array(readFileSync(process.argv[3])))];
console.log(JSON.stringify(found.map(([path, view]) => [path, [...view]])));
"""
    (tmp_path / "list.mjs").write_text(script)
    words = ["node", *map(str, (tmp_path / "list.mjs", ROOT, tmp_path / "packed"))]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = {path: bytes(content) for path, content in json.loads(done.stdout)}
    assert list(found.items()) == list(files.items())


def test_files_are_written_below_a_folder(tmp_path: Path) -> None:
    files = {"/lib/a.py": b"1", "/b": b"2"}
    write_below(tmp_path / "made", files.items())
    assert below(tmp_path / "made") == files
