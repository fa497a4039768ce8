"""CPython in Node: the launcher of ``pyodide venv``, what it provides, the smoke modules."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import RUNTIME
from tests.integration.conftest import ROOT, Spec14, the_wheel
from toolkit.audit.provides import GIVEN_BY_LOADER, provided_by
from toolkit.audit.wheel import audit_wheel, require_sound

SMOKE: Final = ROOT / "images" / "smoke"


@pytest.fixture(scope="session")
def environment(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a ``pyodide venv`` of this checkout's launcher."""
    del toolchain
    folder = tmp_path_factory.mktemp("venv") / "env"
    subprocess.run(["pyodide", "venv", folder], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def python(environment: Path) -> Path:
    return environment / "bin" / "python"


def run(
    python: Path,
    *words: str | Path,
    given: str | None = "",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *words],
        input=given,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": "", **(env or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_is_the_runtime(python: Path) -> None:
    code = "import sys; print(sys.platform, sys.version_info[:3], sys.executable)"
    done = run(python, "-c", code)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"emscripten (3, 14, 2) {python}\n"
    version = run(python, "--version")
    assert (version.returncode, version.stdout) == (0, f"Python {RUNTIME['python']}\n")


@pytest.mark.parametrize(
    ("code", "expected", "said"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('too bad')", 1, "too bad\n"),
        ("import os; os._exit(4)", 4, ""),
        ("import atexit, sys; atexit.register(print, 'bye', file=sys.stderr)", 0, "bye\n"),
    ],
)
def test_how_a_program_ends(python: Path, code: str, expected: int, said: str) -> None:
    done = run(python, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (expected, "", said)


def test_an_exception_nobody_caught(python: Path) -> None:
    done = run(python, "-c", "def f(): return {}['key']\nf()")
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert done.stderr.endswith("KeyError: 'key'\n")


def test_words_modules_and_scripts(python: Path, tmp_path: Path) -> None:
    text = "import sys\nprint(__name__, sys.argv[1:])\n"
    (tmp_path / "mod.py").write_text(text)
    words = ["a b", "$HOME", "*", "\N{GREEK SMALL LETTER ALPHA}", "--version", ""]
    for start in (["-m", "mod"], ["mod.py"]):
        done = run(python, *start, *words, cwd=tmp_path)
        assert done.stdout == f"__main__ {words}\n", done.stderr
    wrong = run(python, "--no-such-option")
    assert wrong.returncode == 2


def test_input(python: Path) -> None:
    read = "import sys; print(input(), repr(sys.stdin.read())); input()"
    asked = run(python, "-c", read, given="one\ntwo\nthree")
    assert asked.stdout == "one 'two\\nthree'\n"
    assert asked.stderr.endswith("EOFError: EOF when reading a line\n")
    assert run(python, "-", given="print(1)\n").stdout == "1\n"


def test_without_an_input_at_all(python: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "print(2)" <&-', python],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr


def test_files_and_folders_of_the_machine(python: Path, tmp_path: Path) -> None:
    code = (
        "import os, pathlib\n"
        "pathlib.Path('made').write_text(os.environ['GIVEN'])\n"
        "os.mkdir('folder'); print(os.getcwd())\n"
        "print(open('/etc/os-release').readline())\n"
    )
    done = run(python, "-c", code, cwd=tmp_path, env={"GIVEN": "1"})
    assert done.stdout.splitlines()[0] == str(tmp_path), done.stderr
    assert "NAME" in done.stdout.splitlines()[1]
    assert (tmp_path / "made").read_text() == "1"
    assert (tmp_path / "folder").is_dir()


def test_a_slow_reader_gets_everything(python: Path) -> None:
    """A pipe that is full must not end in an error or in lost lines."""
    with subprocess.Popen(
        [python, "-c", "for n in range(200_000): print(n)"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        first = child.stdout.readline()
        time.sleep(2)
        rest = child.stdout.read()
        said = child.stderr.read()
        code = child.wait(60)
    assert (code, said) == (0, "")
    assert (first + rest).split() == [str(number) for number in range(200_000)]


def test_a_reader_that_leaves(python: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "for n in range(100_000): print(n)" | head -n 1', python],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "0\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_end_it(python: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [python, "-u", "-c", "print(1)\nwhile True: pass"], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"1\n"
        child.send_signal(number)
        assert child.wait(20) == -number


def test_an_event_loop_and_its_end(python: Path) -> None:
    code = (
        "import asyncio\n"
        "async def main():\n"
        "    await asyncio.sleep(0.05)\n    print('slept')\n    raise SystemExit(6)\n"
        "asyncio.run(main())\n"
    )
    done = run(python, "-c", code)
    assert (done.returncode, done.stdout) == (6, "slept\n"), done.stderr


def test_through_a_link_and_from_elsewhere(python: Path, tmp_path: Path) -> None:
    (tmp_path / "py").symlink_to(python)
    for start in (tmp_path / "py", Path(os.path.relpath(python, tmp_path))):
        done = subprocess.run(
            [start, "-c", "print(3)"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


def test_pip_and_pytest_in_an_environment(
    environment: Path, toolchain: Path, tmp_path: Path
) -> None:
    """Pure wheels and wheels of the target are installed, and used by ``python -m pytest``."""
    folders = [toolchain / "wheelhouse" / name for name in ("target", "native")]
    pip = [str(environment / "bin" / "pip"), "install", "-q", "--no-index"]
    for folder in folders:
        pip += ["--find-links", str(folder)]
    subprocess.run([*pip, "numpy", "pytest"], check=True, capture_output=True)
    (tmp_path / "test_it.py").write_text(
        "import numpy, pytest\n"
        "def test_numpy(tmp_path):\n"
        "    numpy.save(tmp_path / 'a.npy', numpy.arange(3))\n"
        "    assert numpy.load(tmp_path / 'a.npy').sum() == 3\n"
        "def test_fails(): assert 1 == 2\n"
    )
    done = run(
        environment / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path
    )
    assert done.returncode == 1, done.stderr
    assert "1 failed, 1 passed" in done.stdout


# ------------------------------------------------------------------ the audit


ASK: Final = """
import { readFileSync } from "node:fs";
const { loadPyodide } = await import(process.argv[2] + "/pyodide.mjs");
const py = await loadPyodide();
const names = JSON.parse(readFileSync(process.argv[3], "utf-8"));
const known = names.filter((name) => py._module.isSymbolDefined(name));
process.stdout.write(JSON.stringify(known), () => process.exit(0));
"""


def test_the_static_list_is_what_the_loader_finds(toolchain: Path, tmp_path: Path) -> None:
    runtime = toolchain / "runtime"
    provided = provided_by(runtime).symbols.keys() - GIVEN_BY_LOADER.keys()
    absent = {f"{name}_no_such" for name in list(provided)[:100]} | {"dgemm_", "fork_exec_x"}
    (tmp_path / "ask.mjs").write_text(ASK)
    (tmp_path / "names.json").write_text(json.dumps(sorted(provided | absent)))
    done = subprocess.run(
        [
            "node",
            "--experimental-wasm-stack-switching",
            tmp_path / "ask.mjs",
            runtime,
            tmp_path / "names.json",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    known = set(json.loads(done.stdout))
    assert len(provided) > 5000
    assert provided - known == set(), "the audit would let a module pass that does not load"
    assert known - provided == set()


# ------------------------------------------------------------------ C, C++ and NumPy


def test_the_smoke_modules(
    environment: Path, toolchain: Path, tmp_path: Path, spec14: Spec14
) -> None:
    project = Path(shutil.copytree(SMOKE / "project", tmp_path / "smoke"))
    built = spec14("wheel", "--project", project)
    assert built.returncode == 0, built.stdout + built.stderr
    audit = audit_wheel(the_wheel(project), toolchain / "runtime")
    assert len(audit.modules) >= 2
    require_sound(audit)
    pip = [str(environment / "bin" / "pip"), "install", "-q", "--no-index"]
    pip += ["--find-links", str(toolchain / "wheelhouse" / "target")]
    pip += [str(the_wheel(project)), "numpy", "matplotlib", "pyyaml", "cffi"]
    subprocess.run(pip, check=True, capture_output=True)
    done = run(environment / "bin" / "python", SMOKE / "check.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("smoke: C, C++, NumPy ")
