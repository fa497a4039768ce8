"""Buttons in pages, places in sources, baselines."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.test_verify_outcome import EXAMPLE
from toolkit.docs.button import Button, marked
from toolkit.errors import ExamplesFail, SettingsError
from toolkit.project import Project, read_project
from toolkit.settings import VerifySettings
from toolkit.verify.buttons import decided
from toolkit.verify.outcome import Kind, Verdict, judge
from toolkit.verify.places import name, place
from toolkit.verify.policy import accept, baseline, enforce
from toolkit.verify.report import page

SOURCE = '''
class Wave:
    def move(self):
        """Move.

        Examples
        --------
        >>> import ripple
        >>> 1
        """

def plain():
    """No example."""
'''


def test_buttons_are_taken_out() -> None:
    one, two = (marked(key, f"<button>{key}</button>") for key in ("0a1", "0b2"))
    html = f"<p>{one}text{two}\n{one}</p>"
    assert decided(html, {"0a1"}) == "<p>text<button>0b2</button>\n</p>"
    assert decided("<p>nothing</p>", {"0a1"}) == "<p>nothing</p>"


def test_a_link_comes_in_the_place_of_a_frame() -> None:
    frames = "".join(marked(key, "<iframe>\n</iframe>", f"<a>{key}</a>") for key in ("0a", "0b"))
    assert decided(frames, {"0b"}) == "<iframe>\n</iframe><a>0b</a>"


def test_buttons_that_open_the_same_have_one_key() -> None:
    one = Button(form="notebook", document="a", source="", line=0, notebook="n/x y.ipynb")
    assert replace(one, document="b", line=7).key == one.key
    assert replace(one, notebook="n/x z.ipynb").key != one.key
    assert replace(one, notebook="", code="1").key != one.key


@pytest.mark.parametrize(
    ("source", "first", "found", "called"),
    [
        (
            "{site}/ripple/w.py:docstring of r.Wave.move",
            ">>> 1",
            "src/ripple/w.py:9",
            "r.Wave.move",
        ),
        (
            "{site}/ripple/w.py:docstring of r.Wave.move",
            ">>> 2",
            "src/ripple/w.py:4",
            "r.Wave.move",
        ),
        ("{site}/ripple/w.py:docstring of r.other", ">>> 1", "src/ripple/w.py", "r.other"),
        ("docstring of r._kernel.c", ">>> 1", "r._kernel.c", "r._kernel.c"),
        ("{root}/docs/api.rst", ">>> 1", "docs/api.rst:5", ">>> 1"),
        ("/elsewhere/x.py:docstring of x.f", ">>> 1", "x.f", "x.f"),
    ],
)
def test_places(tmp_path: Path, source: str, first: str, found: str, called: str) -> None:
    (tmp_path / "src" / "ripple").mkdir(parents=True)
    (tmp_path / "src" / "ripple" / "w.py").write_text(SOURCE)
    files = ["src/ripple/w.py", "docs/api.rst", "src/other/__init__.py"]
    given = source.format(site=tmp_path / ".spec14" / "site-packages", root=tmp_path)
    assert place(given, 5, first, project=tmp_path, files=files) == found
    assert name(given, first) == called


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "a"\nversion = "1"\n')
    return read_project(tmp_path)


def of_kind(kind: Kind, called: str = "a.f") -> Verdict:
    return replace(judge(EXAMPLE, []), kind=kind, name=called, reason="why")


def with_settings(project: Project, settings: VerifySettings) -> Project:
    return replace(project, settings=replace(project.settings, verify=settings))


def test_only_what_is_new_is_an_error(project: Project) -> None:
    assert "spec14-examples.json" in enforce(project, [of_kind(Kind.FAILS)])
    assert accept(project, [of_kind(Kind.FAILS)]) == baseline(project)
    assert enforce(project, [of_kind(Kind.SLOW), of_kind(Kind.WORKS, "a.g")]) == ""
    said = "do not work, and are not in spec14-examples.json: 1"
    with pytest.raises(ExamplesFail, match=said) as raised:
        enforce(project, [of_kind(Kind.FAILS), of_kind(Kind.NEEDS, "a.g")])
    assert raised.value.detail == "src/a.py:7: needs: why"
    baseline(project).write_text("{}")
    with pytest.raises(SettingsError, match="is no baseline"):
        enforce(project, [of_kind(Kind.FAILS)])


def test_the_baseline_is_in_the_project(project: Project) -> None:
    for path in ("../outside.json", "/etc/outside.json"):
        elsewhere = with_settings(project, VerifySettings(baseline=path))
        with pytest.raises(SettingsError, match="is not in the project"):
            accept(elsewhere, [of_kind(Kind.FAILS)])


def test_other_policies(project: Project) -> None:
    strict = with_settings(project, VerifySettings(fail_on="any", differs="off"))
    with pytest.raises(ExamplesFail):
        enforce(strict, [of_kind(Kind.DIFFERS)])
    assert enforce(strict, [of_kind(Kind.WORKS)]) == ""
    careless = with_settings(project, VerifySettings(fail_on="never"))
    assert enforce(careless, [of_kind(Kind.FAILS)]) == ""


def test_the_page_escapes_what_comes_from_examples() -> None:
    bad = replace(of_kind(Kind.FAILS), reason="<script>", got="<b>", source="<i>")
    html = page([bad, of_kind(Kind.WORKS, "a.g")], frozenset({"a"}), wheel="w", root="../..")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert 'href="../../src/a.py"' in html


def test_the_record_is_json(project: Project) -> None:
    accept(project, [of_kind(Kind.NEEDS)])
    known = json.loads(baseline(project).read_text())["known"]
    assert known == {"api: a.f": {"kind": "needs", "reason": "why"}}
