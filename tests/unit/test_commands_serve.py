"""``spec14 serve SITE``: a site of anybody's, without a project around it."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from toolkit.cli import cli
from toolkit.commands.serve import say_first_page


def invoke(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["serve", *map(str, words)])


def test_a_folder_that_is_named_is_served(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>somebody's</p>")
    words: list[str | Path] = [sys.executable, "-m", "toolkit.cli", "serve", tmp_path]
    with subprocess.Popen(
        [*words, "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            url = line.removeprefix("Serving at ").partition(" ")[0]
            with urllib.request.urlopen(url, timeout=20) as answer:
                assert answer.read() == b"<p>somebody's</p>"
        finally:
            child.terminate()
    assert child.returncode == 0


def test_where_the_first_page_may_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say_first_page(tmp_path / "none")
    assert capsys.readouterr().err == ""
    say_first_page(tmp_path)
    assert f"{tmp_path} has no index.html" in capsys.readouterr().err
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("")
    say_first_page(tmp_path)
    assert f"there is one in {tmp_path / 'html'}" in capsys.readouterr().err
    say_first_page(tmp_path / "html")
    assert capsys.readouterr().err == ""


def test_two_sites_at_once(tmp_path: Path) -> None:
    done = invoke(tmp_path, "--site", tmp_path)
    assert done.exit_code == 2
    assert "named twice" in done.stderr
    assert invoke(tmp_path, "--watch").exit_code == 2


def test_no_such_folder(tmp_path: Path) -> None:
    done = invoke(tmp_path / "none", "--port", "0")
    assert done.exit_code == 70
    assert "there is no site in" in done.stderr
