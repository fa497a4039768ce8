"""What was measured, as the Markdown of ``docs/benchmarks.md``."""

import os
import platform
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

PICTURES: Final = "_static/bench"
"""Where the page has its pictures, relative to itself."""

NOT_MEASURED: Final = "not measured in this run"
HEAD: Final = (
    "# Benchmarks",
    "",
    "Measured by `nox -s bench`; each section in one run, on the day and with the versions that it",
    "names. Nothing here is asserted: machines differ. Targets are those that this project set",
    "itself.",
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of a table: what was measured, beside what it is compared to."""

    what: str
    measured: str
    compared: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture to a section.

    Attributes
    ----------
    name
        Its file's name.
    svg
        It.
    words
        What it shows, for those who do not see it; without, the page does not show it.
    """

    name: str
    svg: str
    words: str = ""


@dataclass(kw_only=True)
class Report:
    """All tables of a run, in the order in which they were measured.

    Attributes
    ----------
    facts
        Lines about the machine and the versions.
    sections
        Figures by heading.
    pictures
        Pictures by heading.
    """

    facts: list[str] = field(default_factory=list)
    sections: dict[str, list[Figure]] = field(default_factory=dict)
    pictures: dict[str, list[Picture]] = field(default_factory=dict)

    def add(self, section: str, what: str, measured: str, compared: str) -> None:
        """Keep a figure, and print it at once: a run takes minutes."""
        figure = Figure(what=what, measured=measured, compared=compared)
        self.sections.setdefault(section, []).append(figure)
        print(f"\n{section}: {what}: {measured} ({compared})", flush=True)

    def show(self, section: str, picture: Picture) -> None:
        """Keep a picture for the end of a section."""
        self.pictures.setdefault(section, []).append(picture)

    def write_pictures(self, folder: Path, *, shown: bool) -> list[Path]:
        """Write pictures, or only those that the page shows; give their files."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for picture in (one for several in self.pictures.values() for one in several):
            if picture.words or not shown:
                file = folder / picture.name
                file.write_text(picture.svg, "utf-8")
                written.append(file)
        return written

    def markdown(self, before: str = "") -> str:
        """Give the whole as Markdown.

        Parameters
        ----------
        before
            The page of earlier runs: sections that were not measured now stay as they are.
        """
        today = datetime.now(UTC).date().isoformat()
        kept = sections_of(before)
        for heading, figures in self.sections.items():
            kept[heading] = [
                f"Measured on {today}:",
                "",
                *(f"- {fact}" for fact in self.facts),
                "",
                "| what | measured | compared to |",
                "|---|---|---|",
                *(f"| {one.what} | {one.measured} | {one.compared} |" for one in figures),
            ]
            for picture in (one for one in self.pictures.get(heading, ()) if one.words):
                kept[heading] += ["", f"![{picture.words}]({PICTURES}/{picture.name})"]
        lines = list(HEAD)
        for heading, content in kept.items():
            lines += ["", f"## {heading}", "", *content]
        return "\n".join(lines) + "\n"


def sections_of(page: str) -> dict[str, list[str]]:
    """Give the lines of a page by the headings above them."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, content = part.partition("\n")
        found[heading.strip()] = content.strip().splitlines()
    return found


def seconds(values: Sequence[float]) -> str:
    """Write times: the median, and the range where there are several."""
    middle = statistics.median(values)
    if len(values) == 1:
        return f"{middle:.1f} s"
    return f"{middle:.1f} s (median of {len(values)}: {min(values):.1f} to {max(values):.1f})"


def megabytes(size: float) -> str:
    """Write a size in bytes (1 MB is 10^6 bytes)."""
    return f"{size / 1e6:.1f} MB"


def this_machine() -> str:
    """Say on what the figures were measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = ""
    if (info := Path("/proc/cpuinfo")).is_file():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = f" ({models[0].partition(':')[2].strip()})" if models else ""
    return (
        f"machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors{name}, "
        f"{memory:.0f} GiB of memory"
    )
