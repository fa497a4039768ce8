"""uv's resolver: requirements in, a lock or a reason out."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.disk import require_room
from toolkit.errors import IndexFailed
from toolkit.process import find_tool, run
from toolkit.upkeep.candidates import Unfit
from toolkit.upkeep.tree import exact
from toolkit.wheels.index import uv_environment

UNREACHABLE: Final = ("Failed to fetch", "error sending request", "Could not connect", "dns error")
"""uv's words for an index that does not answer (0.13.8)."""


@dataclass(frozen=True, kw_only=True)
class Uv:
    """``uv pip compile`` in a folder.

    Attributes
    ----------
    folder
        Where requirements and locks are written.
    python
        Minor version of the Python that the packages are for.
    """

    folder: Path
    python: str

    def versions(self, name: str, text: str, *words: str) -> dict[str, str]:
        """Resolve requirements; give the versions by normalised name."""
        return exact(self.compiled(name, text, *words))

    def compiled(self, name: str, text: str, *words: str) -> str:
        """Resolve requirements and give the lock that uv wrote.

        Raises
        ------
        Unfit
            When there is no solution; the message is uv's reason.
        IndexFailed
            When the index does not answer.
        """
        given, made = self.folder / f"{name}.in", self.folder / f"{name}.txt"
        given.write_text(text, "utf-8")
        # An old lock would be preferred to newer versions.
        made.unlink(missing_ok=True)
        python = () if "--python-version" in words else ("--python-version", self.python)
        plain = ("-q", "--no-header", "--no-annotate", "--no-emit-index-url")
        uv = find_tool("uv")
        done = run(
            [
                uv,
                "pip",
                "compile",
                *plain,
                "--only-binary",
                ":all:",
                *python,
                *words,
                given,
                "-o",
                made,
            ],
            cwd=self.folder,
            env=environment(self.folder),
        )
        if done.code == 0:
            return made.read_text("utf-8")
        require_room(done.output, self.folder)
        if any(words in done.output for words in UNREACHABLE):
            msg = f"the package index does not answer: {reason(done.output)}"
            raise IndexFailed(
                msg, do="see that it can be reached (pip's configuration)", detail=done.tail(12)
            )
        raise Unfit(reason(done.output))


def environment(folder: Path) -> dict[str, str]:
    """Give uv's variables: the index that pip is configured for, and nothing of the wheelhouse."""
    found = uv_environment(folder.parent / "cache")
    # What is locked has to be on the index, for everybody.
    del found["UV_FIND_LINKS"]
    return found


def reason(said: str) -> str:
    """Give the reason in uv's words, as one line."""
    text = " ".join(said.split())
    found = re.search(r"\bBecause .*", text)
    return shortened(found[0] if found else text)


def shortened(text: str, most: int = 400) -> str:
    """Give the first sentences of a text that is too long for a line."""
    if len(text) <= most:
        return text
    return f"{text[:most].rpartition(' ')[0]} \N{HORIZONTAL ELLIPSIS}"
