"""The page of benchmarks: a run replaces what it measured, and nothing else."""

from tests.benchmarks.figures import HEAD, Report, sections_of


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
