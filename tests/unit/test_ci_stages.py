"""A row of stages: what is noted of each, and what CI services are told."""

import pytest

from toolkit.ci.stages import NAMES, Row, Stage, StageFailed
from toolkit.ci.told import annotations, page
from toolkit.errors import DocsFailed


def row() -> Row:
    return Row(stages=[Stage(name=name) for name in NAMES[:3]])


def failed_with(error: BaseException) -> Row:
    made = row()
    with made.stage("wheel") as stage:
        stage.said = "x.whl"
    with pytest.raises(type(error)), made.stage("audit"):
        raise error
    return made


def test_each_stage_is_noted() -> None:
    made = failed_with(DocsFailed("no pages", do="write some"))
    told = made.as_json()
    assert [one["outcome"] for one in told["stages"]] == ["passed", "failed", "not run"]
    assert told["stages"][1]["said"] == "no pages"
    assert told["stages"][1]["next"] == "write some"
    assert told["exit_code"] == made.exit_code == DocsFailed.exit_code


@pytest.mark.parametrize(
    ("error", "code"), [(StageFailed(3), 3), (KeyboardInterrupt(), 130), (OSError("x"), 1)]
)
def test_the_exit_code_is_that_of_the_stage(error: BaseException, code: int) -> None:
    assert failed_with(error).exit_code == code


def test_a_row_that_passes() -> None:
    made = row()
    assert not made.begun
    for name in NAMES[:3]:
        with made.stage(name):
            pass
    assert made.exit_code == 0
    assert made.begun
    assert made.runs("audit")
    assert not made.runs("docs")


def test_the_page_of_the_job_shows_what_it_is_given_and_nothing_else() -> None:
    made = failed_with(DocsFailed("a <b> | [c](d)\ne", do="f"))
    made.facts |= {"wheel": "x.whl", "wheel_sha256": "0" * 64}
    text = "\n".join(page(made, "spec14 ci: x"))
    assert r"| audit | ❌ | a \<b\> \| \[c\](d) e |" in text
    assert "| test | - |  | 0.0 |" in text
    assert f"sha256 `{'0' * 64}`" in text


def test_annotations_name_the_stage_and_the_examples() -> None:
    made = failed_with(DocsFailed("no pages", do="write some"))
    examples = [
        {"name": "a.b", "place": "src/a.py:7", "kind": "fails", "reason": "x\ny", "button": False},
        {"name": "a.c", "place": "src/a.py:9", "kind": "works", "reason": "", "button": True},
        {"name": "d", "place": "", "kind": "needs", "reason": "threads", "button": False},
    ]
    assert list(annotations(made, examples, "python/")) == [
        "::error title=spec14 audit ended with 60::no pages%0Awrite some",
        "::warning file=python/src/a.py,line=7,title=a.b has no Try it button::fails: x%0Ay",
        "::warning title=d has no Try it button::needs: threads",
    ]
    many = list(annotations(row(), [examples[0]] * 12))
    assert len(many) == 11
    assert "2 more examples" in many[-1]
