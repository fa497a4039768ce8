"""From what was seen in a file to findings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from toolkit.assess.catalogue import Topic, catalogue, finding
from toolkit.assess.code import Import, Seen, Use
from toolkit.assess.compiled import WRONG_TYPE
from toolkit.assess.findings import Finding, Guard, Stage
from toolkit.assess.places import Part
from toolkit.assess.runtime import Lacks

STAGES: Final = {Part.TESTS: Stage.TESTS, Part.DOCS: Stage.DOCS}
LATER: Final = frozenset({"threads", "downloads", "mmap"})
"""Topics that are harmless until something is done with the object that was made."""
READERS: Final = frozenset(
    {
        *("read_csv", "read_table", "read_json", "read_excel", "read_parquet", "loadtxt"),
        *("genfromtxt", "imread", "open_dataset", "urlopen", "urlretrieve", "download", "retrieve"),
        *("read_html", "read_feather", "load", "fetch", "get_file", "download_file", "from_url"),
    }
)
"""Functions of other packages that read a URL where they are given one."""
HOSTS: Final = re.compile(r"[\w.+-]+(?:\.so[.\d]*|\.dll|\.dylib)|lib[\w.+-]+|kernel32|user32")
"""Names of libraries that are looked for on the machine."""
SCHEMES: Final = ("http://", "https://", "ftp://")


@dataclass(frozen=True, kw_only=True)
class File:
    """A file of the project, as the rules see it.

    Attributes
    ----------
    path
        With slashes, relative to the project.
    part
        What it is for.
    reached
        Whether importing the package imports it.
    """

    path: str
    part: Part
    reached: bool = False

    def stage(self, *, at_import: bool) -> Stage:
        """Give what code in it is in the way of."""
        if self.part in STAGES:
            return STAGES[self.part]
        return Stage.IMPORT if at_import and self.reached else Stage.USE


@dataclass(frozen=True, kw_only=True)
class Url:
    """An address that code reads from.

    Attributes
    ----------
    url
        As it stands there, or its beginning.
    file, line
        Where.
    stage, guard
        As of a finding.
    by
        What reads it.
    """

    url: str
    file: str
    line: int
    stage: Stage
    guard: Guard
    by: str

    @property
    def counts(self) -> bool:
        """Whether nothing keeps it from being read."""
        return self.guard is Guard.NONE


def python_findings(file: File, seen: Seen, lacks: Lacks) -> Iterator[Finding]:
    """Give what a file of Python (or Cython) does that the runtime does not have."""
    for one in seen.imports:
        yield from _of_import(file, one, lacks)
    read: set[tuple[str, int]] = set()
    for use in seen.uses:
        topic = catalogue().of_python(use.name) if use.called else None
        if topic is not None and topic.name != "downloads" and not lacks.works(topic.name):
            yield _of_topic(file, use, topic, lacks)
        elif (use.name, use.line) not in read and (found := _of_name(file, use, lacks)):
            read.add((use.name, use.line))
            yield found


def urls(file: File, seen: Seen) -> Iterator[Url]:
    """Give the addresses that a file reads from; empty where one is put together elsewhere."""
    for use in seen.uses:
        if not use.called:
            continue
        topic = catalogue().of_python(use.name)
        known = topic is not None and topic.name == "downloads"
        given = use.text.startswith(SCHEMES)
        if known or (given and use.name.rpartition(".")[2] in READERS):
            yield Url(
                url=use.text if given else "",
                file=file.path,
                line=use.line,
                stage=file.stage(at_import=False),
                guard=use.guard,
                by=use.name,
            )


def c_findings(file: File, seen: Seen) -> Iterator[Finding]:
    """Give what a file of C or C++ does; headers are looked at with all of the project's."""
    for one in seen.uses:
        use = one
        if file.part is Part.VENDORED:  # only a part of it may be compiled
            use = replace(one, guard=one.guard or Guard.OPTION)
        if use.name == "asm":
            yield finding(
                "assembly",
                Stage.BUILD,
                "inline assembly",
                file=file.path,
                line=use.line,
                guard=use.guard,
            )
        elif use.name.startswith(WRONG_TYPE):
            yield finding(
                "signature",
                file.stage(at_import=False),
                use.name.removeprefix(WRONG_TYPE),
                file=file.path,
                line=use.line,
                guard=use.guard,
            )
        elif (topic := catalogue().of_c(use.name)) is not None:
            stage = file.stage(at_import=False)
            yield finding(
                topic.name, stage, use.name, file=file.path, line=use.line, guard=use.guard
            )


def _of_import(file: File, one: Import, lacks: Lacks) -> Iterator[Finding]:
    stage = file.stage(at_import=one.at_import)
    top = one.module.partition(".")[0]
    if top in lacks.known and (words := lacks.error_of(one.module)) is not None:
        yield finding(
            "stdlib",
            stage,
            f"import {one.module}",
            file=file.path,
            line=one.line,
            guard=one.guard,
            happens=words,
        )
        return
    lacking = lacks.names.get(one.module, frozenset()).intersection(one.names)
    for name in sorted(lacking):
        yield finding(
            "names",
            stage,
            f"from {one.module} import {name}",
            file=file.path,
            line=one.line,
            guard=one.guard,
            happens=f"ImportError: cannot import name {name!r} from {one.module!r}",
            remedy="import the module, and look with hasattr first",
        )


def _of_topic(file: File, use: Use, topic: Topic, lacks: Lacks) -> Finding:
    words = lacks.words.get(topic.name, "")
    guard = use.guard
    if topic.name == "libraries" and not HOSTS.fullmatch(use.text) and "find" not in use.name:
        guard = guard or Guard.OPTION  # the project's own library, which the wheel may bring
    return finding(
        topic.name,
        file.stage(at_import=use.at_import and topic.name not in LATER),
        use.name,
        file=file.path,
        line=use.line,
        guard=guard,
        happens=f"{topic.happens} ({words})" if words else "",
    )


def _of_name(file: File, use: Use, lacks: Lacks) -> Finding | None:
    module, _, name = use.name.rpartition(".")
    if name not in lacks.names.get(module, frozenset()):
        return None
    return finding(
        "names",
        file.stage(at_import=use.at_import),
        use.name,
        file=file.path,
        line=use.line,
        guard=use.guard,
        happens=f"AttributeError: module {module!r} has no attribute {name!r}",
    )
