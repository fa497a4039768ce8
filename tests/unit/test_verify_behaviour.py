"""What examples are run again for."""

from pathlib import Path

from tests.artefacts import make_wheel
from toolkit.verify.behaviour import behaviour, looks_at_docstrings, told_apart
from toolkit.verify.outcome import Cell, Example

MODULE = '"""One."""\n\ndef f():\n    """Do it."""\n    return 1\n'


def wheel(folder: Path, module: str, **options: str) -> Path:
    return make_wheel(folder, "a", files={"a.py": module}, **options)


def test_a_docstring_or_a_comment_changes_nothing(tmp_path: Path) -> None:
    one = behaviour(wheel(tmp_path / "1", MODULE))
    assert behaviour(wheel(tmp_path / "2", MODULE.replace("Do it.", "Do it well."))) == one
    assert behaviour(wheel(tmp_path / "3", f"# A remark.\n\n{MODULE}")) == one
    assert behaviour(wheel(tmp_path / "4", MODULE.replace('    """Do it."""\n', ""))) == one


def test_anything_else_does(tmp_path: Path) -> None:
    one = behaviour(wheel(tmp_path / "1", MODULE))
    assert behaviour(wheel(tmp_path / "2", MODULE.replace("return 1", "return 2"))) != one
    assert behaviour(wheel(tmp_path / "3", MODULE, version="2.0")) != one
    assert behaviour(wheel(tmp_path / "4", "not Python\n")) != one


def test_what_shows_a_docstring_depends_on_the_whole_wheel(tmp_path: Path) -> None:
    other = make_wheel(tmp_path, "b")
    one = told_apart("A", [wheel(tmp_path / "1", MODULE), other])
    changed = wheel(tmp_path / "2", MODULE.replace("Do it.", "Do it well."))
    two = told_apart("A", [other, changed])
    assert (one.others, two.own) == ((other,), (changed,))
    assert one.code == two.code
    assert one.whole != two.whole
    assert told_apart("A", [changed]).code != two.code


def test_examples_that_look_at_docstrings() -> None:
    def example(source: str) -> Example:
        cell = Cell(source=source)
        return Example(key="", form="", document="", place="", name="", cells=(cell,))

    for source in ("help(a)", "print(a.f.__doc__)", "a.f?", "?a.f", "import inspect"):
        assert looks_at_docstrings(example(source)), source
    for source in ("a.f()", "self_help = 1", "x = 1 if a else 2"):
        assert not looks_at_docstrings(example(source)), source
