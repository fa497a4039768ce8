"""Conversions, reading and writing."""

import doctest

import measures
import pytest


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1, "mi", "m", 1609.344),
        (12, "in", "ft", 1.0),
        (1, "h", "ms", 3.6e6),
        (2, "lb", "kg", 0.90718474),
        (5, "µm", "nm", 5000.0),
        (1, "min", "s", 60.0),
    ],
)
def test_conversions(value, unit, to, expected):
    assert measures.convert(value, unit, to) == pytest.approx(expected, rel=1e-12)
    assert measures.convert(expected, to, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "to", "message"),
    [("m", "s", "'m' is a length and 's' a time"), ("kmi", "m", "'kmi'"), ("", "m", "unknown")],
)
def test_conversions_that_make_no_sense_are_refused(unit, to, message):
    with pytest.raises(ValueError, match=message):
        measures.convert(1, unit, to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3.5 km", (3.5, "km")), ("-2e3s", (-2000.0, "s")), (" .5  µm ", (0.5, "µm"))],
)
def test_reading(text, expected):
    assert measures.parse(text) == expected


@pytest.mark.parametrize("text", ["", "km", "3", "3 4 m", "3 parsec", "nan m"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match=r"not a number|unknown unit"):
        measures.parse(text)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (0, 3, "0 m"),
        (1, 3, "1 m"),
        (-1500, 3, "-1.5 km"),
        (999.6, 3, "1 km"),
        (0.00042, 3, "420 µm"),
        (123456, 2, "120 km"),
        (5e12, 3, "5000 Gm"),
        (2e-11, 3, "0.02 nm"),
    ],
)
def test_writing(value, digits, expected):
    assert measures.tell(value, "m", digits=digits) == expected


def test_what_cannot_be_written_is_refused():
    for value, unit, digits in ((1, "ft", 3), (float("inf"), "m", 3), (1, "m", 0)):
        with pytest.raises(ValueError, match=r"takes no prefix|finite"):
            measures.tell(value, unit, digits=digits)


@pytest.mark.parametrize("name", measures.__all__)
def test_examples(name):
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(measures, name), name, globs={})
    assert example.examples
    complaints = []
    result = doctest.DocTestRunner().run(example, out=complaints.append)
    assert result.failed == 0, "".join(complaints)
