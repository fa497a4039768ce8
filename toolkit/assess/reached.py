"""Which modules of a project are imported when its packages are."""

from collections.abc import Mapping, Sequence

from toolkit.assess.code import Import, Seen
from toolkit.assess.findings import Guard


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
