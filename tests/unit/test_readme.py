"""Every command in the README is run: by a test, or by ``.ci/run``.

`RUN_BY` says where, and which words to look for there. A command that is added to the README
without a line there fails, and so does a line whose file does not run the command any more.
"""

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
README: Final = (ROOT / "README.md").read_text("utf-8")

BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE: Final = re.compile(r"`([^`\n]+)`")
LINK: Final = re.compile(r"\]\(([^)#]+)\)")
PROGRAMS: Final = ("docker ", "images/bootstrap", "nox -", "spec14 ", ".ci/run")
STEP: Final = re.compile(r"^\s*- (?:run: )?(nox .+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class By:
    """Where a command is run.

    Attributes
    ----------
    file
        A test, or ``.ci/run``.
    words
        The words as they stand there, one after the other.
    """

    file: str
    words: str


CI: Final = ".ci/run"
BOOTSTRAP: Final = "tests/unit/test_bootstrap.py"
LINES: Final = "tests/image/test_readme_lines.py"
TEST_LINE: Final = "images/bootstrap && docker compose run --rm tests"


def as_it_stands(*typed: str, file: str = LINES) -> dict[str, tuple[By, ...]]:
    """Give the entries of lines that a file types as they stand in the README."""
    return {line: (By(file=file, words=line),) for line in typed}


RUN_BY: Final[dict[str, tuple[By, ...]]] = {
    **as_it_stands(
        "PROJECT=../my-package docker compose up",
        "PROJECT=../my-package nox -s preview",
        "nox -s wasm-build",
        "nox -s wasm-test",
        "nox -s docs",
        "nox -s serve",
        "docker compose run --rm toolkit spec14 wheel",
        "docker compose run --rm toolkit spec14 test",
        "docker compose run --rm toolkit spec14 docs",
        "docker compose run --rm toolkit spec14 verify",
        "docker compose run --rm toolkit spec14 check",
        "docker compose run --rm toolkit spec14 info",
        'docker run --rm -v "$PWD:/project" spec14-toolkit nox -s wasm-test',
    ),
    **as_it_stands(TEST_LINE, "nox -s lint", "nox -s image-test", file=CI),
    "images/bootstrap && docker compose up": (
        By(file=CI, words="images/bootstrap"),
        By(file=LINES, words="docker compose up"),
    ),
    "images/bootstrap": (By(file=CI, words="images/bootstrap"),),
    "images/bootstrap --check": (By(file=BOOTSTRAP, words="--check"),),
    "images/bootstrap --plan": (By(file=BOOTSTRAP, words="--plan"),),
    # Our own documentation is the default of both (tests/unit/test_host_checks.py).
    "nox -s preview": (By(file=LINES, words="nox -s preview"),),
    # On an empty engine that line builds it, and all services are the same build
    # (tests/unit/test_host_compose.py).
    "docker compose build toolkit": (By(file=CI, words=TEST_LINE),),
    "spec14 wheel --for-upload": (
        By(file="tests/integration/test_toolchain_emsdk.py", words="wheel --for-upload"),
    ),
    "spec14 docs --wheel wheelhouse/": (
        By(file="tests/integration/test_wheel_supplied.py", words="docs --project … --wheel"),
    ),
    "spec14 init": (By(file="tests/integration/test_ci.py", words="init --project"),),
    "spec14 ci": (By(file="tests/integration/test_ci.py", words="ci --project"),),
    "spec14 badge": (By(file="tests/unit/test_verify_badge.py", words="badge --project"),),
    "spec14 recipe": (By(file="tests/integration/test_distributions.py", words="recipe pyodide"),),
    "spec14 index": (By(file="tests/integration/test_index_clients.py", words="index"),),
    "spec14 check": (By(file=LINES, words="spec14 check"),),
    # What that service runs.
    "nox -s tests": (By(file="compose.yaml", words="nox -s tests"),),
    # Nothing else writes them.
    "nox -s bench": (By(file="docs/benchmarks.md", words=""),),
    "nox -s corpus": (By(file="docs/corpus.md", words=""),),
    "docker compose run --rm toolkit spec14 assess": (
        By(file="tests/integration/test_assess.py", words="assess --project"),
    ),
    "spec14 assess": (By(file="tests/integration/test_assess.py", words="assess --project"),),
    # What the session does, with an engine that writes down.
    "nox -s update-pins": (By(file="tests/integration/test_upkeep.py", words=""),),
    "docker compose run --rm toolkit spec14 wheel --explain": (
        By(file="tests/integration/test_wheel_settings.py", words="wheel --explain"),
    ),
    # By whoever runs CI.
    ".ci/run": (),
}


def commands(text: str) -> Iterator[str]:
    """Give the commands of a Markdown text: shell blocks, CI steps, and those in a line."""
    for language, block in BLOCK.findall(text):
        if language == "sh":
            for line in block.replace("\\\n", " ").splitlines():
                if command := re.sub(r"(^|\s)#.*", "", line).strip():
                    yield " ".join(command.split())
        elif language == "yaml":
            yield from STEP.findall(block)
    for span in INLINE.findall(BLOCK.sub("", text)):
        if span.startswith(PROGRAMS):
            yield span


def said(file: Path) -> str:
    """Give the words that a file runs: no comments, no docstrings, quotes and commas gone."""
    if file.is_dir():
        return "\n".join(said(module) for module in sorted(file.glob("*.py")))
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        return "\n".join(sequences(ast.parse(text)))
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(re.sub(r"[\[\],]", " ", line) for line in lines)


def sequences(tree: ast.AST) -> Iterator[str]:
    """Give the constant words of each call, list and tuple of a module, joined."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=items) | ast.List(elts=items) | ast.Tuple(elts=items):
                yield " ".join(str(word) for item in items for word in constants(item))
            case ast.Assign(value=ast.Constant(value=str(text))):
                yield text


def constants(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Starred(value=ast.Tuple(elts=items) | ast.List(elts=items)):
            for item in items:
                yield from constants(item)
        case ast.JoinedStr(values=values):
            yield "".join(str(part.value) for part in values if isinstance(part, ast.Constant))
        case _:
            yield "…"


def stands_in(words: str, text: str) -> bool:
    """Say whether the words stand in a line of the text, whole."""
    pattern = r"\s+".join(re.escape(word) for word in words.split())
    return re.search(rf"(?<![\w/-]){pattern}(?![\w-])", text) is not None


def test_the_table_has_every_command_and_no_other() -> None:
    assert set(commands(README)) == set(RUN_BY)


@pytest.mark.parametrize(
    ("command", "by"),
    [(command, by) for command, places in RUN_BY.items() for by in places],
    ids=lambda value: value if isinstance(value, str) else value.file,
)
def test_it_is_run_there(command: str, by: By) -> None:
    file = ROOT / by.file
    assert file.exists(), f"{by.file}, which should run {command}"
    assert stands_in(by.words, said(file)), f"{by.file} does not run: {by.words}"


def test_every_shell_line_can_be_read() -> None:
    for command in commands(README):
        assert shlex.split(command)


def test_every_link_leads_to_a_file() -> None:
    here = [link for link in LINK.findall(README) if "://" not in link]
    assert "docs/index.md" in here
    assert [link for link in here if not (ROOT / link).is_file()] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```sh\nnox -s x   # why\n\n# only a comment\n```", ["nox -s x"]),
        ("```sh\ndocker run \\\n    image\n```", ["docker run image"]),
        ("say `images/bootstrap --check`, not `bootstrap`", ["images/bootstrap --check"]),
        ("```yaml\nsteps:\n  - run: nox -s a\n  - nox -s b\n```", ["nox -s a", "nox -s b"]),
        ("```toml\nnox -s x\n```", []),
    ],
)
def test_commands_are_found(text: str, found: list[str]) -> None:
    assert list(commands(text)) == found


def test_words_in_comments_and_docstrings_run_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text('"""nox -s x"""\n# nox -s x\nrun("nox", "-s", name)\nrun(*("a", "b"), "c")\n')
    text = said(file)
    assert not stands_in("nox -s x", text)
    assert stands_in("nox -s", text)
    assert stands_in("a b c", text)
    assert not stands_in("no", text)
