"""An audit for people and for machines."""

import io
import json
import re
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from rich.console import Console

from tests import wasm
from tests.artefacts import COMPILED, make_loading_runtime, make_wheel
from toolkit.audit import __main__ as program
from toolkit.audit import report
from toolkit.audit.findings import KINDS
from toolkit.audit.wheel import audit_wheel
from toolkit.cli import cli
from toolkit.commands import audit as command

ROOT: Final = Path(__file__).resolve().parents[2]
BAD: Final = wasm.module(functions=[("env", "fork_x[y]"), ("env", "fork")], code=b"\xfd\x80\x02")


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    return make_loading_runtime(tmp_path / "runtime")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return make_wheel(tmp_path, "bad", tag=COMPILED, files={"a/x.so": BAD})


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return make_wheel(tmp_path, "good")


def test_the_table(runtime: Path, bad: Path, good: Path) -> None:
    text = io.StringIO()
    console = Console(file=text, width=200)
    for wheel in (bad, good):
        report.show(audit_wheel(wheel, runtime), console)
    lines = text.getvalue().splitlines()
    assert lines[0] == f"{bad.name}: 1 module, errors: 2, warnings: 1"
    assert lines[-1] == f"{good.name}: 0 modules, errors: 0, warnings: 0"
    assert "error symbol" in text.getvalue()
    # What stands in brackets is not taken for a colour.
    assert "fork_x[y]" in text.getvalue()


def test_json(runtime: Path, bad: Path) -> None:
    (told,) = json.loads(json.dumps(report.as_json([audit_wheel(bad, runtime)])))
    assert told["wheel"] == str(bad)
    assert told["sound"] is False
    assert told["modules"] == [
        {
            "name": "a/x.so",
            "size": len(BAD),
            "imports": 2,
            "exports": 0,
            "needed": [],
            "features": ["relaxed-simd"],
        }
    ]
    found = {one["kind"]: one for one in told["findings"]}
    assert set(found) == {"symbol", "relaxed-simd", "stub"}
    assert found["symbol"]["signature"] == "function () -> nothing"
    assert found["symbol"]["severity"] == "error"


@pytest.mark.parametrize("words", [["--json", "audit"], ["audit", "--json"]])
def test_the_command(
    runtime: Path, bad: Path, good: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "RUNTIME", runtime)

    def run(*more: str | Path) -> tuple[int, list[bool]]:
        done = CliRunner().invoke(cli, [*words, *map(str, more)])
        return done.exit_code, [one["sound"] for one in json.loads(done.stdout)]

    assert run(good) == (0, [True])
    assert run(good, bad) == (41, [True, False])
    assert run("--warn", bad) == (0, [True])
    assert run("--allow", "symbol", "--allow", "relaxed-simd", bad) == (0, [True])
    assert run("--allow", "symbol", bad) == (41, [False])


def test_the_command_for_people(
    runtime: Path, bad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "RUNTIME", runtime)
    done = CliRunner().invoke(cli, ["audit", str(bad)])
    assert done.exit_code == 41
    assert "errors: 2, warnings: 1" in done.stdout
    assert done.stderr.splitlines()[0].startswith("error: a/x.so ")
    (tmp_path / "broken-1-py3-none-any.whl").write_bytes(b"PK")
    broken = ["audit", str(tmp_path / "broken-1-py3-none-any.whl")]
    assert CliRunner().invoke(cli, broken).exit_code == 32
    assert CliRunner().invoke(cli, ["audit"]).exit_code == 2


def test_the_documentation_has_the_same_table() -> None:
    page = (ROOT / "docs" / "audit.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (error|warning) \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(kind, severity.value, text) for kind, (severity, text) in KINDS.items()]


def test_what_the_image_build_runs(
    runtime: Path,
    bad: Path,
    good: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*wheels: Path) -> int:
        monkeypatch.setattr("sys.argv", ["audit", "--runtime", str(runtime), *map(str, wheels)])
        return program.main()

    assert run(good) == 0
    assert capsys.readouterr().out == f"{good.name}: 0 modules, sound\n"
    assert run(good, bad) == 41
    assert "fork_x[y]" in capsys.readouterr().err
