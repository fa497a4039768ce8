"""What is known of an example: how it is written, and how it went."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from toolkit.verify.compare import TRACEBACK, same, unchecked

LIMIT: Final = "it takes more than "
"""What the words begin with that say that a limit was reached."""
OVERDUE: Final = "Overdue"
"""What the interpreter calls the exception that ends an example which takes too long."""
SHOWN: Final = 2000
"""Characters of an output in the report."""


class Kind(enum.StrEnum):
    """How an example went."""

    WORKS = "works"
    DIFFERS = "differs"
    FAILS = "fails"
    SLOW = "slow"
    NEEDS = "needs"


MEANS: Final[Mapping[Kind, str]] = {
    Kind.WORKS: "it runs, and gives what the page shows",
    Kind.DIFFERS: "it runs, but gives something else than the page shows",
    Kind.FAILS: "it raises an exception, or ends the interpreter",
    Kind.SLOW: "it takes longer than the limit",
    Kind.NEEDS: "it needs what is not there: a package, threads, the network",
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of code.

    Attributes
    ----------
    source
        What is executed.
    expected
        What the page shows of its output; ``None`` where it shows nothing.
    may_raise
        Whether any exception is right.
    """

    source: str
    expected: str | None = None
    may_raise: bool = False

    @property
    def error(self) -> bool:
        """Whether the page shows an exception."""
        return self.expected is not None and self.expected.lstrip().startswith(TRACEBACK)


@dataclass(frozen=True, kw_only=True)
class Example:
    """What a button opens.

    Attributes
    ----------
    key
        What the button is called in the pages.
    form
        ``docstring``, ``notebook``, ``console`` or ``gallery``.
    document
        The page's name, as Sphinx calls it.
    place
        ``FILE:LINE`` in the project, as far as it is known.
    name
        The documented object's name, or the first line of code.
    cells
        Its code.
    problem
        Why it cannot be run at all, where that can be seen.
    folder
        Where it is run, in the contents of the Lite site.
    kernel
        The kernel that its notebook names; empty for the site's own Python.
    language
        The language that its notebook is written in, in small letters; empty for Python.
    """

    key: str
    form: str
    document: str
    place: str
    name: str
    cells: tuple[Cell, ...]
    problem: str = ""
    folder: str = "."
    kernel: str = ""
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How an example went.

    Attributes
    ----------
    key, form, document, place, name
        Of the example.
    kind
        How.
    reason
        One line, where it is not that it works.
    source, expected, got
        Of the cell in question.
    seconds
        What it took, with the start of the interpreter.
    """

    key: str
    form: str
    document: str
    place: str
    name: str
    kind: Kind
    reason: str = ""
    source: str = ""
    expected: str = ""
    got: str = ""
    seconds: float = 0.0

    @property
    def identity(self) -> str:
        """What it is known by from build to build: keys change with the content."""
        return f"{self.document}: {self.name}"

    def as_json(self) -> dict[str, Any]:
        """Give what reports hold."""
        return asdict(self)


def verdict_from(content: Mapping[str, Any]) -> Verdict:
    """Give the verdict that a report holds."""
    return Verdict(**{**content, "kind": Kind(content["kind"])})


def unknown(example: Example) -> Verdict:
    """Give the verdict that stands as long as nothing is said against it."""
    problem = example.problem
    return Verdict(
        key=example.key,
        form=example.form,
        document=example.document,
        place=example.place,
        name=example.name,
        kind=Kind.FAILS if problem else Kind.WORKS,
        reason=problem,
    )


def judge(example: Example, told: Sequence[Mapping[str, Any]], died: str = "") -> Verdict:
    """Give the verdict on an example.

    Parameters
    ----------
    example
        The example.
    told
        What its interpreter said.
    died
        How the interpreter ended, where it ended early; begins with `LIMIT` for the limit.
    """
    found = unknown(example)
    begun = -1
    for message in told:
        match message["type"]:
            case "cell":
                begun = message["number"]
            case "done":
                cell = example.cells[message["number"]]
                if found.kind is Kind.WORKS and _is_other(cell, message["output"]):
                    found = _differs(found, cell, message["output"])
            case "failed":
                cell = example.cells[message["number"]]
                said = f"{message['error']}: {message['message']}"
                meant = cell.may_raise or (cell.error and same(cell.expected or "", said))
                if not meant or message["error"] == OVERDUE:
                    return _failed(found, cell, message, died)
            case "end":
                return found
    cell = example.cells[begun] if begun >= 0 else Cell(source="")
    kind = Kind.SLOW if died.startswith(LIMIT) else Kind.FAILS
    return replace(found, kind=kind, reason=died, source=cell.source, expected="", got="")


def _is_other(cell: Cell, got: str) -> bool:
    shown = cell.expected is not None and not unchecked(cell.source)
    return shown and not same(cell.expected or "", got)


def _differs(found: Verdict, cell: Cell, got: str) -> Verdict:
    return replace(
        found,
        kind=Kind.DIFFERS,
        reason="the output is another one",
        source=cell.source,
        expected=(cell.expected or "")[:SHOWN],
        got=got[:SHOWN],
    )


def _failed(found: Verdict, cell: Cell, message: Mapping[str, Any], died: str) -> Verdict:
    said = f"{message['error']}: {message['message']}"
    kind, reason = Kind.FAILS, said
    if message["error"] == OVERDUE:
        kind, reason = Kind.SLOW, died
    elif message["module"] and message["error"] == "ModuleNotFoundError":
        kind, reason = Kind.NEEDS, f"there is no package {message['module']}"
    elif message["cause"]:
        kind, reason = Kind.NEEDS, message["cause"]
    return replace(
        found,
        kind=kind,
        reason=" ".join(reason.splitlines()[0][:300].split()) if reason else "",
        source=cell.source,
        expected=cell.expected or "",
        got=said[:SHOWN],
    )
