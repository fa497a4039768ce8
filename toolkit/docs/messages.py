"""What Sphinx said, read from its output.

A warning of Sphinx 9.2 is ``FILE[:LINE]: LEVEL: TEXT [TYPE.SUBTYPE]``
(``sphinx/util/logging.py``); the place may be ``FILE:docstring of NAME:LINE``, and where
autodoc could not import something, the text goes on with a traceback.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from toolkit.docs.handover import DOCSTRING, FAILURE
from toolkit.errors import DocsFailed
from toolkit.process import Finished

MESSAGE: Final = re.compile(
    r"^(?:(?P<place>(?:/[^:]*|[\w./<>-]+)(?::[^:]+)*?): )?"
    r"(?P<level>WARNING|ERROR|CRITICAL): (?P<text>.+?)"
    r"(?: \[(?P<kind>[\w.-]+)\])?$"
)
KIND: Final = re.compile(r"^ \[(?P<kind>[\w.-]+)\]$")
BEFORE_TRACEBACK: Final = "; the following exception was raised:"
CONF_LINE: Final = re.compile(r'File "([^"]+conf\.py)", line (\d+)')
LINE: Final = re.compile(r":\d+$")
NOT_IMPORTED: Final = "autodoc.import_object"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A warning or an error.

    Attributes
    ----------
    place
        File and, where Sphinx knows it, line; empty otherwise.
    level
        ``WARNING``, ``ERROR`` or ``CRITICAL``.
    text
        Its words.
    kind
        Sphinx's type and subtype, empty without.
    """

    place: str
    level: str
    text: str
    kind: str

    def __str__(self) -> str:
        """Place first."""
        return f"{self.place}: {self.text}" if self.place else self.text


def read_messages(output: str) -> Iterator[Message]:
    """Give the warnings and errors in an output of Sphinx."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if found := MESSAGE.match(line):
            text, kind = found["text"], found["kind"] or ""
            if text.endswith(BEFORE_TRACEBACK):
                last, kind = _after_traceback(lines[number + 1 :])
                text = f"{text.removesuffix(BEFORE_TRACEBACK)}: {last}"
            yield Message(place=found["place"] or "", level=found["level"], text=text, kind=kind)


def files_of(messages: Iterable[Message]) -> Iterator[Path]:
    """Give the files that messages are about."""
    for message in messages:
        if name := LINE.sub("", message.place.partition(DOCSTRING)[0]):
            yield Path(name).resolve()


def judge(done: Finished) -> tuple[Message, ...]:
    """Give the warnings of a run of Sphinx that went well.

    Raises
    ------
    DocsFailed
        The first error, its file and line first.
    """
    messages = tuple(read_messages(done.output))
    placed = [message for message in messages if message.place]
    if done.code == 0:
        for message in messages:
            if message.kind == NOT_IMPORTED:
                raise DocsFailed(
                    str(message),
                    do="make it importable, or put autodoc.import_object into suppress_warnings",
                    detail=done.tail(),
                )
        return messages
    if done.code == 1 and messages:
        msg = f"{placed[0] if placed else messages[0]} (warnings are errors here)"
        do = "correct it, or unset warnings-are-errors in [tool.spec14.docs]"
        raise DocsFailed(msg, do=do, detail=done.tail())
    raise DocsFailed(_stopped(done, placed), do="correct it and run again", detail=done.tail())


def _after_traceback(lines: list[str]) -> tuple[str, str]:
    """Give the exception and the kind of message with which a traceback ends."""
    for before, line in pairwise(lines):
        if found := KIND.match(line):
            return before, found["kind"]
    return "", ""


def _stopped(done: Finished, placed: list[Message]) -> str:
    _, found, rest = done.output.rpartition(FAILURE)
    if not found:
        return f"Sphinx ended with exit code {done.code}"
    said = rest.strip().splitlines()
    if conf := CONF_LINE.findall(rest):
        file, line = conf[-1]
        return f"{file}:{line}: {said[-1].strip()}"
    if said[0].startswith("/") or not placed:
        return said[0]
    return f"{placed[-1]}: {said[0]}" if placed[-1].text not in said[0] else str(placed[-1])
