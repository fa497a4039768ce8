"""Which words of ``spec14 python`` are ours, and which Python's."""

import click
import pytest
from click.testing import CliRunner

from toolkit.commands.options import OFFLINE, PROJECT
from toolkit.commands.python import PassingOn


@click.command(cls=PassingOn)
@PROJECT
@OFFLINE
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def show(path: str, *, offline: bool, words: tuple[str, ...]) -> None:
    click.echo(repr((str(path), offline, words)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], (".", False, ())),
        (["--project", "p"], ("p", False, ())),
        (["--project=p", "--offline", "-c", "code"], ("p", True, ("-c", "code"))),
        (["-m", "mod", "--offline", "-h"], (".", False, ("-m", "mod", "--offline", "-h"))),
        (
            ["script.py", "--", "--project", "x"],
            (".", False, ("script.py", "--", "--project", "x")),
        ),
        (["--", "--offline"], (".", False, ("--offline",))),
        (["-"], (".", False, ("-",))),
        (["--version"], (".", False, ("--version",))),
        (["-c", ""], (".", False, ("-c", ""))),
    ],
)
def test_the_first_word_of_pythons_ends_ours(
    monkeypatch: pytest.MonkeyPatch, given: list[str], expected: object
) -> None:
    monkeypatch.delenv("PROJECT", raising=False)
    done = CliRunner().invoke(show, given)
    assert done.output == f"{expected!r}\n"


def test_help_is_ours_where_it_comes_first() -> None:
    assert "Usage:" in CliRunner().invoke(show, ["--help"]).output
