"""Which modules of a project are imported when its packages are, or by its tests."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from toolkit.assess.code import Import, Seen
from toolkit.assess.findings import Guard
from toolkit.assess.places import Part

COLLECTED: Final = re.compile(r"test_.*|.*_test|conftest")
"""Stems of files that pytest imports by itself (its default ``python_files``)."""

type Read = tuple[str, Part, Seen]


def reached(seen: Mapping[str, Seen], roots: Sequence[str]) -> frozenset[str]:
    """Give the modules that ``import`` of the roots imports, guarded imports left out.

    Parameters
    ----------
    seen
        What was seen in each module, by its dotted name.
    roots
        Names of packages and modules at the top.
    """
    done: set[str] = set()
    left = [root for root in roots if root in seen]
    while left:
        module = left.pop()
        if module in done:
            continue
        done.add(module)
        for one in seen[module].imports:
            if one.at_import and one.guard is Guard.NONE:
                left += [name for name in _names(one) if name in seen and name not in done]
    return frozenset(done)


def _names(one: Import) -> list[str]:
    parts = one.module.split(".")
    parents = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    return [*parents, *(f"{one.module}.{name}" for name in one.names)]


def without_loose_tests(read: Sequence[Read]) -> Iterator[Read]:
    """Give files with their parts; what lies among tests and no test imports is guarded.

    Parameters
    ----------
    read
        Path, part and what was seen.
    """
    stems = {
        name.rpartition(".")[2]
        for path, part, seen in read
        if part is Part.TESTS and _collected(path)
        for one in seen.imports
        for name in (one.module, *one.names)
    }
    for path, part, seen in read:
        loose = part is Part.TESTS and path.endswith(".py") and not _collected(path)
        if loose and PurePosixPath(path).stem not in stems:
            yield path, part, under(Guard.SCRIPT, seen)
        else:
            yield path, part, seen


def _collected(path: str) -> bool:
    return COLLECTED.fullmatch(PurePosixPath(path).stem) is not None


def under(guard: Guard, seen: Seen) -> Seen:
    """Give what was seen, all of it guarded; what guarded something already stays."""
    return replace(
        seen,
        imports=tuple(replace(one, guard=one.guard or guard) for one in seen.imports),
        uses=tuple(replace(one, guard=one.guard or guard) for one in seen.uses),
    )
