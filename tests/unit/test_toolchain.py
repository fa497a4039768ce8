"""The image's record of its toolchain, and what is read off it."""

import dataclasses
import json
from pathlib import Path
from typing import Final

import pytest

from toolkit.crossenv.complete import replaced
from toolkit.errors import Incoherent
from toolkit.pins import read_pins
from toolkit.toolchain import Toolchain, read_toolchain, why_unofficial, write_toolchain

PINS: Final = read_pins(source="emsdk")
PINNED: Final = Toolchain(
    source="emsdk",
    emscripten=PINS.runtime["emscripten"],
    pyodide=PINS.runtime["pyodide"],
    upstream={**PINS.upstream, "xbuildenv-sha256": "0" * 64},
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "images" / "toolchain.json"
    write_toolchain(PINNED, file)
    assert read_toolchain(file) == PINNED
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_an_image_without_a_record_is_debians(tmp_path: Path) -> None:
    assert read_toolchain(tmp_path / "none.json") == Toolchain(source="debian")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"source": "emsdk"}', json.dumps({"source": "other"})]
)
def test_a_record_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "toolchain.json"
    file.write_text(text)
    with pytest.raises(Incoherent, match="not the record of a toolchain"):
        read_toolchain(file)


def test_another_source_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "toolchain.json"
    write_toolchain(dataclasses.replace(PINNED, source="mine"), file)
    with pytest.raises(Incoherent):
        read_toolchain(file)


def test_the_pinned_pair_is_official() -> None:
    assert why_unofficial(PINNED, PINS) is None


def test_debian_is_not() -> None:
    reason = why_unofficial(dataclasses.replace(PINNED, source="debian"), PINS)
    assert reason is not None
    assert "Debian's Emscripten" in reason


@pytest.mark.parametrize("name", list(PINS.upstream))
def test_nor_is_a_pair_in_which_one_thing_is_another(name: str) -> None:
    for upstream in ({**PINNED.upstream, name: "other"}, {}):
        reason = why_unofficial(dataclasses.replace(PINNED, upstream=upstream), PINS)
        assert reason is not None
        assert PINS.upstream[name if upstream else "commit"] in reason


@pytest.mark.parametrize("name", ["emscripten", "pyodide"])
def test_nor_one_of_another_version(name: str) -> None:
    other = Toolchain(
        **{**vars(PINNED), name: "1.2.3"},
    )
    reason = why_unofficial(other, PINS)
    assert reason is not None
    assert f"{name} 1.2.3" in reason


def test_a_pinned_sum_of_the_environment_counts() -> None:
    pins = dataclasses.replace(PINS, upstream={**PINS.upstream, "xbuildenv-sha256": "1" * 64})
    assert why_unofficial(PINNED, pins) is not None


def test_requirements_of_the_environment_get_our_versions() -> None:
    theirs = "numpy==2.4.1\n\nscipy==1.17.0\nPyWavelets == 1.9\n"
    ours = replaced(theirs, {"numpy": "2.4.6", "pywavelets": "1.10.0"})
    assert ours == "scipy==1.17.0\nnumpy==2.4.6\npywavelets==1.10.0\n"
    assert replaced(ours, {}) == ours
