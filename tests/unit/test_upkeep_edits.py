"""New versions in old files, Debian's ranges, the entry in the changelog."""

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import MoveRefused
from toolkit.upkeep.changelog import entry, with_entry
from toolkit.upkeep.debian import candidates, follow, ranges
from toolkit.upkeep.edits import (
    relaxed,
    with_arguments,
    with_dependency,
    with_pins,
    with_versions,
)
from toolkit.upkeep.plan import Row, changes

ROOT: Final = Path(__file__).resolve().parents[2]
PINS: Final = (ROOT / "images" / "pins.toml").read_text("utf-8")
DOCKERFILE: Final = (ROOT / "Dockerfile").read_text("utf-8")


def test_a_pin_is_moved_and_nothing_else() -> None:
    moved = with_pins(PINS, {("runtime", "emscripten"): "9.9.9", ("xeus", "py-rattler"): "7"})
    lines = zip(PINS.splitlines(), moved.splitlines(), strict=True)
    changed = [(old.partition(" = ")[0], new) for old, new in lines if old != new]
    assert changed == [
        ("emscripten", 'emscripten = "9.9.9"'),
        ("py-rattler", 'py-rattler = "7"'),
    ]
    assert tomllib.loads(moved)["runtime"]["emscripten"] == "9.9.9"


@pytest.mark.parametrize("path", [("runtime", "nothing"), ("nowhere", "pyodide"), ("xeus", "nox")])
def test_a_pin_that_is_not_there(path: tuple[str, ...]) -> None:
    with pytest.raises(MoveRefused, match=rf"no line of its own for {'.'.join(path)}"):
        with_pins(PINS, {path: "1"})


def test_requirements() -> None:
    text = "# A==1\nA_b[x]==1.0  # why\nc==2\nd>=3\ne<10\n"
    assert with_versions(text, {"a-b": "1.5", "d": "9", "z": "1"}) == (
        "# A==1\nA_b[x]==1.5  # why\nc==2\nd>=3\ne<10\n"
    )
    assert relaxed(text, {"a-b", "e"}) == "# A==1\nA_b[x]>=1.0  # why\nc==2\nd>=3\ne<10\n"


def test_the_head_of_the_dockerfile() -> None:
    moved = with_arguments(DOCKERFILE, {"PYTHON_MINOR": "9.9", "PLATFORM_TAG": "x_wasm32"})
    assert "\nARG PYTHON_MINOR=9.9\n" in moved
    assert moved.count("\nARG PYTHON_MINOR\n") == DOCKERFILE.count("\nARG PYTHON_MINOR\n") > 0
    with pytest.raises(MoveRefused, match="no line ARG NOTHING="):
        with_arguments(DOCKERFILE, {"NOTHING": "1"})


def test_a_dependency_of_npm() -> None:
    text = (ROOT / "images" / "npm" / "package.json").read_text("utf-8")
    old = json.loads(text)
    assert with_dependency(text, "pyodide", old["dependencies"]["pyodide"]) == text
    moved = json.loads(with_dependency(text, "pyodide", "9"))
    assert moved["dependencies"].pop("pyodide") == "9"
    del old["dependencies"]["pyodide"]
    assert moved == old


@pytest.mark.parametrize(
    ("pinned", "offered", "least", "expected"),
    [
        (">=6.0,<7", "6.2.1", None, ">=6.0,<7"),
        (">=6.0,<7", "7.1.2", None, ">=7.0,<8"),
        (">=21,<22", "22.1.0", None, ">=22,<23"),
        (">=3.14.2,<3.15", "3.14.9", "3.14.2", ">=3.14.2,<3.15"),
        (">=3.14.2,<3.15", "3.14.9", "3.14.5", ">=3.14.5,<3.15"),
        (">=3.14.2,<3.15", "3.15.1", "3.15.0", ">=3.15.0,<3.16"),
        (">=120", "131", None, ">=120"),
        (">=120", "99", None, ">=99"),
    ],
)
def test_a_range_follows_debian(
    pinned: str, offered: str, least: str | None, expected: str
) -> None:
    assert follow(pinned, offered, least=least) == expected


def test_the_headers_are_no_older_than_the_runtime() -> None:
    found = ranges(
        {"python": ">=3.14.2,<3.15", "node": ">=24,<25"},
        {"python": "3.15.1", "node": "24.3"},
        "3.15.0",
    )
    assert found == {"python": ">=3.15.0,<3.16", "node": ">=24,<25"}


def test_what_apt_says() -> None:
    policy = (
        "llvm:\n  Installed: (none)\n  Candidate: 1:21.1.8-74\n  Version table:\n"
        "     1:21.1.8-74 500\n        500 http://127.0.0.1 forky/main\n"
        "gone:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n"
        "nodejs:\n  Installed: 24.1\n  Candidate: 24.21.0+dfsg-1\n  Version table:\n"
    )
    assert candidates(policy) == {"llvm": "21.1.8", "nodejs": "24.21.0"}
    assert candidates("") == {}


OLDER: Final = "\n## [1.0]\n\n### Changed\n\n- older\n"
ENTRY: Final = entry([Row(name="Pyodide", now="1", new="2")], dt.date(2030, 1, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# C\n\n## [Unreleased]\n", f"# C\n\n## [Unreleased]\n\n### Changed\n\n{ENTRY}"),
        (
            f"## [Unreleased]\n\n### Changed\n\n- old\n{OLDER}",
            f"## [Unreleased]\n\n### Changed\n\n{ENTRY}- old\n{OLDER}",
        ),
        (
            f"## [Unreleased]\n\n### Added\n\n- new\n{OLDER}",
            f"## [Unreleased]\n\n### Changed\n\n{ENTRY}\n### Added\n\n- new\n{OLDER}",
        ),
    ],
)
def test_an_entry_stands_below_what_is_not_released(text: str, expected: str) -> None:
    assert with_entry(text, ENTRY) == expected
    assert "- Pins, moved together on 2030-01-02; " in ENTRY
    assert ENTRY.endswith("  - Pyodide: 1 → 2\n")


def test_a_changelog_without_a_place() -> None:
    with pytest.raises(MoveRefused, match=r"no line '## \[Unreleased\]'"):
        with_entry("# Changelog\n", ENTRY)


def test_the_changelog_of_this_checkout_has_one() -> None:
    assert ENTRY in with_entry((ROOT / "CHANGELOG.md").read_text("utf-8"), ENTRY)


def test_what_has_come_gone_and_moved() -> None:
    assert changes({"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}) == [
        "a 1 → -",
        "b 1 → 2",
        "d - → 1",
    ]
