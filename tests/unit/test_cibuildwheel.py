"""``[tool.cibuildwheel]`` as cibuildwheel itself reads it."""

import shlex
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import cibuildwheel
from toolkit.cibuildwheel import command, excluded, filled_in, names, option, selects, words
from toolkit.errors import SettingsError

CASCADE = """
[tool.cibuildwheel]
before-build = "everywhere"
test-requires = ["a b", "c"]
config-settings = {one = "1", list = ["x", "y"]}
environment = {A = "1", B = "$A and $(echo so)"}
[tool.cibuildwheel.pyodide]
test-requires = "d 'e f'"
[tool.cibuildwheel.linux]
before-build = "not for us"
[[tool.cibuildwheel.overrides]]
select = "*-win32"
before-build = "not for us either"
[[tool.cibuildwheel.overrides]]
select = ["cp39-*", "cp3{12,13,14}-pyodide*"]
inherit.config-settings = "append"
inherit.environment = "prepend"
config-settings = {list = "z", two = "2"}
environment = "C=3 D='4 5'"
"""


def tool(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def test_the_more_particular_place_counts() -> None:
    pyproject = tool(CASCADE)
    assert command(option(pyproject, "before-build")) == "everywhere"
    assert words(option(pyproject, "test-requires")) == ("d", "e f")
    assert option(pyproject, "test-requires")[0].origin == "[tool.cibuildwheel.pyodide]"
    assert option(pyproject, "test-command") == ()


def test_an_override_inherits() -> None:
    pyproject = tool(CASCADE)
    found = list(cibuildwheel.key_values(option(pyproject, "config-settings")))
    assert [(key, value) for key, value, _ in found] == [("one", "1"), ("list", "z"), ("two", "2")]
    origins = [origin for _key, _value, origin in found]
    assert origins[0] == "[tool.cibuildwheel]"
    assert origins[1].startswith("[[tool.cibuildwheel.overrides]] select = ")
    texts = [text for text, _ in cibuildwheel.assignments(option(pyproject, "environment"))]
    assert texts == ["C=3 D='4 5'", 'A="1"', 'B="$A and $(echo so)"']


@pytest.mark.parametrize(
    ("rule", "expected"),
    [(None, "b"), ("none", "b"), ("append", "a && b"), ("prepend", "b && a")],
)
def test_rules(rule: str | None, expected: str) -> None:
    inherit = f'inherit.before-build = "{rule}"\n' if rule else ""
    text = (
        '[tool.cibuildwheel]\nbefore-build = "a"\n[[tool.cibuildwheel.overrides]]\n'
        f'select = "*pyodide*"\n{inherit}before-build = "b"\n'
    )
    assert command(option(tool(text), "before-build")) == expected


def test_nothing_is_a_value_too() -> None:
    text = 'tool.cibuildwheel.test-requires = ["x"]\ntool.cibuildwheel.pyodide.test-requires = []'
    assert words(option(tool(text), "test-requires")) == ()


def test_lists_and_strings() -> None:
    text = 'tool.cibuildwheel.before-build = ["a b", "c"]\ntool.cibuildwheel.test-extras = "x,y z"'
    assert command(option(tool(text), "before-build")) == "a b && c"
    assert names(option(tool(text), "test-extras")) == ("x", "y", "z")
    text = "tool.cibuildwheel.config-settings = \"a=1 a='2 3' b=\""
    found = cibuildwheel.key_values(option(tool(text), "config-settings"))
    assert [(key, value) for key, value, _ in found] == [("a", "1"), ("a", "2 3"), ("b", "")]


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("*", True),
        ("cp314-*", True),
        ("cp313-*", False),
        ("cp31{3,4}-pyodide_wasm32", True),
        ("{cp{38,39},cp314}-{linux,pyodide}*", True),
        ("cp3??-*_wasm32", True),
        ("*linux* *pyodide*", True),
        ("*Pyodide*", False),
        ("", False),
    ],
)
def test_patterns(pattern: str, *, matches: bool) -> None:
    assert selects(pattern, "cp314-pyodide_wasm32") is matches
    assert selects(pattern.split(), "cp314-pyodide_wasm32") is matches


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", None),
        ('skip = "*-musllinux*"', None),
        ('skip = "*pyodide*"', "[tool.cibuildwheel] skip"),
        ('skip = ["pp*", "*wasm32"]', "[tool.cibuildwheel] skip"),
        ('build = "cp31?-manylinux*"', "[tool.cibuildwheel] build"),
        ('build = ""', None),
    ],
)
def test_left_out(text: str, where: str | None) -> None:
    assert excluded(tool(f"[tool.cibuildwheel]\n{text}")) == where


def test_placeholders() -> None:
    text = "bash {project}/a {package} #{project} {other} {wheel}"
    assert filled_in(text, project=r"C:\x\1", package=".") == (
        r"bash C:\x\1/a . {project} {other} {wheel}"
    )


@given(st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]))))
def test_words_come_back(listed: list[str]) -> None:
    entry = cibuildwheel.Entry(value=shlex.join(listed), origin="x")
    assert words([entry]) == tuple(listed)
    assert words([cibuildwheel.Entry(value=listed, origin="x")]) == tuple(listed)


@pytest.mark.parametrize(
    "text",
    [
        "overrides = 3",
        "overrides = [3]",
        'overrides = [{before-build = "x"}]',
        'overrides = [{select = "*", before-build = "x", inherit = {before-build = "often"}}]',
        'overrides = [{select = "*", before-build = "x", inherit = "append"}]',
        "before-build = 3",
        "before-build = [[]]",
        "before-build = {}",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        command(option(tool(f"[tool.cibuildwheel]\n{text}"), "before-build"))
    assert "tool.cibuildwheel" in caught.value.what


@pytest.mark.parametrize("text", ["3", "'novalue'", '"a=\'"', "[1]"])
def test_settings_that_cannot_be_read(text: str) -> None:
    found = option(tool(f"tool.cibuildwheel.config-settings = {text}"), "config-settings")
    with pytest.raises(SettingsError):
        list(cibuildwheel.key_values(found))
