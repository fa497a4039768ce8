"""Reading a module: what comes of its bytes, and what is none."""

import random

import pytest
from hypothesis import given, strategies

from tests import wasm
from toolkit.audit.wasm import read_module
from toolkit.errors import AuditFailed


def test_what_is_read() -> None:
    module = read_module(
        "x.so",
        wasm.module(
            functions=[("env", "f")],
            variables=[("GOT.mem", "v")],
            constants=[("env", "__memory_base")],
            tags=[("env", "__cpp_exception")],
            memory=3,
            weak=[("GOT.mem", "v")],
            needed=["liba.so"],
            exports=["g"],
            data=["d"],
            types={"f": ((wasm.I32, wasm.V128), (wasm.F64,)), "g": ((), (wasm.I64,))},
            custom={".debug_info": b"12345", "name": b"1"},
        ),
    )
    assert {one.name: str(one.extern) for one in module.imports} == {
        "f": "function (i32, v128) -> f64",
        "v": "global mutable i32",
        "__memory_base": "global i32",
        "__cpp_exception": "tag (i32) -> nothing",
        "memory": "memory",
    }
    assert {name: str(one) for name, one in module.exports.items()} == {
        "g": "function () -> i64",
        "d": "global i32",
    }
    assert module.needed == ("liba.so",)
    assert module.weak == {"v"}
    assert module.memory_flags == 3
    assert set(module.sections) == {"dylink.0", ".debug_info", "name"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0asm",
        b"\0asm\2\0\0\0",
        b"\0asm\1\0\0\0",
        b"\0asm\1\0\0\0" + b"\xff" * 40,
        wasm.module(side=False),
        wasm.module(functions=[("env", "malloc")])[:-1],
        wasm.module(functions=[("env", "malloc")])[:-6],
        wasm.module(functions=[("env", "malloc")])[:-9],
    ],
)
def test_what_is_no_module(content: bytes) -> None:
    with pytest.raises(AuditFailed, match=r"x\.so is not a WebAssembly module that can be loaded"):
        read_module("x.so", content)


@given(strategies.integers(min_value=0))
def test_a_damaged_module_is_our_error_or_none(seed: int) -> None:
    generator = random.Random(seed)
    content = bytearray(
        wasm.module(
            functions=[("env", "malloc")],
            exports=["f"],
            data=["d"],
            memory=0,
            code=b"\x41\x00\x1a\x0e\x01\x00\x00",
        )
    )
    for _ in range(generator.randint(1, 4)):
        content[generator.randrange(8, len(content))] = generator.randrange(256)
    try:
        module = read_module("x.so", bytes(content))
    except AuditFailed:
        return
    assert module.size == len(content)
