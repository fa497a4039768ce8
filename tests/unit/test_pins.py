"""Pins and facts: whatever is moved alone is caught, and named."""

import dataclasses
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.artefacts import make_runtime
from toolkit.errors import Incoherent
from toolkit.installed import READERS, debian_lock, installed_version
from toolkit.pins import PINS, Fact, Pins, SdistPin, facts, read_pins, require_coherent
from toolkit.runtime.distribution import Runtime, read_runtime

TABLE: Final[dict[str, Any]] = tomllib.loads(PINS.read_text("utf-8"))
PROGRAMS: Final = {
    "emscripten": "6.0.5",
    "llvm": "21.1.8",
    "node": "24.21.0",
    "python": "3.14.8",
    "binaryen": "131",
}


def leaves(table: dict[str, Any], *path: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for key, value in table.items():
        here = (*path, key)
        found += leaves(value, *here) if isinstance(value, dict) else [here]
    return found


def actual(pins: Pins) -> Callable[[str], str | None]:
    """Give a machine on which everything is as the pins want it."""
    answers = {
        "kernel:pyodide": pins.runtime["pyodide"],
        "npm:pyodide": pins.runtime["npm-integrity"],
        "suite": "forky",
        "python-minor": "3.14",
        **{f"python:{name}": version for name, version in pins.packages.items()},
        **{f"xeus:{name}": version for name, version in pins.xeus.items()},
        **{f"program:{name}": version for name, version in PROGRAMS.items()},
        **{f"wheel:{name}": pin.version for name, pin in pins.wheelhouse.items() if pin.is_wheel},
    }
    return answers.__getitem__


def runtime_of(pins: Pins) -> Runtime:
    return Runtime(
        folder=Path("/nowhere"),
        version=pins.runtime["pyodide"],
        python=pins.runtime["python"],
        abi=pins.runtime["abi"],
        emscripten=pins.runtime["emscripten"],
    )


GOOD: Final = read_pins()


def test_the_pins_as_they_stand_are_coherent() -> None:
    require_coherent(facts(GOOD, runtime_of(GOOD), actual(GOOD)))


def other(value: str) -> str:
    """Give another value of the same shape: no digit of a version or a hash stays."""
    if value[:1] in "<>=~!":
        return re.sub(r"\d+", "9999", value, count=1)
    if re.match(r"\d|pyemscripten", value):
        return re.sub(r"\d+", lambda number: str(int(number[0]) + 1), value, count=1)
    return f"{value[:-3]}{'x' if value[-3] != 'x' else 'y'}{value[-2:]}"


NOT_ON_THIS_MACHINE: Final = {
    ("schema",): "the shape of the file",
}
AT_THE_DOWNLOAD: Final = {"sdist", "sdist-sha256", "debian", "orig", "orig-sha256", "prebuilt"}
"""Of the wheelhouse: archive.require_sha256 checks what came."""


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in leaves(TABLE)
        if path not in NOT_ON_THIS_MACHINE
        and path[:2] != ("toolchain", "emsdk")
        and not (path[0] == "wheelhouse" and path[-1] in AT_THE_DOWNLOAD)
        # The version of a library is its recipe's (toolkit.crossenv.recipe_graph).
        and not (path[0] == "wheelhouse" and not GOOD.wheelhouse[path[1]].is_wheel)
    ],
    ids=".".join,
)
def test_each_pin_moved_alone_is_caught(tmp_path: Path, path: tuple[str, ...]) -> None:
    value: Any = TABLE
    for key in path:
        value = value[key]
    changed = tmp_path / "pins.toml"
    header = f"[{'.'.join(path[:-1])}]"
    before, found, rest = PINS.read_text("utf-8").partition(f"{header}\n")
    line = f'{path[-1]} = "{value}"'
    assert found
    assert line in rest
    moved = other(str(value))
    assert moved != value
    changed.write_text(before + found + rest.replace(line, f'{path[-1]} = "{moved}"', 1))
    with pytest.raises(Incoherent) as error:
        require_coherent(facts(read_pins(changed), runtime_of(GOOD), actual(GOOD)))
    told = f"{error.value.what}\n{error.value.detail}"
    name = {
        "runtime": f"runtime {path[-1]}",
        "xeus": f"xeus {path[-1]}",
        "wheelhouse": f"wheelhouse {path[1]}",
    }.get(path[0], path[-1])
    assert re.search(rf"^{re.escape(name)}: .*images/pins\.toml has ", told, re.MULTILINE), told
    assert moved in told or path == ("runtime", "python")


@pytest.mark.parametrize("field", ["version", "python", "abi", "emscripten"])
def test_another_runtime_is_caught(field: str) -> None:
    runtime = runtime_of(GOOD)
    changed: dict[str, Any] = {field: other(getattr(runtime, field))}
    runtime = dataclasses.replace(runtime, **changed)
    with pytest.raises(Incoherent, match=r"^runtime "):
        require_coherent(facts(GOOD, runtime, actual(GOOD)))


QUESTIONS: Final[list[str]] = []
facts(GOOD, runtime_of(GOOD), QUESTIONS.append)


@pytest.mark.parametrize("what", QUESTIONS)
@pytest.mark.parametrize("is_there", [True, False])
def test_each_actual_version_moved_alone_is_caught(what: str, *, is_there: bool) -> None:
    right = actual(GOOD)

    def versions(asked: str) -> str | None:
        value = right(asked)
        if asked != what:
            return value
        return "0.1" if is_there else None

    with pytest.raises(Incoherent) as error:
        require_coherent(facts(GOOD, runtime_of(GOOD), versions))
    assert error.value.detail == "", "nothing else disagrees"
    assert (" has nothing, " in error.value.what) is not is_there


def test_every_question_has_somebody_who_answers_it() -> None:
    asked = [*QUESTIONS]
    facts(read_pins(source="emsdk"), runtime_of(GOOD), asked.append)
    assert {what.partition(":")[0] for what in asked} == set(READERS)


def test_all_that_disagrees_is_told() -> None:
    wrong = [
        Fact(name=name, pinned="1", actual=actual, source="s")
        for name, actual in (("a", "1"), ("b", "2"), ("c", None))
    ]
    with pytest.raises(Incoherent) as error:
        require_coherent(wrong)
    assert error.value.what == "b: s has 2, images/pins.toml has 1"
    assert error.value.detail == "c: s has nothing, images/pins.toml has 1"


@pytest.mark.parametrize(
    ("pinned", "found", "agrees"),
    [
        (">=6.0,<7", "6.0.5", True),
        (">=6.0,<7", "7.0", False),
        (">=3.14.2,<3.15", "3.14.1", False),
        (">=120", "131", True),
        (">=120", "version_119", False),
        ("1.0", "1.0.0", False),
        ("1.0", None, False),
    ],
)
def test_a_fact_agrees(pinned: str, found: str | None, *, agrees: bool) -> None:
    assert Fact(name="x", pinned=pinned, actual=found, source="s").agrees is agrees


def test_the_other_source_of_the_toolchain_is_pinned_too() -> None:
    pins = read_pins(source="emsdk")
    assert pins.suite is None
    assert pins.toolchain["emscripten"] == f"=={pins.runtime['emscripten']}"


def test_what_is_installed_here() -> None:
    assert installed_version("python:packaging") is not None
    assert installed_version("python:no-such-package") is None
    assert installed_version("python-minor") == GOOD.runtime["python"].rpartition(".")[0]


def test_pins_are_exact_or_ranges_and_sums_are_whole() -> None:
    exact = [*GOOD.packages.values(), *(pin.version for pin in GOOD.wheelhouse.values())]
    assert [value for value in exact if not re.fullmatch(r"\d+(\.\d+)+", value)] == []
    assert all(re.fullmatch(r"[0-9a-f]{64}", p.source.sha256) for p in GOOD.wheelhouse.values())
    assert re.fullmatch(r"sha512-[\w+/]{86}==", GOOD.runtime["npm-integrity"])


def test_a_source_of_another_name_that_is_not_built_into_the_image(tmp_path: Path) -> None:
    more = (
        f'\n[wheelhouse.libx]\nversion = "1"\nsdist = "x-source"\nsdist-sha256 = "{"0" * 64}"\n'
        "prebuilt = false\n"
    )
    (tmp_path / "pins.toml").write_text(PINS.read_text("utf-8") + more)
    pin = read_pins(tmp_path / "pins.toml").wheelhouse["libx"]
    assert pin.source == SdistPin(name="x-source", version="1", sha256="0" * 64)
    assert not pin.is_wheel
    assert GOOD.wheelhouse["numpy"].is_wheel
    assert not GOOD.wheelhouse["libz"].is_wheel


def test_the_runtime_of_the_tests_is_that_of_the_pins(tmp_path: Path) -> None:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    assert (runtime.version, runtime.platform_tag) == (
        GOOD.runtime["pyodide"],
        GOOD.runtime["platform-tag"],
    )


def test_the_lock_of_debians_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = tmp_path / "dpkg-query"
    query.write_text("#!/bin/sh\nprintf 'zlib 1:1.3-1 amd64\\nbash 5.2 amd64\\n'\n")
    query.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    sums = tmp_path / "sums"
    sums.write_text(f"{'a' * 64}  zlib_1%3a1.3-1_amd64.deb\n")
    assert debian_lock(sums) == f"bash 5.2 -\nzlib 1:1.3-1 {'a' * 64}\n"
