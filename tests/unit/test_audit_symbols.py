"""Is every import given by somebody? Decided on modules of a few bytes."""

from pathlib import Path

import pytest

from tests import wasm
from tests.artefacts import COMPILED, make_loading_runtime, make_runtime, make_wheel
from toolkit.audit.findings import Finding
from toolkit.audit.provides import provided_by
from toolkit.audit.wheel import WheelAudit, audit_wheel, require_sound
from toolkit.errors import AuditFailed


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


def audit(folder: Path, runtime: Path, **modules: bytes) -> WheelAudit:
    files = {f"a/{name}.so": content for name, content in modules.items()}
    return audit_wheel(make_wheel(folder, "a", tag=COMPILED, files=files), runtime)


def only(audit: WheelAudit) -> Finding:
    (found,) = audit.findings
    return found


def test_what_a_runtime_provides(runtime: Path) -> None:
    provided = provided_by(runtime)
    assert {"malloc", "PyLong_FromLong", "clock_time_get", "emscripten_x"} <= set(provided.symbols)
    assert "free" not in provided.symbols
    assert str(provided.symbols["malloc"]) == "function (i32) -> i32"
    # JavaScript has no types; what the runtime's own module imports it as is known.
    assert str(provided.symbols["clock_time_get"]) == "function (i32, i64, i32) -> i32"
    assert provided.symbols["emscripten_x"] is None
    assert provided.features == {"exception-handling"}
    flags = (provided.wide_memory, provided.shared_memory, provided.calls_through_script)
    assert flags == (False, False, False)


def test_all_is_there(tmp_path: Path, runtime: Path) -> None:
    good = wasm.module(
        functions=[("env", "malloc"), ("wasi_snapshot_preview1", "clock_time_get")],
        variables=[("GOT.func", "PyLong_FromLong"), ("GOT.mem", "stdout")],
        constants=[("env", "__memory_base")],
        tags=[("env", "__cpp_exception")],
        memory=0,
        types={
            "malloc": ((wasm.I32,), (wasm.I32,)),
            "clock_time_get": ((wasm.I32, wasm.I64, wasm.I32), (wasm.I32,)),
        },
    )
    found = audit(tmp_path, runtime, good=good)
    assert found.findings == ()
    assert [module.name for module in found.modules] == ["a/good.so"]
    require_sound(found)


def test_missing_symbols_are_named_with_signature_and_reason(tmp_path: Path, runtime: Path) -> None:
    bad = wasm.module(
        functions=[("env", "dgemm_"), ("env", "malloc")],
        variables=[("GOT.mem", "environ_x"), ("GOT.func", "callback"), ("GOT.func", "dgemm_")],
        types={
            "dgemm_": ((wasm.I32, wasm.F64), (wasm.I32,)),
            "malloc": ((wasm.I32,), (wasm.I32,)),
        },
    )
    found = audit(tmp_path, runtime, bad=bad)
    assert [(one.kind, one.symbol, one.signature) for one in found.findings] == [
        ("symbol", "dgemm_", "function (i32, f64) -> i32"),
        ("symbol", "environ_x", "address of data"),
        ("symbol", "callback", "address of a function"),
    ]
    assert {one.where for one in found.findings} == {"a/bad.so"}
    assert found.findings[0].why == "BLAS or LAPACK is not linked: the runtime has none"
    with pytest.raises(AuditFailed) as error:
        require_sound(found)
    assert error.value.what == (
        "a/bad.so needs dgemm_ (function (i32, f64) -> i32), which nothing provides "
        "(and 2 more errors)"
    )
    assert "environ_x" in error.value.detail


@pytest.mark.parametrize(
    ("symbol", "signature", "given"),
    [
        ("malloc", ((wasm.I64,), (wasm.I32,)), "the runtime has function (i32) -> i32"),
        ("malloc", ((wasm.I32,), ()), "the runtime has function (i32) -> i32"),
        ("clock_time_get", ((wasm.I32,), (wasm.I32,)), "function (i32, i64, i32) -> i32"),
        ("stdout", ((), ()), "the runtime has global i32"),
    ],
)
def test_another_signature(
    tmp_path: Path, runtime: Path, symbol: str, signature: wasm.Signature, given: str
) -> None:
    other = wasm.module(functions=[("env", symbol)], types={symbol: signature})
    found = only(audit(tmp_path, runtime, other=other))
    assert (found.kind, found.symbol, found.severity) == ("type", symbol, "error")
    assert given in found.what


def test_javascript_without_a_type_takes_any(tmp_path: Path, runtime: Path) -> None:
    types = {"emscripten_x": ((wasm.I64,), (wasm.F64,))}
    user = wasm.module(functions=[("env", "emscripten_x")], types=types)
    assert audit(tmp_path, runtime, user=user).findings == ()


def test_the_table_of_data_wants_data_and_that_of_functions_functions(
    tmp_path: Path, runtime: Path
) -> None:
    crossed = wasm.module(variables=[("GOT.mem", "malloc"), ("GOT.func", "stdout")])
    found = audit(tmp_path, runtime, crossed=crossed)
    assert [(one.kind, one.symbol) for one in found.findings] == [
        ("type", "malloc"),
        ("type", "stdout"),
    ]


def test_a_constant_where_a_variable_is(tmp_path: Path, runtime: Path) -> None:
    fixed = wasm.module(constants=[("env", "__stack_pointer")])
    assert "as global i32; the runtime has global mutable i32" in (
        only(audit(tmp_path, runtime, fixed=fixed)).what
    )


def test_a_tag_of_another_type(tmp_path: Path, runtime: Path) -> None:
    wrong = wasm.module(functions=[("env", "__c_longjmp")])
    assert "has tag (i32) -> nothing" in only(audit(tmp_path, runtime, wrong=wrong)).what


def test_a_weak_import_may_stay_open(tmp_path: Path, runtime: Path) -> None:
    weak = wasm.module(functions=[("env", "maybe"), ("env", "surely")], weak=[("env", "maybe")])
    assert only(audit(tmp_path, runtime, weak=weak)).symbol == "surely"


def test_the_address_of_a_weak_import_may_stay_open(tmp_path: Path, runtime: Path) -> None:
    # As lld writes it: the flag stands at the function alone (thread_local in HiGHS, in SciPy).
    weak = wasm.module(
        functions=[("env", "maybe")],
        variables=[("GOT.func", "maybe"), ("GOT.func", "surely")],
        weak=[("env", "maybe")],
    )
    assert only(audit(tmp_path, runtime, weak=weak)).symbol == "surely"


def test_a_library_that_is_named_provides(tmp_path: Path, runtime: Path) -> None:
    user = wasm.module(functions=[("env", "shared")], needed=["liba.so"])
    middle = wasm.module(needed=["libb.so"])
    last = wasm.module(exports=["shared"])
    found = audit(tmp_path, runtime, user=user, liba=middle, libb=last)
    assert found.findings == ()


def test_a_library_that_nobody_brings(tmp_path: Path, runtime: Path) -> None:
    found = audit(tmp_path, runtime, user=wasm.module(needed=["libz.so"]))
    assert (only(found).kind, only(found).severity) == ("library", "error")
    assert "libz.so" in only(found).what


def test_a_library_where_the_loader_does_not_look(tmp_path: Path, runtime: Path) -> None:
    files = {
        "a/user.so": wasm.module(functions=[("env", "shared")], needed=["libx.so"], paths=[]),
        "a/lib/libx.so": wasm.module(exports=["shared"]),
    }
    found = audit_wheel(make_wheel(tmp_path, "a", tag=COMPILED, files=files), runtime)
    (told,) = [one for one in found.findings if one.kind == "library"]
    assert told.what.endswith("the loader does not look for it where it is, a/lib/libx.so")
    assert "-Wl,-rpath,'$ORIGIN/lib'" in told.do
    files["a/user.so"] = wasm.module(
        functions=[("env", "shared")], needed=["libx.so"], paths=["$ORIGIN/lib"]
    )
    found = audit_wheel(make_wheel(tmp_path, "a", tag=COMPILED, files=files), runtime)
    assert found.findings == ()


def test_a_librarys_signature_counts_too(tmp_path: Path, runtime: Path) -> None:
    user = wasm.module(
        functions=[("env", "shared")],
        needed=["libx.so"],
        types={"shared": ((wasm.F64,), ())},
    )
    found = audit(tmp_path, runtime, user=user, libx=wasm.module(exports=["shared"]))
    assert only(found).what == (
        "wants shared as function (f64) -> nothing; a/libx.so has function () -> nothing"
    )


def test_a_module_that_is_not_named_may_not_be_there(tmp_path: Path, runtime: Path) -> None:
    user = wasm.module(functions=[("env", "shared")])
    found = audit(tmp_path, runtime, user=user, other=wasm.module(exports=["shared"]))
    assert (only(found).kind, only(found).severity) == ("local", "warning")
    assert "a/other.so" in only(found).what
    require_sound(found)


def test_wheels_loaded_before_count(tmp_path: Path, runtime: Path) -> None:
    user = wasm.module(
        functions=[("env", "shared")], needed=["libx.so"], paths=["$ORIGIN/../b.libs"]
    )
    wheel = make_wheel(tmp_path, "a", tag=COMPILED, files={"a/user.so": user})
    files = {"b.libs/libx.so": wasm.module(exports=["shared"])}
    before = make_wheel(tmp_path, "b", tag=COMPILED, files=files)
    assert {one.kind for one in audit_wheel(wheel, runtime).findings} == {"library", "symbol"}
    found = audit_wheel(wheel, runtime, beside=[before])
    assert found.findings == ()
    assert [module.name for module in found.modules] == ["a/user.so"]


def test_a_modules_own_export_fills_its_own_table(tmp_path: Path, runtime: Path) -> None:
    own = wasm.module(variables=[("GOT.func", "mine")], exports=["mine"])
    assert audit(tmp_path, runtime, own=own).findings == ()


def test_a_name_space_that_the_loader_does_not_know(tmp_path: Path, runtime: Path) -> None:
    other = wasm.module(functions=[("wbg", "malloc")])
    found = only(audit(tmp_path, runtime, other=other))
    assert (found.kind, found.what) == (
        "symbol",
        "imports malloc from 'wbg', which the loader does not give",
    )


def test_a_call_that_always_fails(tmp_path: Path, runtime: Path) -> None:
    found = only(audit(tmp_path, runtime, user=wasm.module(functions=[("env", "fork")])))
    assert (found.kind, found.severity, found.symbol) == ("stub", "warning", "fork")


def test_a_runtime_of_another_make(tmp_path: Path) -> None:
    folder = make_runtime(tmp_path / "runtime")
    with pytest.raises(AuditFailed, match="has no table wasmImports"):
        provided_by(folder)
    (folder / "pyodide.asm.mjs").unlink()
    with pytest.raises(AuditFailed, match="holds no Pyodide runtime"):
        provided_by(folder.parent / "runtime" / ".." / "runtime")
