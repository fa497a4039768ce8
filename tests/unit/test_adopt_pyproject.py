"""``[tool.spec14]`` is appended as text."""

import tomllib

import pytest

from toolkit.adopt.pyproject import with_settings
from toolkit.errors import NotAdopted

TEXT = """\
# A comment.
[project]
name = "x"   # another

[tool.other]
keys = [
    1,  # one
]
"""


def test_what_stands_there_stays_as_it_is() -> None:
    made = with_settings(TEXT, {})
    assert made.startswith(TEXT)
    assert made.removeprefix(TEXT).startswith("\n[tool.spec14]\n# ")
    assert tomllib.loads(made)["tool"] == {"other": {"keys": [1]}, "spec14": {}}


def test_settings_follow() -> None:
    made = with_settings(TEXT, {"docs": {"source": "documentation"}})
    assert tomllib.loads(made)["tool"]["spec14"] == {"docs": {"source": "documentation"}}
    assert made.count("[tool.spec14]") == 1


@pytest.mark.parametrize(
    "said",
    [
        "[tool.spec14]\n",
        "[tool.spec14.docs]\njobs = 2\n",
        "[tool]\nspec14 = {}\n",
        "tool.spec14 = {}\n",
    ],
)
def test_a_table_that_is_there_is_left_alone(said: str) -> None:
    assert with_settings(said, {"docs": {"source": "x"}}) == said
    assert with_settings(with_settings(TEXT, {}), {}) == with_settings(TEXT, {})


@pytest.mark.parametrize("text", ["", "x = 1", "[a]\r\nb = 1\r\n"])
def test_line_ends_are_those_of_the_file(text: str) -> None:
    made = with_settings(text, {})
    assert made.startswith(text)
    assert "spec14" in tomllib.loads(made)["tool"]
    assert made.endswith("\n")
    if "\r\n" in text:
        assert made.count("\n") == made.count("\r\n")
    else:
        assert "\r" not in made


def test_where_no_table_can_be_appended_nothing_is() -> None:
    with pytest.raises(NotAdopted, match="no table can be appended") as caught:
        with_settings("tool = {other = 1}\n", {})
    assert "by hand" in caught.value.do
