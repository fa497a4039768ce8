"""Would a compiled module load? Decided on modules of a few bytes."""

import zipfile
from pathlib import Path

import pytest

from tests import wasm
from tests.artefacts import make_runtime
from toolkit.errors import AuditFailed
from toolkit.runtime.audit import audit_wheel, provided_symbols, require_loadable


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """Give a runtime whose module exports two functions and whose script provides two."""
    folder = make_runtime(tmp_path / "runtime")
    main = wasm.module(exports=["malloc", "PyLong_FromLong"], side=False)
    (folder / "pyodide.asm.wasm").write_bytes(main)
    (folder / "pyodide.asm.mjs").write_text(
        'var a={};var wasmImports={"clock_time_get":b, emscripten_x:c};function f(){}'
    )
    return folder


def wheel_with(folder: Path, **modules: bytes) -> Path:
    path = folder / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a/__init__.py", "")
        for name, content in modules.items():
            wheel.writestr(f"a/{name}.so", content)
    return path


def missing(folder: Path, runtime: Path, **modules: bytes) -> dict[str, tuple[str, ...]]:
    audits = audit_wheel(wheel_with(folder, **modules), runtime)
    return {audit.module: audit.missing for audit in audits}


def test_what_a_runtime_provides(runtime: Path) -> None:
    provided = provided_symbols(runtime)
    assert {"malloc", "PyLong_FromLong", "clock_time_get", "emscripten_x"} <= provided
    assert "free" not in provided


def test_all_is_there(tmp_path: Path, runtime: Path) -> None:
    good = wasm.module(
        functions=[("env", "malloc"), ("env", "clock_time_get"), ("env", "invoke_vii")],
        variables=[("GOT.func", "PyLong_FromLong"), ("env", "__memory_base")],
        exports=["PyInit_good"],
    )
    assert missing(tmp_path, runtime, good=good) == {"a/good.so": ()}
    require_loadable(audit_wheel(tmp_path / "a-1-py3-none-any.whl", runtime))


def test_missing_functions_and_variables_are_named(tmp_path: Path, runtime: Path) -> None:
    bad = wasm.module(
        functions=[("env", "dgemm_"), ("env", "malloc")],
        variables=[("GOT.mem", "stdout"), ("GOT.func", "callback")],
    )
    assert missing(tmp_path, runtime, bad=bad) == {"a/bad.so": ("callback", "dgemm_", "stdout")}
    with pytest.raises(AuditFailed) as error:
        require_loadable(audit_wheel(tmp_path / "a-1-py3-none-any.whl", runtime))
    assert error.value.what == (
        "a/bad.so needs symbols that the runtime lacks: callback, dgemm_, stdout"
    )


def test_a_weak_import_may_stay_open(tmp_path: Path, runtime: Path) -> None:
    weak = wasm.module(functions=[("env", "maybe"), ("env", "surely")], weak=[("env", "maybe")])
    assert missing(tmp_path, runtime, weak=weak) == {"a/weak.so": ("surely",)}


def test_modules_of_one_wheel_provide_for_one_another(tmp_path: Path, runtime: Path) -> None:
    user = wasm.module(functions=[("env", "shared")])
    library = wasm.module(exports=["shared"])
    assert missing(tmp_path, runtime, user=user) == {"a/user.so": ("shared",)}
    found = missing(tmp_path, runtime, user=user, library=library)
    assert found == {"a/user.so": (), "a/library.so": ()}


def test_a_modules_own_export_fills_its_own_table(tmp_path: Path, runtime: Path) -> None:
    own = wasm.module(variables=[("GOT.func", "mine")], exports=["mine"])
    assert missing(tmp_path, runtime, own=own) == {"a/own.so": ()}


def test_imports_from_elsewhere_are_not_symbols(tmp_path: Path, runtime: Path) -> None:
    other = wasm.module(functions=[("wasi_snapshot_preview1", "fd_write")])
    assert missing(tmp_path, runtime, other=other) == {"a/other.so": ()}


def test_only_shared_libraries_are_looked_at(tmp_path: Path, runtime: Path) -> None:
    path = tmp_path / "a-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a/notes.so.txt", "text")
        wheel.writestr("a/lib.so.1.2", wasm.module())
        wheel.writestr("../../evil.so", wasm.module())
    assert [audit.module for audit in audit_wheel(path, runtime)] == [
        "a/lib.so.1.2",
        "../../evil.so",
    ]
    assert not (tmp_path.parent / "evil.so").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x7fELF\2\1\1" + bytes(100), "a/x.so is not WebAssembly"),
        (b"", "a/x.so is not WebAssembly"),
        (b"\0asm", "a/x.so is not WebAssembly"),
        (b"\0asm\2\0\0\0", "a/x.so is not WebAssembly"),
        (b"\0asm\1\0\0\0", "can be loaded"),
        (b"\0asm\1\0\0\0" + b"\xff" * 40, "can be loaded"),
        (wasm.module(side=False), "can be loaded"),
        (wasm.module(functions=[("env", "malloc")])[:-9], "can be loaded"),
    ],
)
def test_what_is_no_module(tmp_path: Path, runtime: Path, content: bytes, said: str) -> None:
    with pytest.raises(AuditFailed, match=said):
        audit_wheel(wheel_with(tmp_path, x=content), runtime)


def test_a_runtime_of_another_make(tmp_path: Path) -> None:
    folder = make_runtime(tmp_path / "runtime")
    with pytest.raises(AuditFailed, match="has no table wasmImports"):
        provided_symbols(folder)
