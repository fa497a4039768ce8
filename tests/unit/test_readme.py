"""Every command in the README is run: by a test, or by ``.ci/run``.

`RUN_BY` says where. A command that is added to the README without a line there fails, and so
does a line whose file does not run the command any more.
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
COMPOSE: Final = "tests/image/test_compose.py"
CONFTEST: Final = "tests/image/conftest.py"
COMMANDS: Final = "tests/image/test_commands.py"
HOST: Final = "tests/image/test_host.py"
BOOTSTRAP: Final = "tests/unit/test_bootstrap.py"

RUN_BY: Final[dict[str, tuple[By, ...]]] = {
    "images/bootstrap": (By(file=CI, words="images/bootstrap"),),
    "images/bootstrap && docker compose run --rm tests": (
        By(file=CI, words="images/bootstrap && docker compose run --rm tests"),
    ),
    "images/bootstrap && docker compose up": (
        By(file=CI, words="images/bootstrap"),
        By(file=COMPOSE, words="up"),
    ),
    "images/bootstrap --check": (By(file=BOOTSTRAP, words="--check"),),
    "images/bootstrap --plan": (By(file=BOOTSTRAP, words="--plan"),),
    "PROJECT=../my-package docker compose up": (By(file=COMPOSE, words="up"),),
    "PROJECT=../my-package nox -s preview": (By(file=HOST, words="-s preview"),),
    "nox -s wasm-build": (By(file=CONFTEST, words="wasm-build"),),
    "nox -s wasm-test": (By(file=HOST, words="-s wasm-test"),),
    "nox -s docs": (By(file=HOST, words="-s docs"),),
    "nox -s serve": (By(file=HOST, words="-s serve"),),
    "nox -s preview": (By(file=HOST, words="-s preview"),),
    "docker compose run --rm toolkit spec14 wheel": (
        By(file=COMPOSE, words="run --rm toolkit spec14 wheel"),
    ),
    "docker compose run --rm toolkit spec14 test": (
        By(file=COMPOSE, words="run --rm toolkit spec14 test"),
    ),
    "docker compose run --rm toolkit spec14 docs": (
        By(file=COMPOSE, words="run --rm toolkit spec14 docs"),
    ),
    "docker compose run --rm toolkit spec14 info": (
        By(file=COMPOSE, words="run --rm toolkit spec14 info"),
    ),
    "docker compose build toolkit": (By(file="tests/benchmarks", words="build toolkit"),),
    'docker run --rm -v "$PWD:/project" spec14-toolkit nox -s wasm-test': (
        By(file=COMMANDS, words="docker run --rm"),
        By(file=COMMANDS, words="spec14-toolkit nox -s wasm-test"),
    ),
    "nox -s tests": (By(file="compose.yaml", words="nox -s tests"),),
    "nox -s lint": (By(file=CI, words="nox -s lint"),),
    "nox -s image-test": (By(file=CI, words="nox -s image-test"),),
    "nox -s bench": (By(file="docs/benchmarks.md", words="nox -s bench"),),
    ".ci/run": (),
}
"""``compose.yaml`` and ``docs/benchmarks.md`` count: the first is what the README's test line
runs, the second is written by the session alone. ``.ci/run`` is run by whoever runs CI."""


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
            yield "".join(part.value for part in values if isinstance(part, ast.Constant))
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
