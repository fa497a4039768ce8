"""What visits of two sites took, compared: the pure part of ``compare_clicks.py``."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

OURS: Final = "ours"
STOCK: Final = "stock"
SITES: Final = (OURS, STOCK)
VISITS: Final = ("cold", "warm")
STEPS: Final = {
    "interface": "click to the interface",
    "kernel": "click to the kernel",
    "import": "from there to the changed cell's output",
    "cell": "click to the changed cell's output",
}
BITS: Final = 8
MEGA: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A connection.

    Attributes
    ----------
    name
        What it is called on the command line.
    megabits
        Per second, in both directions; ``None`` for no limit.
    latency
        Milliseconds before an answer begins.
    targets
        For each visit, the part of stock's time that ours may take at most.
    """

    name: str
    megabits: float | None = None
    latency: float = 0.0
    targets: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a reader of a table is told."""
        if self.megabits is None:
            return "unthrottled"
        return f"{self.megabits:g} Mbit/s, {self.latency:g} ms"

    @property
    def rate(self) -> float | None:
        """Bytes per second."""
        return None if self.megabits is None else self.megabits * MEGA / BITS

    def conditions(self) -> dict[str, float] | None:
        """Give the parameters of ``Network.emulateNetworkConditions``: bytes and milliseconds.

        The latency is the line's (``line.py``), which is before every browser.
        """
        if self.rate is None:
            return None
        return {"latency": 0, "downloadThroughput": self.rate, "uploadThroughput": self.rate}

    def seconds(self, size: int, requests: int = 1) -> float:
        """Give what `size` bytes take at least, one request after the other."""
        if self.megabits is None:
            return 0.0
        return size * BITS / (self.megabits * MEGA) + requests * self.latency / 1000


PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile(name="none", targets={"cold": 0.33, "warm": 0.2}),
        Profile(name="100", megabits=100, latency=20, targets={"cold": 0.5}),
        Profile(name="20", megabits=20, latency=40, targets={"cold": 0.8}),
        Profile(name="5", megabits=5, latency=40, targets={"cold": 1.0, "warm": 1.0}),
    )
}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit, as the browser saw it and as its server did.

    Attributes
    ----------
    site, profile, kind
        Where, over which connection, the first or the second of a reader.
    times
        Seconds since the click by step; without ``kernel`` and ``import`` where the page had no
        kernel to be heard of.
    memory
        Bytes of the tab.
    restart
        Seconds from a restart of the kernel to an output; ``None`` where it was not restarted.
    presses
        How often Shift+Enter was pressed.
    requests, not_modified, bytes
        What the server answered.
    browser
        The browser's name and version.
    stuck
        How many readers came before this one and got no result.
    """

    site: str
    profile: str
    kind: str
    times: dict[str, float]
    memory: int
    restart: float | None
    presses: int
    requests: int
    not_modified: int
    bytes: int
    browser: str = ""
    stuck: int = 0


def times_of(told: dict[str, Any]) -> dict[str, float]:
    """Complete the times of a visit: what stands between the kernel and the cell is the import."""
    times = {name: float(told[name]) for name in ("interface", "cell")}
    if told.get("kernel") is not None:
        times["kernel"] = float(told["kernel"])
        times["import"] = times["cell"] - times["kernel"]
    return times


def values(visits: Sequence[Visit], step: str) -> list[float]:
    """Give the times of a step."""
    return [visit.times[step] for visit in visits if step in visit.times]


def chosen(visits: Sequence[Visit], site: str, profile: str, kind: str) -> list[Visit]:
    """Give those of one site, connection and kind."""
    wanted = (site, profile, kind)
    return [one for one in visits if (one.site, one.profile, one.kind) == wanted]


def ratio(ours: Sequence[float], stock: Sequence[float]) -> float | None:
    """Give our median as a part of the other; ``None`` where there is none."""
    if not ours or not stock or not (whole := statistics.median(stock)):
        return None
    return statistics.median(ours) / whole


DIGITS: Final = {"s": 2, "MB": 1, "readers": 0}
"""How many digits of a value are told, by its unit."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line that compares both sites.

    Attributes
    ----------
    section, what
        Where it stands, and what was measured.
    ours, stock
        The values.
    unit
        ``s``, ``MB`` or ``readers``.
    target
        The part of stock's that ours may be at most.
    limit
        What ours may be at most, in its unit.
    beside
        What the other is called.
    """

    section: str
    what: str
    ours: tuple[float, ...]
    stock: tuple[float, ...]
    unit: str = "s"
    target: float | None = None
    limit: float | None = None
    beside: str = STOCK

    def told(self, which: Sequence[float]) -> str:
        """Write values: the median, and the range where there are several."""
        if not which:
            return "none"
        digits = DIGITS[self.unit]
        middle = f"{statistics.median(which):.{digits}f} {self.unit}"
        if len(which) == 1:
            return middle
        low, high = min(which), max(which)
        return f"{middle} (median of {len(which)}: {low:.{digits}f} to {high:.{digits}f})"

    @property
    def measured(self) -> str:
        """What ours took."""
        return self.told(self.ours)

    @property
    def compared(self) -> str:
        """What stock took, what part of it ours is, and the target."""
        words = [f"{self.beside}: {self.told(self.stock)}"]
        if (part := ratio(self.ours, self.stock)) is not None:
            words.append(f"ours is {part:.2f} of it")
        if self.target is not None:
            words.append(f"target: {self.target:g} at most")
        if self.limit is not None:
            words.append(f"target: {self.limit:g} {self.unit} at most")
        return "; ".join(words)


SECTION: Final = 'From the click on "Try it" to a changed example that has run'
AROUND: Final = "What a visit costs besides"


def rows(visits: Sequence[Visit], profiles: Sequence[Profile]) -> list[Row]:
    """Give the table."""
    found = []
    for profile in profiles:
        for kind in VISITS:
            pair = [chosen(visits, site, profile.name, kind) for site in SITES]
            for step, words in STEPS.items():
                ours, stock = (tuple(values(part, step)) for part in pair)
                row = Row(
                    section=SECTION,
                    what=f"{profile.label}, {kind}: {words}",
                    ours=ours,
                    stock=stock,
                    target=profile.targets.get(kind) if step == "cell" else None,
                )
                if ours or stock:
                    found.append(row)
    return [*found, *_around(visits)]


WITH: Final = "with buttons"
WITHOUT: Final = "without buttons"
LOADS: Final = {
    "interactive": "nothing of its scripts runs any more",
    "loaded": "its load event has ended",
    "longest": "its longest task takes",
}


def load_rows(found: dict[str, list[dict[str, float]]]) -> list[Row]:
    """Give the lines about pages with and without buttons, of what ``click/load.mjs`` says."""
    return [
        Row(
            section=AROUND,
            what=f"the page with buttons, cold, processor slowed down: {words}",
            ours=tuple(one[key] / 1000 for one in found[WITH]),
            stock=tuple(one[key] / 1000 for one in found[WITHOUT]),
            target=1.05 if key == "interactive" else None,
            beside="the same page without",
        )
        for key, words in LOADS.items()
    ]


def _around(visits: Sequence[Visit]) -> list[Row]:
    found = []
    for kind in VISITS:
        pair = [chosen(visits, site, "none", kind) for site in SITES]
        ours, stock = (tuple(one.memory / MEGA for one in part) for part in pair)
        what = f"{kind}: memory of the tab's process after the cell"
        found.append(Row(section=AROUND, what=what, ours=ours, stock=stock, unit="MB", target=1.3))
        ours, stock = (tuple(one.bytes / MEGA for one in part) for part in pair)
        counts = " and ".join(
            f"{name} {part[0].requests} ({part[0].not_modified} answered with 304)"
            for name, part in zip(SITES, pair, strict=True)
            if part
        )
        what = f"{kind}: what the server sends; requests: {counts}"
        found.append(Row(section=AROUND, what=what, ours=ours, stock=stock, unit="MB"))
    ours, stock = (
        tuple(one.restart for one in visits if one.site == site and one.restart is not None)
        for site in SITES
    )
    what = "the kernel is restarted: to the next cell's output"
    found.append(Row(section=AROUND, what=what, ours=ours, stock=stock, limit=1.0))
    ours, stock = ((float(sum(one.stuck for one in visits if one.site == site)),) for site in SITES)
    what = "who got no result in four minutes, and was replaced"
    found.append(Row(section=AROUND, what=what, ours=ours, stock=stock, unit="readers"))
    return [row for row in found if row.ours or row.stock]
