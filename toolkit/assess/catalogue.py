"""What code asks of the platform: ``catalogue.toml``, read once."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from toolkit.assess.findings import Effort, Finding, Guard, Stage

FILE: Final = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One thing that WebAssembly lacks or does otherwise.

    Attributes
    ----------
    name, title
        For machines, and for people.
    happens, remedy, effort
        As in a finding.
    attempt
        Python that shows it in the runtime; empty where nothing is tried.
    python, c
        Names whose use is a finding.
    """

    name: str
    title: str
    happens: str
    remedy: str
    effort: Effort
    attempt: str = ""
    python: tuple[str, ...] = ()
    c: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """All topics by name, and libraries that nobody need bring."""

    topics: Mapping[str, Topic]
    builtin: frozenset[str]
    tools: frozenset[str]

    def of_python(self, dotted: str) -> Topic | None:
        """Give the topic of a name that Python calls."""
        if (name := _python().get(dotted)) is not None:
            return self.topics[name]
        if dotted.partition(".")[0] not in _globbed():
            return None
        for topic in self.topics.values():
            if any("*" in form and fnmatchcase(dotted, form) for form in topic.python):
                return topic
        return None

    def of_c(self, name: str) -> Topic | None:
        """Give the topic of a function that C calls."""
        return next((topic for topic in self.topics.values() if name in topic.c), None)


@functools.cache
def catalogue() -> Catalogue:
    """Read it."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    topics = {
        name: Topic(
            name=name,
            title=said["title"],
            happens=said["happens"],
            remedy=said["remedy"],
            effort=Effort(said["effort"]),
            attempt=said.get("attempt", ""),
            python=tuple(said.get("python", ())),
            c=tuple(said.get("c", ())),
        )
        for name, said in read["topics"].items()
    }
    libraries = read["libraries"]
    return Catalogue(
        topics=topics,
        builtin=frozenset(libraries["builtin"]),
        tools=frozenset(libraries["tools"]),
    )


def finding(
    topic: str,
    stage: Stage,
    what: str,
    *,
    file: str = "",
    line: int = 0,
    guard: Guard = Guard.NONE,
    happens: str = "",
    remedy: str = "",
    effort: Effort | None = None,
) -> Finding:
    """Make a finding; what is not given is the topic's."""
    said = catalogue().topics[topic]
    return Finding(
        topic=topic,
        stage=stage,
        effort=effort or said.effort,
        what=what,
        happens=happens or said.happens,
        remedy=remedy or said.remedy,
        file=file,
        line=line,
        guard=guard,
    )


@functools.cache
def _python() -> Mapping[str, str]:
    """Give topics by names that stand in full."""
    return {form: topic.name for topic in catalogue().topics.values() for form in topic.python}


@functools.cache
def _globbed() -> frozenset[str]:
    """Give the first parts of names that end in any way."""
    forms = [form for topic in catalogue().topics.values() for form in topic.python]
    return frozenset(form.partition(".")[0] for form in forms if "*" in form)
