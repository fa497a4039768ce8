"""The same suite twice, in WebAssembly and natively: what differs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from toolkit.testing.results import BAD, Record, Result


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tests that differ for one cause.

    Attributes
    ----------
    cause
        Type of the exception and its message, without what differs from test to test.
    ids
        Node ids, sorted.
    """

    cause: str
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Speed:
    """How long the tests of a file took that passed on both sides.

    Attributes
    ----------
    file
        The file.
    tests
        Their number.
    here, native
        Seconds, added up.
    """

    file: str
    tests: int
    here: float
    native: float

    @property
    def ratio(self) -> float | None:
        """Give how many times slower it is here; nothing where native took no time."""
        return self.here / self.native if self.native > 0 else None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs between the two runs.

    Attributes
    ----------
    both
        Number of tests that ran on both sides.
    fails_here
        Passed natively; failed or ended in an error here.
    skipped_here
        Passed natively, skipped (or expected to fail) here.
    fails_there
        Failed natively: nothing that WebAssembly is to blame for. Grouped by the cause there.
    only_here, only_there
        Not collected on the other side.
    speeds
        By file, slowest ratio first.
    """

    both: int
    fails_here: tuple[Group, ...]
    skipped_here: tuple[Group, ...]
    fails_there: tuple[Group, ...]
    only_here: tuple[str, ...]
    only_there: tuple[str, ...]
    speeds: tuple[Speed, ...]

    @property
    def headed(self) -> tuple[tuple[str, tuple[Group, ...]], ...]:
        """Give every group of tests with a heading."""
        alone = (
            ("Run here only", self.only_here),
            ("Run natively only", self.only_there),
        )
        return (
            ("Pass natively, fail here", self.fails_here),
            ("Pass natively, skipped here", self.skipped_here),
            ("Fail natively too, or only there", self.fails_there),
            *(
                (heading, (Group(cause="not collected on the other side", ids=ids),) if ids else ())
                for heading, ids in alone
            ),
        )

    @property
    def summary(self) -> str:
        """Give the whole in one line."""
        numbers = {
            "fail here only": _size(self.fails_here),
            "skipped here only": _size(self.skipped_here),
            "fail natively": _size(self.fails_there),
        }
        here = sum(speed.here for speed in self.speeds)
        native = sum(speed.native for speed in self.speeds)
        line = f"Of {self.both} tests on both sides "
        line += ", ".join(f"{number} {what}" for what, number in numbers.items())
        if native > 0:
            line += f"; those that pass on both take {here / native:.1f} times as long here"
        return f"{line}."

    def as_json(self) -> dict[str, Any]:
        """Give it for machines."""
        speeds = [asdict(speed) | {"ratio": speed.ratio} for speed in self.speeds]
        return asdict(self) | {"speeds": speeds}


def _size(groups: Iterable[Group]) -> int:
    return sum(len(group.ids) for group in groups)


def compare(here: Record, native: Record) -> Comparison:
    """Say what differs between a run in WebAssembly and a native one of the same suite."""
    ours = {result.id: result for result in here.results}
    theirs = {result.id: result for result in native.results}
    pairs = [(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()]
    passing = [(one, other) for one, other in pairs if other.outcome == "passed"]
    return Comparison(
        both=len(pairs),
        fails_here=_grouped(one for one, _ in passing if one.outcome in BAD),
        skipped_here=_grouped(one for one, _ in passing if one.outcome in ("skipped", "xfailed")),
        fails_there=_grouped(other for _, other in pairs if other.outcome in BAD),
        only_here=_missing(ours, theirs),
        only_there=_missing(theirs, ours),
        speeds=_speeds((one, other) for one, other in passing if one.outcome == "passed"),
    )


def _missing(ours: Mapping[str, Result], theirs: Mapping[str, Result]) -> tuple[str, ...]:
    return tuple(sorted(ours.keys() - theirs.keys()))


def _grouped(results: Iterable[Result]) -> tuple[Group, ...]:
    """Group by cause, the most frequent first."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for result in results:
        found[result.cause or result.reason or result.outcome].append(result.id)
    groups = [Group(cause=cause, ids=tuple(sorted(ids))) for cause, ids in found.items()]
    order: Callable[[Group], tuple[int, str]] = lambda group: (-len(group.ids), group.cause)  # noqa: E731
    return tuple(sorted(groups, key=order))


def _speeds(pairs: Iterable[tuple[Result, Result]]) -> tuple[Speed, ...]:
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for one, other in pairs:
        found[one.file].append((one.seconds, other.seconds))
    speeds = [
        Speed(
            file=file,
            tests=len(times),
            here=sum(here for here, _ in times),
            native=sum(native for _, native in times),
        )
        for file, times in found.items()
    ]
    return tuple(sorted(speeds, key=lambda speed: (-(speed.ratio or 0.0), speed.file)))
