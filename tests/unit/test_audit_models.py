"""Exceptions, longjmp, memory and instructions that do not go with the runtime."""

from pathlib import Path
from typing import Any

import pytest

from tests import wasm
from tests.artefacts import COMPILED, make_loading_runtime, make_wheel
from toolkit.audit.wheel import audit_wheel


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


def kinds(folder: Path, runtime: Path, **parts: Any) -> dict[str, str]:
    content = wasm.module(**parts)
    wheel = make_wheel(folder, "a", tag=COMPILED, files={"a/x.so": content})
    return {one.kind: one.severity.value for one in audit_wheel(wheel, runtime).findings}


def env(*names: str) -> list[tuple[str, str]]:
    return [("env", name) for name in names]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"memory": 0, "tags": env("__cpp_exception", "__c_longjmp")}, {}),
        ({"memory": 4, "wide": True, "variables": env("__stack_pointer")}, {"memory64": "error"}),
        ({"memory": 3}, {"threads": "error"}),
        ({"functions": env("invoke_vi", "getTempRet0")}, {"exceptions": "error"}),
        (
            {"functions": env("__cxa_find_matching_catch_3", "__resumeException")},
            {"exceptions": "error"},
        ),
        ({"functions": env("emscripten_longjmp", "invoke_vii")}, {"longjmp": "error"}),
        # Alone they say nothing of a model, and are missing all the same.
        ({"functions": env("getTempRet0")}, {"symbol": "error"}),
        ({"variables": [("GOT.mem", "__THREW__")]}, {"symbol": "error"}),
        ({"code": b"\x06\x40\x19\x0b"}, {}),
        ({"code": b"\x1f\x40\x00\x0b"}, {"exceptions": "error"}),
        ({"code": b"\xfd\x00\x00\x00"}, {"simd": "warning"}),
        ({"code": b"\xfd\x80\x02"}, {"relaxed-simd": "error"}),
        ({"code": b"\x12\x00"}, {"feature": "warning"}),
        ({"code": b"\xfb\x17\x00"}, {"feature": "warning"}),
        # Atomic instructions on memory that is not shared are valid and run.
        ({"code": b"\xfe\x10\x02\x00", "memory": 0}, {}),
    ],
)
def test_models(tmp_path: Path, runtime: Path, parts: Any, found: dict[str, str]) -> None:
    assert kinds(tmp_path, runtime, **parts) == found


def test_a_runtime_with_the_other_model(tmp_path: Path, runtime: Path) -> None:
    """As Pyodide's were before 2025: no tags, and a loader that makes ``invoke_`` functions."""
    program = wasm.module(exports=["malloc"], own_memory=1, side=False)
    (runtime / "pyodide.asm.wasm").write_bytes(program)
    (runtime / "pyodide.asm.mjs").write_text(
        'var wasmImports={"getTempRet0":b};if(prop.startsWith("invoke_"))make()'
    )
    found = kinds(tmp_path, runtime, tags=env("__cpp_exception", "__c_longjmp"))
    assert found == {"exceptions": "error", "longjmp": "error"}
    assert kinds(tmp_path, runtime, functions=env("invoke_vi", "getTempRet0")) == {}
    assert kinds(tmp_path, runtime, functions=env("__resumeException")) == {"symbol": "error"}


def test_a_runtime_with_threads(tmp_path: Path, runtime: Path) -> None:
    program = wasm.module(own_memory=3, side=False)
    (runtime / "pyodide.asm.wasm").write_bytes(program)
    (runtime / "pyodide.asm.mjs").write_text("var wasmImports={a:b}")
    assert kinds(tmp_path, runtime, memory=3) == {}
    assert kinds(tmp_path, runtime, memory=0) == {"threads": "error"}
