"""``spec14 check`` without a browser: what is printed."""

from pathlib import Path

from click.testing import CliRunner

from toolkit.cli import cli


def test_of_hundreds_of_a_kind_a_few_are_printed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text('<img src="https://host.example/a.png">')
    for number in range(14):
        (site / f"{number}.js.map").write_text("{}")
    report = tmp_path / "report"
    words = ["check", str(site), "--project", str(tmp_path), "--browser", "none"]
    done = CliRunner().invoke(cli, [*words, "--report", str(report)])
    assert done.exit_code == 65
    assert done.stdout.count("is a source map") == 10
    assert "and 4 more of the kind source-map" in done.stdout
    # What keeps something from working comes first.
    assert "error: index.html: loads https://host.example/a.png" in done.stderr
    assert (report / "check.json").read_text().count("is a source map") == 14
