"""What holds for the whole repository."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
HOSTS: Final = tuple(
    ".".join(words)
    for words in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("debian", "org"),
        ("ubuntu", "com"),
        ("docker", "io/"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
)
"""Put together here, so that this file does not hold them either."""
STARTERS: Final = frozenset(
    {"Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput"}
)


def tracked() -> list[Path]:
    """Give what is in git or about to be."""
    git = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    done = subprocess.run(
        [*git, "--cached", "--others", "--exclude-standard"], capture_output=True, check=True
    )
    files = [ROOT / os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    return [file for file in files if file.is_file()]


FILES: Final = tracked()


def python_files(folder: str) -> list[Path]:
    return [path for path in FILES if path.suffix == ".py" and ROOT / folder in path.parents]


def test_there_is_something_to_check() -> None:
    assert ROOT / "toolkit" / "process.py" in FILES
    assert Path(__file__) in FILES


def test_no_file_names_a_registry() -> None:
    """Clients know their default, and a company's mirror stands in their configuration.

    The host of the Pyodide distribution has no client; it stands once, where all such hosts do.
    """
    host_of_wheels = next(host for host in HOSTS if host.startswith("jsdelivr"))
    distribution = (ROOT / "images" / "sources.toml", host_of_wheels)
    found = [
        f"{path.relative_to(ROOT)}: {host}"
        for path in FILES
        for host in HOSTS
        if host.encode() in path.read_bytes().lower() and (path, host) != distribution
    ]
    assert found == []


def test_the_import_rules_hold() -> None:
    words = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run(
        [*words, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout)


@pytest.mark.parametrize(
    "path", python_files("toolkit"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_one_door_to_other_programs(path: Path) -> None:
    """``toolkit/process.py`` alone starts programs; the image's nox becomes the real one."""
    tree = ast.parse(path.read_text("utf-8"))
    started = {
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    doors = {name for name in started if name.startswith("subprocess.") and name[11:] in STARTERS}
    doors |= {
        name for name in started if re.match(r"os\.(system|popen|exec|spawn|posix_spawn)", name)
    }
    allowed = {
        "toolkit/process.py": {"subprocess.Popen"},
        "toolkit/host/image_nox.py": {"os.execv"},
    }
    assert doors <= allowed.get(path.relative_to(ROOT).as_posix(), set())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "subprocess"
        for alias in node.names
    }
    assert not imported & STARTERS


def test_a_shell_is_never_asked() -> None:
    assert [
        str(path.relative_to(ROOT))
        for path in python_files("toolkit")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ] == []


def test_the_host_part_starts_on_the_standard_library_alone() -> None:
    modules = ["toolkit.errors", "toolkit.process", "toolkit.host"]
    modules += [f"toolkit.host.{path.stem}" for path in python_files("toolkit/host")]
    text = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    # -S: no site-packages; -I: nothing of ours either.
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); {text}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start, *modules],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


REQUIREMENTS: Final = sorted((ROOT / "images" / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_exact_and_has_a_hash(path: Path) -> None:
    text = re.sub(r"\\\n", " ", path.read_text("utf-8"))
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    wanted = [line for line in lines if line]
    assert wanted
    for line in wanted:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+( ;.*)? +--hash=sha256:[0-9a-f]{64}", line)


def test_every_locked_file_has_its_list_of_wishes_and_the_other_way_round() -> None:
    folder = ROOT / "images" / "requirements"
    assert {path.stem for path in folder.glob("*.in")} == {path.stem for path in REQUIREMENTS}


def test_wishes_with_a_version_agree_with_the_pins() -> None:
    from toolkit.pins import read_pins  # noqa: PLC0415

    text = (ROOT / "images" / "requirements" / "toolkit.in").read_text("utf-8")
    wishes = dict(re.findall(r"^([\w-]+)(?:\[[\w,]+\])?==(\S+)$", text, re.MULTILINE))
    locked = (ROOT / "images" / "requirements" / "toolkit.txt").read_text("utf-8")
    for name, version in read_pins().packages.items():
        assert wishes[name] == version
        assert re.search(
            rf"^{re.escape(name)}(\[\w+\])?=={re.escape(version)}\b", locked, re.MULTILINE
        )


def test_no_workplace_is_mentioned() -> None:
    places = [f"/{'work'}/{name}".encode() for name in ("main", "shared")]
    assert [
        str(path.relative_to(ROOT))
        for path in FILES
        if any(place in path.read_bytes() for place in places)
    ] == []
