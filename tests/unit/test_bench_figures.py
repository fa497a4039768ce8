"""The page of benchmarks: a run replaces what it measured, and nothing else."""

from pathlib import Path

from tests.benchmarks.figures import HEAD, PICTURES, Picture, Report, sections_of


def report(**sections: str) -> Report:
    """Give a report with one figure in each section."""
    ours = Report(facts=["a machine"])
    for heading, measured in sections.items():
        ours.add(heading, "what", measured, "the other")
    return ours


def test_what_was_not_measured_stays() -> None:
    first = report(One="1 s", Two="2 s").markdown()
    second = report(Two="3 s", Three="4 s").markdown(first)
    before, after = sections_of(first), sections_of(second)
    assert list(after) == ["One", "Two", "Three"]
    assert after["One"] == before["One"]
    assert after["Two"][-1] == "| what | 3 s | the other |"
    assert "- a machine" in after["Three"]
    assert second.startswith("\n".join(HEAD))


def test_a_page_is_read_as_it_was_written() -> None:
    text = report(One="1 s", Two="2 s").markdown()
    assert Report().markdown(text) == text


def test_the_page_shows_pictures_that_have_words(tmp_path: Path) -> None:
    ours = report(One="1 s", Two="2 s")
    ours.show("Two", Picture(name="a.svg", svg="<svg/>", words="What is seen"))
    ours.show("Two", Picture(name="b.svg", svg="<svg/>"))
    text = ours.markdown()
    assert sections_of(text)["Two"][-1] == f"![What is seen]({PICTURES}/a.svg)"
    assert "b.svg" not in text
    assert report(One="3 s").markdown(text).count("a.svg") == 1
    assert [file.name for file in ours.write_pictures(tmp_path, shown=True)] == ["a.svg"]
    assert len(ours.write_pictures(tmp_path / "all", shown=False)) == 2
    assert (tmp_path / "a.svg").read_text() == "<svg/>"
