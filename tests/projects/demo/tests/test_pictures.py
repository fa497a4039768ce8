"""The SVG pictures are well-formed and show what is in the grid."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
import ripple

SVG = "{http://www.w3.org/2000/svg}"


def test_a_map_is_a_picture_of_the_grid():
    root = ET.fromstring(ripple.render_svg(np.eye(5, 7), cell=10))
    assert root.get("viewBox") == "0 0 7 5"
    assert (root.get("width"), root.get("height")) == ("70", "50")
    (path,) = root.findall(f"{SVG}path")
    assert path.get("d") == "".join(f"M{i} {i}.5h1" for i in range(5))


def test_equal_neighbours_are_one_stroke():
    svg = ripple.render_svg([[1, 1, 1, 0, 1], [-1, -1, -1, -1, -1]])
    strokes = [path.get("d") for path in ET.fromstring(svg).findall(f"{SVG}path")]
    assert strokes == ["M0 1.5h5", "M0 0.5h3M4 0.5h1"]


def test_a_string_is_a_curve():
    root = ET.fromstring(ripple.render_svg([0, 1, -1, 0.5]))
    curve = root.find(f"{SVG}polyline")
    assert curve.get("points") == "0.5,8.000 1.5,1.000 2.5,15.000 3.5,4.500"


def test_the_limit_sets_the_scale():
    strong = ripple.render_svg([[5.0, 1.0]], limit=1.0)
    assert 'd="M0 0.5h2"' in strong
    assert "<path" not in ripple.render_svg([[1.0, -1.0]], limit=100.0)


def test_still_water_has_no_colour():
    assert "<path" not in ripple.render_svg(np.zeros((3, 3)))


def test_the_title_cannot_break_out():
    svg = ripple.render_svg([[1.0]], title="</title><script>")
    assert ET.fromstring(svg).find(f"{SVG}title").text == "</title><script>"


@pytest.mark.parametrize(
    ("grid", "options"),
    [
        ([], {}),
        (np.zeros((1, 1, 1)), {}),
        ([0.0, np.nan], {}),
        ([np.inf], {}),
        ([1.0], {"limit": 0.0}),
        ([1.0], {"limit": np.nan}),
        ([1.0], {"cell": 0}),
    ],
)
def test_what_cannot_be_drawn_is_refused(grid, options):
    with pytest.raises(ValueError, match=r"grid|positive"):
        ripple.render_svg(grid, **options)
