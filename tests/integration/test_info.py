"""``spec14 info``."""

import json
import shutil
from pathlib import Path

from tests.integration.conftest import Spec14, error_lines
from toolkit.errors import all_errors
from toolkit.pins import read_pins


def test_the_table(spec14: Spec14) -> None:
    done = spec14("info")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for name, version in read_pins().packages.items():
        (line,) = (line for line in lines if line.split()[1:2] == [name])
        assert line.split()[2:4] == [version, version]
    assert all(line.startswith("ok ") for line in lines[1:])


def test_for_machines(spec14: Spec14) -> None:
    done = spec14("--json", "info")
    assert done.returncode == 0
    facts = json.loads(done.stdout)
    assert all(fact["agrees"] for fact in facts)
    assert {"name", "pinned", "actual", "source", "agrees"} == set(facts[0])


def test_quiet(spec14: Spec14) -> None:
    for words in (["info", "--quiet"], ["--quiet", "info"], ["info", "--health"]):
        done = spec14(*words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_runtime_is_refused(toolchain: Path, tmp_path: Path, spec14: Spec14) -> None:
    """The real image with one file changed: the runtime says that it is another version."""
    (tmp_path / "runtime").mkdir()
    for path in toolchain.iterdir():
        if path.name != "runtime":
            (tmp_path / path.name).symlink_to(path)
    for name in ("package.json", "pyodide-lock.json"):
        shutil.copy(toolchain / "runtime" / name, tmp_path / "runtime" / name)
    file = tmp_path / "runtime" / "package.json"
    pinned = read_pins().runtime["pyodide"]
    file.write_text(file.read_text().replace(f'"{pinned}"', '"314.0.99"'))
    done = spec14("info", env={"SPEC14_HOME": str(tmp_path)})
    assert done.returncode == 30
    what, _do = error_lines(done)
    assert what == (
        f"runtime pyodide: the npm package pyodide has 314.0.99, images/pins.toml has {pinned}"
    )
    assert "NO" in done.stdout


def test_no_runtime_at_all(tmp_path: Path, spec14: Spec14) -> None:
    done = spec14("info", env={"SPEC14_HOME": str(tmp_path)})
    assert done.returncode == 31
    error_lines(done)


def test_every_exit_code_is_free_of_pytests() -> None:
    assert min(kind.exit_code for kind in all_errors()) > 5
