"""What a wheel and an archive say of themselves, read and not run; hostile ones are refused."""

import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.artefacts import PINS, make_runtime, make_wheel
from toolkit.errors import IndexFailed, MoveRefused, ToolMissing
from toolkit.runtime.distribution import read_runtime
from toolkit.upkeep.candidates import KERNEL, Kernel
from toolkit.upkeep.clients import for_runtime, npm
from toolkit.upkeep.emsdk import OF_RUNTIME, SHAPES, require_of_runtime, upstream_of
from toolkit.upkeep.registries import CONSTANTS, integrity_of, read_kernel, read_release
from toolkit.upkeep.tree import read_tree
from toolkit.upkeep.uv import reason, shortened

ROOT = Path(__file__).resolve().parents[2]


def kernel_wheel(folder: Path, source: str, inside: str = CONSTANTS) -> Path:
    return make_wheel(folder, KERNEL, files={inside: source})


def test_a_kernel_names_its_pyodide(tmp_path: Path) -> None:
    source = 'import os\nA = "x"\nPYODIDE_VERSION = "1.2"\nPYODIDE_PYTHON_VERSION = "4.1"\n'
    wheel = kernel_wheel(tmp_path, f"{source}os.abort()\n")
    assert read_kernel(wheel, "9") == Kernel(version="9", pyodide="1.2", python="4.1")
    wheel = kernel_wheel(tmp_path, 'PYODIDE_VERSION = "1.2"\n')
    assert read_kernel(wheel, "9") == Kernel(version="9", pyodide="1.2", python=None)


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("PYODIDE_VERSION = version()\n", CONSTANTS),
        ("PYODIDE_VERSION = \n", CONSTANTS),
        ('PYODIDE_VERSION = "1"\n', "elsewhere.py"),
        (f'PYODIDE_VERSION = "1"\n#{"x" * (17 << 20)}', CONSTANTS),
    ],
    ids=["computed", "damaged", "elsewhere", "huge"],
)
def test_a_kernel_that_names_none(tmp_path: Path, source: str, inside: str) -> None:
    with pytest.raises(IndexFailed, match="does not say which Pyodide it is for"):
        read_kernel(kernel_wheel(tmp_path, source, inside), "9")


def test_a_wheel_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_text("x")
    with pytest.raises(IndexFailed, match=r"x\.whl does not say"):
        read_kernel(tmp_path / "x.whl", "9")


def packed(folder: Path, members: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    with tarfile.open(folder / "pyodide.tgz", "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return folder / "pyodide.tgz"


def test_a_runtime_says_what_it_is(tmp_path: Path) -> None:
    made = make_runtime(tmp_path / "made", packages={"Jinja_2.x": "1.0"})
    members = {f"package/{file.name}": file.read_bytes() for file in made.iterdir()}
    archive = packed(tmp_path / "got", {**members, "package/../../evil": b"x"})
    release = read_release(archive)
    assert release.runtime.version == PINS.runtime["pyodide"]
    assert release.runtime.platform_tag == PINS.runtime["platform-tag"]
    assert release.packages == {"jinja-2-x": "1.0"}
    assert release.integrity == integrity_of(archive)
    assert sorted(file.name for file in archive.parent.iterdir()) == [
        "package.json",
        "pyodide-lock.json",
        "pyodide.tgz",
    ], "nothing else is unpacked"
    assert [path.name for path in tmp_path.iterdir() if path.name == "evil"] == []


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"package/package.json": b"{}", "package/pyodide-lock.json": b"{}"},
        {"package/package.json": b"{}", "package/pyodide-lock.json": bytes(17 << 20)},
    ],
    ids=["empty", "another", "huge"],
)
def test_an_archive_that_is_no_runtime(tmp_path: Path, members: dict[str, bytes]) -> None:
    with pytest.raises(IndexFailed, match=r"pyodide\.tgz is not a Pyodide runtime"):
        read_release(packed(tmp_path / "got", members))


def test_npms_integrity_is_the_one_of_its_lock(tmp_path: Path) -> None:
    # Of the empty file, as `openssl dgst -sha512 -binary | base64` gives it.
    (tmp_path / "x").touch()
    assert integrity_of(tmp_path / "x") == (
        "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    )


def test_pips_words_for_the_runtime(tmp_path: Path) -> None:
    words = for_runtime(read_runtime(make_runtime(tmp_path / "runtime")))
    assert words[:2] == ("--platform", PINS.runtime["platform-tag"])
    assert words[-1] == f"cp{PINS.python_minor.replace('.', '')}"


def test_without_npm_the_session_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing) as error:
        npm("view")
    assert "nox -s update-pins" in error.value.do


def test_uvs_reason_is_one_line() -> None:
    said = "  x No solution found:\n  ╰─▶ Because a==1 depends on b\n      and c, no."
    assert reason(said) == "Because a==1 depends on b and c, no."
    assert reason("error: x\n y") == "error: x y"
    assert len(shortened("word " * 200)) < 410


def test_upstreams_compiler(tmp_path: Path) -> None:
    tree = read_tree(ROOT)
    assert upstream_of(tree, None).emscripten == PINS.runtime["emscripten"]
    values = {"commit": "a" * 40, "build": "b" * 40, "build-sha256": "c" * 64}
    values |= {"node": "1.2.3", "node-sha256": "d" * 64, "emscripten": "9.0.1"}
    file = tmp_path / "emsdk.toml"

    def write(table: dict[str, str]) -> None:
        file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()))

    write(values)
    found = upstream_of(tree, file)
    assert found.emscripten == "9.0.1"
    assert dict(found.values) == {name: values[name] for name in SHAPES}
    for name in values:
        for wrong in ({**values, name: "x"}, {k: v for k, v in values.items() if k != name}):
            write(wrong)
            with pytest.raises(MoveRefused, match=name):
                upstream_of(tree, file)
    write({**values, "xbuildenv-sha256": "e" * 64})
    assert upstream_of(tree, file).values["xbuildenv-sha256"] == "e" * 64
    write({**values, "more": "x"})
    with pytest.raises(MoveRefused, match="unknown key 'more'"):
        upstream_of(tree, file)
    with pytest.raises(MoveRefused, match="cannot be read"):
        upstream_of(tree, tmp_path / "nothing.toml")


def test_the_checksum_of_one_pyodide_beside_another() -> None:
    tree, now = read_tree(ROOT), PINS.runtime["pyodide"]
    require_of_runtime(tree, upstream_of(tree, None), "9.9")
    pinned = replace(tree.emsdk, upstream={**tree.emsdk.upstream, OF_RUNTIME: "a" * 64})
    tree = replace(tree, emsdk=pinned)
    upstream = upstream_of(tree, None)
    require_of_runtime(tree, upstream, now)
    with pytest.raises(MoveRefused, match=f"{OF_RUNTIME} in images/pins.toml is of Pyodide {now}"):
        require_of_runtime(tree, upstream, "9.9")
    values = {**upstream.values, OF_RUNTIME: "b" * 64}
    require_of_runtime(tree, replace(upstream, values=values), "9.9")
