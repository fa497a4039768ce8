"""The documentation of spec14 itself: it builds without a warning, and says what the code says."""

import dataclasses
import json
import re
import subprocess
import sys
import typing
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import click
import pytest

from toolkit.check.origins import foreign_in_page
from toolkit.cli import MODULES, cli
from toolkit.errors import all_errors
from toolkit.serve.headers import PROFILES
from toolkit.settings import Settings
from toolkit.tables import table_in

ROOT: Final = Path(__file__).resolve().parents[2]
NAMED_PAGE: Final = re.compile(r"\bdocs/[\w/-]+\.(?:md|png)\b")


class Rows(HTMLParser):
    """Collects the text of each table row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        del attrs
        if tag == "tr":
            self._inside = True
            self.rows.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1] += f"{data} "


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pages:
    """The built pages."""

    folder: Path

    def rows(self, name: str) -> list[list[str]]:
        """Give the words of each table row of a page."""
        reader = Rows()
        reader.feed((self.folder / f"{name}.html").read_text("utf-8"))
        return [row.split() for row in reader.rows]

    def has_row(self, name: str, first: str, *said: str) -> bool:
        """Say whether a page has a row that begins with a word and holds what is said."""
        return any(
            row[:1] == [first] and all(squeezed(text) in "".join(row) for text in said)
            for row in self.rows(name)
        )


def squeezed(text: str) -> str:
    """Take the white space out of a text: markup splits words from what stands behind them."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q"]
    command += ["-d", str(folder / "doctrees"), "docs", str(folder / "html")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return Pages(folder=folder / "html")


def test_no_page_loads_from_another_origin(pages: Pages) -> None:
    html = sorted(pages.folder.glob("*.html"))
    assert pages.folder / "index.html" in html
    assert [url for page in html for url in foreign_in_page(page.read_text("utf-8"))] == []


def keys(kind: type = Settings) -> Iterator[dataclasses.Field[Any]]:
    """Give every key of ``[tool.spec14]`` that holds a value."""
    for field in dataclasses.fields(kind):
        if dataclasses.is_dataclass(field.default):
            yield from keys(type(field.default))
        else:
            if (entry := table_in(typing.get_type_hints(kind)[field.name])) is not None:
                yield from keys(entry)
            yield field


@pytest.mark.parametrize("field", list(keys()), ids=lambda field: field.name)
def test_every_setting_is_documented(pages: Pages, field: dataclasses.Field[Any]) -> None:
    said = field.metadata["help"].replace("`", "")
    assert pages.has_row("project", field.name.replace("_", "-"), said)


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_exit_code_is_documented(pages: Pages, kind: Any) -> None:
    assert pages.has_row("commands", str(kind.exit_code), kind.summary)


@pytest.mark.parametrize("name", MODULES)
def test_every_option_is_documented(pages: Pages, name: str) -> None:
    options = {word for row in pages.rows("commands") for word in row if word.startswith("--")}
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    below = command.commands.values() if isinstance(command, click.Group) else ()
    wanted = {
        parameter.opts[0]
        for told in (command, *below)
        for parameter in told.params
        if isinstance(parameter, click.Option)
    }
    assert wanted - options == set()


def test_every_session_is_documented(pages: Pages) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "nox", "--list", "--json", "-t", "project"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    sessions = [session["name"] for session in json.loads(listed)]
    assert "wasm-test" in sessions
    for page in ("start", "commands"):
        rows = [" ".join(row) for row in pages.rows(page)]
        for session in sessions:
            assert any(row.startswith(f"nox -s {session} ") for row in rows), (page, session)


@pytest.mark.parametrize("name", list(PROFILES))
def test_every_header_profile_is_documented(pages: Pages, name: str) -> None:
    headers = [f"{header}: {value}" for header, value in PROFILES[name].headers]
    assert pages.has_row("serving", name, "nosniff", *headers)


def named_pages() -> list[str]:
    """Give the files in docs/ that messages, comments and other texts name."""
    files = [ROOT / name for name in ("Dockerfile", "README.md", "CONTRIBUTING.md", "compose.yaml")]
    files += [*(ROOT / "toolkit").rglob("*.py"), *(ROOT / "images").glob("*")]
    text = "".join(file.read_text("utf-8") for file in files if file.is_file())
    return sorted(set(NAMED_PAGE.findall(text)))


@pytest.mark.parametrize("name", named_pages())
def test_a_page_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).is_file()
