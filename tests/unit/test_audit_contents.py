"""What lies in a wheel, and what should not."""

from pathlib import Path

import pytest

from tests import wasm
from tests.artefacts import COMPILED, SUFFIX, make_loading_runtime, make_wheel
from toolkit.audit.findings import KINDS
from toolkit.audit.wheel import WheelAudit, audit_wheel

ELF = b"\x7fELF\2\1\1" + bytes(100)


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


def audited(
    folder: Path,
    runtime: Path,
    files: dict[str, str | bytes],
    *,
    tag: str = COMPILED,
    build_folders: tuple[Path, ...] = (),
) -> WheelAudit:
    wheel = make_wheel(folder, "a", tag=tag, files=files)
    return audit_wheel(wheel, runtime, build_folders=build_folders)


def told(audit: WheelAudit) -> list[tuple[str, str, str]]:
    return [(one.severity.value, one.kind, one.where) for one in audit.findings]


def test_a_pure_tag_on_a_compiled_wheel(tmp_path: Path, runtime: Path) -> None:
    found = audited(tmp_path, runtime, {"a/x.so": wasm.module()}, tag="py3-none-any")
    assert told(found) == [("error", "content", "")]
    assert "a/x.so" in found.findings[0].what


def test_a_compiled_tag_on_a_pure_wheel(tmp_path: Path, runtime: Path) -> None:
    assert told(audited(tmp_path, runtime, {"a.py": ""})) == [("error", "content", "")]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a/x.so", ELF, "native"),
        ("a/x.so", b"", "module"),
        ("a/x.so", b"\0asm\2\0\0\0", "module"),
        ("a/x.so", b"\0asm\1\0\0\0", "module"),
        ("a/x.so", wasm.module(side=False), "module"),
        ("a/x.cp314-win_amd64.pyd", b"MZ\x90\0", "native"),
        ("a/.dylibs/libx.1.dylib", b"\xcf\xfa\xed\xfe", "native"),
    ],
)
def test_libraries_that_are_none(
    tmp_path: Path, runtime: Path, name: str, content: bytes, kind: str
) -> None:
    files: dict[str, str | bytes] = {name: content, "a/good.so": wasm.module()}
    found = audited(tmp_path, runtime, files)
    assert told(found) == [("error", kind, name)]


def test_names_that_only_look_like_libraries(tmp_path: Path, runtime: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/notes.so.txt": "text",
        "a/MZ.bin": b"MZ, a file of data",
        "a/lib.so.1.2": wasm.module(),
    }
    found = audited(tmp_path, runtime, files)
    assert told(found) == []
    assert [module.name for module in found.modules] == ["a/lib.so.1.2"]


def test_native_programs(tmp_path: Path, runtime: Path) -> None:
    files: dict[str, str | bytes] = {"a/cli.exe": b"MZ\x90\0", "a/tool": ELF}
    assert told(audited(tmp_path, runtime, files, tag="py3-none-any")) == [
        ("warning", "program", "a/cli.exe"),
        ("warning", "program", "a/tool"),
    ]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (f"x{SUFFIX}", []),
        ("x.abi3.so", []),
        ("x.so", []),
        ("libx-1.2.so", []),
        ("x.cpython-313-wasm32-emscripten.so", ["suffix"]),
        ("x.cpython-314t-wasm32-emscripten.so", ["suffix"]),
        ("x.cpython-314-x86_64-linux-gnu.so", ["suffix"]),
        ("x.pypy311-pp73-x86_64-linux-gnu.so", ["suffix"]),
        (f"y{SUFFIX}", ["init"]),
    ],
)
def test_file_names_of_modules(tmp_path: Path, runtime: Path, name: str, kinds: list[str]) -> None:
    found = audited(tmp_path, runtime, {f"a/{name}": wasm.module(exports=["PyInit_x"])})
    assert [one.kind for one in found.findings] == kinds


def test_debug_sections_and_maps(tmp_path: Path, runtime: Path) -> None:
    content = wasm.module(
        custom={".debug_info": b"1", ".debug_line": b"2", "name": b"3", "sourceMappingURL": b"4"}
    )
    found = audited(tmp_path, runtime, {"a/x.so": content, "a/x.wasm.map": "{}"})
    assert told(found) == [
        ("error", "debug", "a/x.so"),
        ("warning", "source-map", "a/x.so"),
        ("warning", "source-map", "a/x.wasm.map"),
    ]
    assert ".debug_info, .debug_line" in found.findings[0].what


def test_the_build_folder(tmp_path: Path, runtime: Path) -> None:
    folder = Path("/project/.spec14")
    files: dict[str, str | bytes] = {
        "a/__config__.py": "prefix = '/project/.spec14/cache/source'\n",
        "a/x.so": wasm.module(custom={"y": b"\0/project/.spec14/cache/source/x.c"}),
        "a/lib/a.pc": "prefix=/project/.spec14/cache/dist\n",
        "a/_fast.c": "/* depends: /project/.spec14/cache/numpy.h */",
        "a/other.py": "'/project'",
    }
    found = audited(tmp_path, runtime, files, build_folders=(folder,))
    assert told(found) == [
        ("error", "build-path", "a/x.so"),
        ("warning", "text-path", "a/__config__.py"),
        ("warning", "text-path", "a/lib/a.pc"),
        ("warning", "text-path", "a/_fast.c"),
        ("warning", "source-path", "a/x.so"),
    ]
    assert "build-path" not in {one.kind for one in audited(tmp_path, runtime, files).findings}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"\0/home/runner/.cargo/registry/x-1/src/lib.rs\0", True),
        (b"../numpy/_core/src/multiarray/iterators.c", False),
        (b"/usr/share/zoneinfo", False),
    ],
)
def test_paths_of_sources(tmp_path: Path, runtime: Path, text: bytes, found: bool) -> None:  # noqa: FBT001
    audit = audited(tmp_path, runtime, {"a/x.so": wasm.module(custom={"y": text})})
    assert [one.kind for one in audit.findings] == ["source-path"] * found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (".spec14/cache/x", ("error", "leftover", ".spec14")),
        ("a/.git/config", ("error", "leftover", "a/.git")),
        ("a/__pycache__/b.pyc", ("warning", "cache", "a/__pycache__")),
        ("a/core/tests/data/big.npy", ("warning", "tests", "a/core/tests")),
        ("tests/test_a.py", ("warning", "tests", "tests")),
    ],
)
def test_what_is_shipped_unasked(
    tmp_path: Path, runtime: Path, name: str, found: tuple[str, str, str]
) -> None:
    audit = audited(tmp_path, runtime, {"a/b.py": "", name: "1"}, tag="py3-none-any")
    assert told(audit) == [found]


def test_what_is_allowed_warns(tmp_path: Path, runtime: Path) -> None:
    wheel = make_wheel(tmp_path, "a", files={".git/config": "", "a.py": ""})
    assert audit_wheel(wheel, runtime).errors
    allowed = audit_wheel(wheel, runtime, allow=["leftover"])
    assert (allowed.errors, len(allowed.warnings)) == ((), 1)
    assert set(KINDS) >= {one.kind for one in allowed.findings}
