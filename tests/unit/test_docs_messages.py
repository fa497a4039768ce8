"""What Sphinx said."""

import pytest

from toolkit.docs.handover import FAILURE
from toolkit.docs.messages import Message, files_of, judge, read_messages
from toolkit.errors import DocsFailed
from toolkit.process import Finished

OUTPUT = """Running Sphinx v9.2.0
reading sources... [ 50%] api
/p/docs/api.rst:7: WARNING: Title underline too short. [docutils]
/p/src/a.py:docstring of a.b:3: ERROR: Unexpected indentation. [docutils]
WARNING: html_static_path entry '_static' does not exist
the word WARNING: in the middle of a page is none: ERROR: neither
build finished with problems, 3 warnings.
"""


CONF_FAILURE = f"""{FAILURE}Configuration error: There is a programmable error:

Traceback (most recent call last):
  File "/v/sphinx/config.py", line 5, in b
  File "/p/docs/conf.py", line 2, in <module>
    1 / 0
ZeroDivisionError: division by zero
"""
NOTEBOOK_FAILURE = f"""/p/docs/t.md: WARNING: Executing notebook failed: E [mystnb.exec]
{FAILURE}ExecutionError: /p/docs/t.md
"""


def finished(code: int, output: str) -> Finished:
    return Finished(command=("sphinx",), code=code, output=output)


def test_messages_are_read_with_place_level_and_kind() -> None:
    first, second, third = read_messages(OUTPUT)
    assert first == Message(
        place="/p/docs/api.rst:7",
        level="WARNING",
        text="Title underline too short.",
        kind="docutils",
    )
    assert second.place == "/p/src/a.py:docstring of a.b:3"
    assert (third.place, third.kind) == ("", "")


def test_a_run_that_went_well_gives_its_warnings() -> None:
    assert [message.level for message in judge(finished(0, OUTPUT))] == [
        "WARNING",
        "ERROR",
        "WARNING",
    ]


def test_where_warnings_are_errors_the_first_with_a_place_is_named() -> None:
    with pytest.raises(DocsFailed) as caught:
        judge(finished(1, "WARNING: no place\n" + OUTPUT))
    assert caught.value.what.startswith("/p/docs/api.rst:7: Title underline too short.")
    assert "Unexpected indentation" in caught.value.detail


def test_a_module_that_cannot_be_imported_is_an_error() -> None:
    said = (
        "/p/docs/api.rst: WARNING: autodoc: failed to import 'a'; the following exception was "
        'raised:\nTraceback (most recent call last):\n  File "a", line 1, in b\n'
        "ModuleNotFoundError: No module named 'a'\n [autodoc.import_object]\nreading sources...\n"
    )
    with pytest.raises(DocsFailed) as caught:
        judge(finished(0, said))
    assert caught.value.what == (
        "/p/docs/api.rst: autodoc: failed to import 'a': ModuleNotFoundError: No module named 'a'"
    )


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (CONF_FAILURE, "/p/docs/conf.py:2: ZeroDivisionError: division by zero"),
        (
            NOTEBOOK_FAILURE,
            "/p/docs/t.md: Executing notebook failed: E: ExecutionError: /p/docs/t.md",
        ),
        (f"{FAILURE}Theme error: no theme named 'a'\n", "Theme error: no theme named 'a'"),
        ("Segmentation fault\n", "Sphinx ended with exit code 2"),
    ],
)
def test_what_stopped_sphinx_is_named_place_first(output: str, said: str) -> None:
    with pytest.raises(DocsFailed) as caught:
        judge(finished(2, output))
    assert caught.value.what == said


def test_which_files_they_are_about() -> None:
    output = (
        "/p/docs/a.rst:3: WARNING: one\n"
        "/p/docs/b.rst: WARNING: two\n"
        "/p/src/c.py:docstring of c.f:7: ERROR: three\n"
        "WARNING: failed to reach any of the inventories\n"
    )
    names = [file.as_posix() for file in files_of(read_messages(output))]
    assert names == ["/p/docs/a.rst", "/p/docs/b.rst", "/p/src/c.py"]
