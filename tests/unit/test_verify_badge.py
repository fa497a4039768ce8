"""Badges: pictures, shields.io's data, and the lines for a README."""

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from tests.artefacts import write_tree
from toolkit.cli import cli
from toolkit.errors import AddressWrong
from toolkit.project import read_project
from toolkit.verify.badge import (
    COLORS,
    DARK_GREEN,
    GREEN,
    GREY,
    SPEC,
    STATUS_JSON,
    Badge,
    contrast,
    ink_on,
    status,
    svg,
    write_badges,
)
from toolkit.verify.badge_lines import badge_lines, site_address

SCHEMA = Path(__file__).resolve().parents[1] / "shields-endpoint.schema.json"
SVG = "{http://www.w3.org/2000/svg}"
WHITE, BLACK = "#FFFFFF", "#000000"


@pytest.mark.parametrize(
    ("buttons", "examples", "message", "color"),
    [
        (43, 43, "43 / 43 examples work", GREEN),
        (41, 43, "41 / 43 examples work", COLORS[1][1]),
        (30, 43, "30 / 43 examples work", COLORS[2][1]),
        (1, 43, "1 / 43 examples work", COLORS[3][1]),
        (0, 43, "0 / 43 examples work", COLORS[3][1]),
        (0, 0, "no examples", GREY),
    ],
)
def test_what_it_says(buttons: int, examples: int, message: str, color: str) -> None:
    badge = status(buttons, examples)
    assert (badge.label, badge.message, badge.color) == ("try it", message, color)


def test_nothing_is_claimed_of_what_was_not_run() -> None:
    assert status(0, 43, ran=False).message == "not checked"


def test_shields_takes_the_data(tmp_path: Path) -> None:
    """By the schema that its documentation gives; one that it refuses is refused here, too."""
    files = []
    for number, badge in enumerate((status(41, 43), status(0, 0), status(0, 1, ran=False))):
        (tmp_path / str(number)).mkdir()
        write_badges(tmp_path / str(number), badge)
        files.append(tmp_path / str(number) / STATUS_JSON)
    assert _validates(*files)
    bad = tmp_path / "bad.json"
    for change in ({"message": ""}, {"schemaVersion": 2}, {"total": 43}, {"color": "a b"}):
        bad.write_text(json.dumps({**json.loads(files[0].read_text()), **change}))
        assert not _validates(bad)


def _validates(*files: Path) -> bool:
    words: list[str | Path] = ["check-jsonschema", "--schemafile", SCHEMA, *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("badge", [SPEC, status(41, 43), status(0, 0)])
def test_the_picture(badge: Badge) -> None:
    picture = ET.fromstring(svg(badge))
    assert picture.tag == f"{SVG}svg"
    assert picture.get("role") == "img"
    (title,) = picture.findall(f"{SVG}title")
    assert title.text == badge.told
    assert picture.get("aria-labelledby") == title.get("id")
    assert [text.text for text in picture.iter(f"{SVG}text")] == [badge.label, badge.message]
    # Each half is as wide as its text and more, and together they are the whole.
    halves = [float(one.get("width", "")) for one in picture.iter(f"{SVG}rect") if one.get("x")]
    lengths = [float(one.get("textLength", "")) for one in picture.iter(f"{SVG}text")]
    assert all(half >= long + 10 for half, long in zip(halves[:2], lengths, strict=True))
    assert sum(halves[:2]) == float(picture.get("width", ""))
    # It loads nothing, and can be read.
    assert "href" not in svg(badge)
    for color in (DARK_GREEN, badge.color):
        ink = {"#fff": WHITE, "#000": BLACK}[ink_on(color)]
        assert contrast(color, ink) >= 4.5


def test_what_stands_in_it_is_text() -> None:
    badge = Badge(label="<script>", message='"&', color=GREY, told="</title>")
    picture = ET.fromstring(svg(badge))
    assert [text.text for text in picture.iter(f"{SVG}text")] == ["<script>", '"&']


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(WHITE, BLACK) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01)


def test_lines_without_an_address() -> None:
    (line,) = badge_lines(None)
    assert line.markdown == (
        "[![SPEC 14 — Interactive Documentation](https://img.shields.io/badge/SPEC-14-green"
        "?labelColor=%23004811&color=%235CA038)](https://scientific-python.org/specs/spec-0014/)"
    )
    assert line.restructured_text == (
        ".. image:: https://img.shields.io/badge/SPEC-14-green"
        "?labelColor=%23004811&color=%235CA038\n"
        "   :target: https://scientific-python.org/specs/spec-0014/\n"
        "   :alt: SPEC 14 — Interactive Documentation"
    )


def test_lines_with_an_address() -> None:
    images = [line.image for line in badge_lines("https://host/a b/".replace(" ", "%20"))]
    assert images[1:] == [
        "https://img.shields.io/endpoint?url=https%3A%2F%2Fhost%2Fa%2520b%2Fspec14-badge.json",
        "https://host/a%20b/spec14.svg",
        "https://host/a%20b/spec14-badge.svg",
    ]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("https://host", "https://host/"),
        ("https://host/en/stable", "https://host/en/stable/"),
        ("https://host/en/index.html?a=1#b", "https://host/en/"),
        (" http://127.0.0.1:8000/ ", "http://127.0.0.1:8000/"),
        ("https://me:secret@host/a)b/", "https://host/a%29b/"),
        ("https://host/%C3%BC/", "https://host/%C3%BC/"),
    ],
)
def test_addresses(tmp_path: Path, said: str, address: str) -> None:
    project = read_project(write_tree(tmp_path, {"pyproject.toml": ""}))
    assert site_address(project, said) == address


@pytest.mark.parametrize(
    "said",
    ["", "host/docs", "file:///site", "https://", "https://[x", "https://a)(b/", "https://a b/"],
)
def test_what_is_no_address(tmp_path: Path, said: str) -> None:
    project = read_project(write_tree(tmp_path, {"pyproject.toml": ""}))
    with pytest.raises(AddressWrong, match=r"^--url: "):
        site_address(project, said)


@pytest.mark.parametrize("label", ["Documentation", "docs", "Docs ", "DOCUMENTATION"])
def test_the_project_says_where_its_documentation_is(tmp_path: Path, label: str) -> None:
    text = (
        f'[project]\nname = "a"\nversion = "1"\nurls = {{Home = "x", "{label}" = "https://h/a"}}\n'
    )
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    assert site_address(project, None) == "https://h/a/"
    assert site_address(project, "https://other/") == "https://other/"


def test_the_command(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\nversion = "1"\n'
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    words = ["badge", "--project", str(tmp_path)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0
    assert "run spec14 docs" in done.stderr
    assert "--url" in done.stderr
    project.site.mkdir(parents=True)
    write_badges(project.site, status(41, 43))
    done = CliRunner().invoke(cli, [*words, "--url", "https://host/a/"])
    assert "41 / 43 examples work" in done.stderr
    assert "![Examples that can be tried](https://host/a/spec14-badge.svg)" in done.stdout
    assert ".. image:: https://host/a/spec14-badge.svg" in done.stdout
    told = json.loads(CliRunner().invoke(cli, ["--json", *words]).stdout)
    assert told["url"] is None
    assert told["status"]["message"] == "41 / 43 examples work"
    assert len(told["badges"]) == 1


def test_a_wrong_address_ends_the_command(tmp_path: Path) -> None:
    write_tree(tmp_path, {"pyproject.toml": '[project]\nname = "a"\nurls = {Docs = "here"}\n'})
    done = CliRunner().invoke(cli, ["badge", "--project", str(tmp_path)])
    assert done.exit_code == 87
    assert "[project.urls] Docs: 'here' is no address" in done.stderr
    assert done.stdout == ""
