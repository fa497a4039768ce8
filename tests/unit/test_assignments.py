"""Assignments, evaluated by the shell itself."""

from pathlib import Path

import pytest

from toolkit.assignments import evaluated
from toolkit.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("A=1", {"A": "1"}),
        ("A=\"x y\" B='$HOME' C=a\\ b", {"A": "x y", "B": "$HOME", "C": "a b"}),
        ('A="$KNOWN/x" B="${A}y" C="$UNSET_THING"', {"A": "k v/x", "B": "k v/xy", "C": ""}),
        ('A="$(printf 1; printf 2)"', {"A": "12"}),
        ("A=$(cat file)", {"A": "from the folder"}),
        ('A="two\nlines"', {"A": "two\nlines"}),
        ('CFLAGS="-DA=1 B=2"', {"CFLAGS": "-DA=1 B=2"}),
        ('KNOWN="$KNOWN more"', {"KNOWN": "k v more"}),
    ],
)
def test_values(tmp_path: Path, text: str, values: dict[str, str]) -> None:
    (tmp_path / "file").write_text("from the folder\n")
    assert evaluated(text, {"KNOWN": "k v"}, folder=tmp_path, origin="x") == values


@pytest.mark.parametrize("text", ["A=$(exit 3)", "echo hello", "A='", "nothing", "A=1; exit 0"])
def test_what_is_no_assignment(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        evaluated(text, {}, folder=tmp_path, origin="[tool.cibuildwheel] environment")
    assert caught.value.what.startswith("[tool.cibuildwheel] environment: ")
    assert "\n" not in caught.value.what
