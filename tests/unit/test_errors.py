"""The table of exit codes."""

from collections import Counter
from pathlib import Path

import click
import pytest

from toolkit import errors
from toolkit.cli import MODULES, cli
from toolkit.errors import Spec14Error, all_errors, not_writable


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = Counter(kind.exit_code for kind in all_errors())
    assert [code for code, times in codes.items() if times > 1] == []


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_code_and_words_of_a_kind(kind: type[Spec14Error]) -> None:
    assert 10 <= kind.exit_code <= 99
    assert "exit_code" in vars(kind), "inherited: two kinds would share a code"
    assert "summary" in vars(kind)
    assert kind.summary
    assert "\n" not in kind.summary
    error = kind("what is wrong", do="the next step", detail="the tool's words")
    assert (error.what, error.do, error.detail) == (
        "what is wrong",
        "the next step",
        "the tool's words",
    )
    assert str(error) == "what is wrong"


def test_the_table_is_complete_and_sorted() -> None:
    table = all_errors()
    assert table[0] is Spec14Error
    assert [kind.exit_code for kind in table] == sorted(kind.exit_code for kind in table)
    defined = {
        value
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Spec14Error)
    }
    context = click.Context(cli)
    # Every module that could define an error of its own is imported by then.
    assert all(cli.get_command(context, name) for name in MODULES)
    table = all_errors()
    assert set(table) == defined, "errors are defined in toolkit/errors.py only"


def test_a_folder_of_somebody_else_names_the_lines_for_env(tmp_path: Path) -> None:
    owner = tmp_path.stat()
    error = not_writable(tmp_path, owner.st_uid + 1, 7)
    assert f"uid {owner.st_uid + 1}, gid 7" in error.what
    assert f"SPEC14_UID={owner.st_uid} " in error.do
    assert f"SPEC14_GID={owner.st_gid} " in error.do


def test_ones_own_folder_is_not_blamed_on_the_uid(tmp_path: Path) -> None:
    error = not_writable(tmp_path, tmp_path.stat().st_uid, 7)
    assert "SPEC14_UID" not in error.do
    assert "chmod" in error.do
