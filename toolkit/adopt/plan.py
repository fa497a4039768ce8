"""All that is to be written into a project, and what is left to do by hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from toolkit.adopt import gitlab
from toolkit.adopt.changes import Change, change_of, read_file
from toolkit.adopt.choices import Choices
from toolkit.adopt.pyproject import with_settings
from toolkit.adopt.seen import (
    CIRCLECI,
    GITLAB,
    NONE,
    PAGES,
    READTHEDOCS,
    READTHEDOCS_FILES,
    Seen,
)
from toolkit.adopt.workflows import NAMES, readthedocs, render, workflow
from toolkit.docs.source import PLACES
from toolkit.errors import NotAdopted

DOCS: Final = "docs"
"""Folder of the first pages of a project that has none."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done.

    Attributes
    ----------
    changes
        Files to write, none of which holds already what it is to hold.
    notes
        Lines about what needs no file, or is left to do by hand.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def make_plan(seen: Seen, choices: Choices) -> Plan:
    """Give what a project needs.

    Parameters
    ----------
    seen
        What there is.
    choices
        What was chosen.

    Raises
    ------
    NotAdopted
        When a file that is there cannot be read or extended.
    """
    notes: list[str] = []
    parts = (
        _settings(seen, notes),
        *_pages(seen, notes),
        *_workflow(seen, choices, notes),
        _readthedocs(seen, choices, notes),
    )
    return Plan(changes=tuple(one for one in parts if one is not None), notes=tuple(notes))


def _settings(seen: Seen, notes: list[str]) -> Change | None:
    said: dict[str, Any] = {}
    if seen.documentation is not None and seen.documentation not in PLACES:
        said = {"docs": {"source": seen.documentation}}
    root = seen.project.root
    text = read_file(root, "pyproject.toml")
    if text is None and not said:
        notes.append("there is no pyproject.toml, and nothing that it would have to say")
        return None
    change = change_of(root, "pyproject.toml", with_settings(text or "", said))
    return change and replace(change, extends=text is not None)


def _pages(seen: Seen, notes: list[str]) -> Iterator[Change | None]:
    """Give first pages where there are none; the driver does without a line in ``conf.py``."""
    if seen.documentation is not None:
        notes.append(
            f"{seen.documentation}/conf.py needs no line: `spec14 docs` adds what it takes"
        )
        return
    named = seen.project.settings.docs.source
    if named is not None:
        msg = f"[tool.spec14.docs] source = {named!r}: there is no conf.py in it"
        raise NotAdopted(msg, do="name the folder that holds Sphinx's conf.py")
    if seen.package is None:
        notes.append("by hand: documentation with a conf.py (`sphinx-quickstart docs`)")
        return
    name = re.sub(r"[^\w.-]", "-", seen.project.name)
    for file, template in (("conf.py", "conf.py.jinja"), ("index.rst", "index.rst.jinja")):
        text = render(template, name=name, package=seen.package)
        yield change_of(seen.project.root, f"{DOCS}/{file}", text)


def _workflow(seen: Seen, choices: Choices, notes: list[str]) -> Iterator[Change | None]:
    if choices.ci == NONE:
        notes.append("no workflow: --ci github, circleci or gitlab writes one")
        return
    if choices.ci == CIRCLECI and choices.host == PAGES:
        notes.append("by hand: a deploy key for the branch gh-pages (CircleCI, SSH Keys)")
    stage = "test"
    if choices.ci == GITLAB:
        text = read_file(seen.repository, gitlab.FILE) or ""
        stage = gitlab.stage_of(gitlab.read(text))
        included = gitlab.with_include(text)
        if included is None:
            notes.append(f"by hand: `- local: {NAMES[GITLAB]}` below `include` in {gitlab.FILE}")
        else:
            change = change_of(seen.repository, gitlab.FILE, included)
            yield change and replace(change, extends=bool(text))
    yield change_of(seen.repository, NAMES[choices.ci], workflow(seen, choices, stage=stage))


def _readthedocs(seen: Seen, choices: Choices, notes: list[str]) -> Change | None:
    if choices.host != READTHEDOCS:
        return None
    notes.append(
        "by hand: SPEC14_WHEEL among the variables on Read the Docs (docs/read-the-docs.md)"
    )
    name = seen.readthedocs or READTHEDOCS_FILES[0]
    return change_of(seen.repository, name, readthedocs(seen, choices))
