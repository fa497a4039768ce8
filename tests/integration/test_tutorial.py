"""The tutorial, typed as it stands: its commands work and say what it shows."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.integration.conftest import Spec14, copy_project

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "tutorial.md"
BLOCK: Final = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
IN_CONTAINER: Final = "docker compose run --rm toolkit "
BY_COMPOSE: Final = ("export PROJECT=../measures", "docker compose up")
"""What only Compose can do; that is typed in tests/image/test_readme_lines.py."""
VARYING: Final = re.compile(r"[0-9a-f]{12}|\d+(?:\.\d+)?")


def blocks() -> Iterator[tuple[str, list[str]]]:
    for kind, text in BLOCK.findall(PAGE.read_text("utf-8")):
        yield kind, text.splitlines()


def test_it_is_as_it_says(tmp_path: Path, documented: Spec14) -> None:
    project = tmp_path / "measures"
    said: list[str] = []
    ran = []
    for kind, lines in blocks():
        if kind == "text":
            # The container has the project in another place.
            wanted = [line.replace("/project/", f"{project}/") for line in lines]
            assert [line for line in map(bare, wanted) if line not in said] == []
            continue
        said = []
        for line in lines:
            if line in BY_COMPOSE:
                continue
            words = shlex.split(
                line.removeprefix(IN_CONTAINER).replace("../measures", str(project))
            )
            match words:
                case ["cp", "-r", "tests/projects/pure", _]:
                    copy_project("pure", project)
                case ["sed", *_]:
                    subprocess.run(words, check=True)
                case ["spec14", *rest]:
                    done = documented(*rest, "--project", project)
                    assert done.returncode == 0, done.stdout + done.stderr
                    said += map(bare, done.stdout.splitlines())
                    ran.append(rest[0])
    assert ran == ["wheel", "test", "docs", "verify"]


def bare(line: str) -> str:
    """Give a line without what differs from run to run."""
    return VARYING.sub("N", line.rstrip())
