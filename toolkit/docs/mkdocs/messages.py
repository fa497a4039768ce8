"""What MkDocs said, read from the output of :mod:`toolkit.docs.mkdocs.run`.

It imports nothing of MkDocs: one side reads what the other has written.
"""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

from toolkit.docs.messages import Message
from toolkit.errors import DocsFailed, PageFailed, Spec14Error
from toolkit.process import Finished

SAID: Final = "spec14: MkDocs said: "
"""What a line with a warning or an error begins with; JSON follows."""
STOPPED: Final = "spec14: MkDocs stopped: "
"""What the line begins with that says how MkDocs ended early; JSON follows."""
AGAIN: Final = "correct it and run again"


class Said(NamedTuple):
    """What stopped MkDocs.

    Attributes
    ----------
    what
        In one line or several.
    do
        The next step, where it was our plugin that stopped it.
    """

    what: str
    do: str = ""


def read_messages(output: str) -> Iterator[Message]:
    """Give the warnings and errors in an output."""
    for line in output.splitlines():
        if line.startswith(SAID):
            told = json.loads(line.removeprefix(SAID))
            yield Message(place=told["place"], level=told["level"], text=told["text"], kind="")


def judge(done: Finished) -> tuple[Message, ...]:
    """Give what a run of MkDocs that went well said.

    Raises
    ------
    PageFailed
        When a page has something to be tried, or opened, that cannot be.
    DocsFailed
        The first error otherwise.
    """
    messages = tuple(read_messages(done.output))
    if done.code == 0:
        return messages
    warnings = [one for one in messages if one.level == "WARNING"]
    if done.code == 1 and warnings:
        msg = f"{warnings[0]} (warnings are errors here)"
        do = "correct it, or unset strict in mkdocs.yml, warnings-are-errors in [tool.spec14.docs]"
        raise DocsFailed(msg, do=do, detail=_shown(messages))
    raise _stopped(done, messages)


def _stopped(done: Finished, messages: tuple[Message, ...]) -> Spec14Error:
    _, found, rest = done.output.rpartition(STOPPED)
    if not found:
        msg = f"MkDocs ended with exit code {done.code}"
        return DocsFailed(msg, do=AGAIN, detail=done.tail())
    said = Said(**json.loads(rest.splitlines()[0]))
    if said.do:
        return PageFailed(said.what, do=said.do)
    errors = [one for one in messages if one.level in ("ERROR", "CRITICAL")]
    what = str(errors[0]) if errors else said.what
    plain = [line for line in done.output.splitlines() if not line.startswith((SAID, STOPPED))]
    detail = "\n".join([*plain[-20:], _shown(messages)]).strip()
    return DocsFailed(" ".join(what.split()), do=AGAIN, detail=detail)


def _shown(messages: tuple[Message, ...]) -> str:
    return "\n".join(f"{one.level}: {one}" for one in messages)
