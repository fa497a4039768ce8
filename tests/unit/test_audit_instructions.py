"""Which proposals instructions belong to, and that every length is known."""

import pytest

from tests.wasm import body, leb, vector
from toolkit.audit.instructions import features_of


def used(*functions: bytes) -> tuple[set[str], str]:
    found = features_of(vector([body(code) for code in functions]))
    return set(found.names), found.unknown


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (b"\x41\xff\x7d\x1a\x42\x80\x01\x1a\x43\xfd\xfe\x06\x1f\x1a", set()),
        (b"\x44" + b"\xfd\xfe\x06\x1f\x12\x13\x0a\x18" + b"\x1a", set()),
        (b"\x02\x40\x0e\x02\x00\x00\x00\x0b", set()),
        (b"\x0e" + leb(300) + b"\xfd\x00" * 301, set()),
        (b"\xfc\x0a\x00\x00\xfc\x0b\x00\xfc\x03", set()),
        (b"\x1c\x01\x7f\xd0\x70\x1a\x28\x02\x80\x01", set()),
        (b"\x06\x40\x07\x00\x09\x00\x0b", {"exception-handling"}),
        (b"\x06\x40\x19\x0b", {"exception-handling"}),
        (b"\x08\x00", set()),
        (b"\x1f\x40\x01\x00\x00\x00\x0b", {"exnref"}),
        (b"\x1f\x40\x02\x00\x00\x00\x03\x00\x0b\x0a", {"exnref"}),
        (b"\x12\x05", {"tail-call"}),
        (b"\xfd\x0c" + b"\x12" * 16 + b"\xfd\x15\x03\xfd\x00\x04\x00\xfd\xae\x01", {"simd128"}),
        (b"\xfd\x54\x00\x00\x01\xfd\x0d" + b"\xfe" * 16, {"simd128"}),
        (b"\xfd\x80\x02", {"relaxed-simd"}),
        (b"\xfe\x10\x02\x00\xfe\x03\x00", {"atomics"}),
    ],
)
def test_what_is_used(code: bytes, names: set[str]) -> None:
    assert used(b"", code, b"\x01") == (names, "")


def test_everything_in_one() -> None:
    code = b"\xfd\x80\x02\x12\x05\xfd\x15\x03"
    assert used(code, b"\xfe\x10\x02\x00") == (
        {"relaxed-simd", "simd128", "tail-call", "atomics"},
        "",
    )


def test_an_instruction_of_tomorrow() -> None:
    assert used(b"\x01\xfb\x17\x00", b"\x12\x00") == ({"tail-call"}, "fb17")


def test_a_function_that_is_cut_short() -> None:
    with pytest.raises(IndexError):
        features_of(vector([body(b"\x01\x01")])[:-1])


def test_variables_are_skipped() -> None:
    with_locals = b"\x02\xfd\x01\x7f\x01\x7b\x01\x0b"
    found = features_of(b"\x01" + leb(len(with_locals)) + with_locals)
    assert (found.names, found.unknown) == (frozenset(), "")
