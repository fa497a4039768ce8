"""What depends on the runtime's version is data: no code names one.

Docstrings and comments may say in which version something was seen.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from toolkit.pins import read_pins

ROOT: Final = Path(__file__).resolve().parents[2]
RUNTIME: Final = read_pins().runtime
MINOR: Final = read_pins().python_minor
SHORT: Final = MINOR.replace(".", "")
FOREIGN: Final = {"node_modules", "projects", "__pycache__", ".spec14"}
WORDS: Final = re.compile(
    "|".join(
        [
            rf"\bpython-?{re.escape(MINOR)}\b",
            rf"\b(?:cp|cpython-){SHORT}\b",
            rf"(?<![\d.]){re.escape(MINOR)}(?![\d])",
            re.escape(RUNTIME["platform-tag"]),
            rf"\b{re.escape(RUNTIME['abi'])}\b",
            rf"(?<![\d.]){re.escape(RUNTIME['pyodide'])}\b",
            rf"(?<![\d.]){re.escape(RUNTIME['emscripten'])}\b",
            r"\bllvm-\d+\b",
        ]
    )
)
"""The runtime's versions as code would name them."""


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Give line and text of each string of a module that is no docstring."""
    tree = ast.parse(file.read_text("utf-8"))
    told = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def lines(file: Path, comment: str) -> Iterator[tuple[int, str]]:
    """Give the lines of a file without its comments."""
    text = file.read_text("utf-8")
    if comment == "//":
        text = re.sub(r"/\*.*?\*/", lambda it: "\n" * it[0].count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), 1):
        yield number, re.sub(rf"(?:^|(?<=\s)){comment}.*", "", line)


def found(file: Path) -> list[str]:
    match file.suffix:
        case ".py":
            parts = strings(file)
        case ".mjs" | ".js":
            parts = lines(file, "//")
        case _:
            parts = lines(file, "#")
    place = file.relative_to(ROOT)
    return [f"{place}:{number}: {text.strip()}" for number, text in parts if WORDS.search(text)]


def of(folder: str, *patterns: str) -> list[Path]:
    files = [file for pattern in patterns for file in sorted((ROOT / folder).rglob(pattern))]
    return [file for file in files if not FOREIGN & set(file.relative_to(ROOT).parts)]


def test_the_words_are_found(tmp_path: Path) -> None:
    for text in (f"python{MINOR}", f"cp{SHORT}-x", f"v{MINOR}", RUNTIME["pyodide"], "llvm-21/bin"):
        assert WORDS.search(text), text
    for text in ("python", f"1{MINOR}59", f"{MINOR}159", "cp3"):
        assert not WORDS.search(text), text
    (tmp_path / "x.py").write_text(f'"""For {MINOR}."""\nA = "{MINOR}"  # of {MINOR}\n')
    assert [text for _, text in strings(tmp_path / "x.py")] == [MINOR]


@pytest.mark.parametrize(
    "files",
    [
        of("toolkit", "*.py"),
        of("toolkit", "*.mjs", "*.js"),
        of("toolkit", "*.toml", "launcher/python", "cmake/*.cmake"),
        [ROOT / "noxfile.py", ROOT / "compose.yaml", ROOT / "images" / "bootstrap"],
        [ROOT / "images" / name for name in ("apt-install", "with-host", "smoke/smoke")],
        of("tests/integration", "*.py") + of("tests/browser", "*.py"),
        of("tests/image", "*.py") + of("tests/benchmarks", "*.py"),
        sorted((ROOT / "tests").glob("*.py")),
    ],
    ids=["python", "javascript", "data", "sessions", "image", "integration", "host", "shared"],
)
def test_no_code_names_the_runtime(files: list[Path]) -> None:
    assert files
    assert [line for file in files for line in found(file)] == []


def test_the_dockerfile_names_it_in_its_arguments_only() -> None:
    named = [line for line in found(ROOT / "Dockerfile") if not re.search(r": ARG [A-Z_]+=", line)]
    assert named == []
