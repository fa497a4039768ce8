"""What differs between the tests in WebAssembly and natively, on the terminal or for machines."""

import json
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.commands.options import Options
from toolkit.testing.compare import Comparison, Group

MOST_IDS: Final = 3
MOST_GROUPS: Final = 30
MOST_FILES: Final = 20


def show(comparison: Comparison, options: Options, console: Console | None = None) -> None:
    """Print the differences as tables, or as JSON with ``--json``.

    Parameters
    ----------
    comparison
        What differs.
    options
        What stands before the subcommand.
    console
        Where to print tables; standard output if not given.
    """
    if options.as_json:
        print(json.dumps(comparison.as_json(), indent=2))
        return
    console = console or Console(highlight=False)
    for heading, groups in comparison.headed:
        if groups:
            console.print(_groups(heading, groups))
    if comparison.speeds and not options.quiet:
        console.print(_speeds(comparison))
    console.print(Text(comparison.summary))


def _groups(heading: str, groups: tuple[Group, ...]) -> Table:
    table = Table(title=heading, title_justify="left", expand=True)
    table.add_column("tests", justify="right")
    table.add_column("cause", overflow="fold", ratio=1)
    table.add_column("which", overflow="fold", ratio=1)
    for group in groups[:MOST_GROUPS]:
        more = len(group.ids) - MOST_IDS
        ids = [*group.ids[:MOST_IDS], *([f"and {more} more"] if more > 0 else [])]
        # Plain text: node ids hold brackets, which Rich takes for its markup.
        table.add_row(str(len(group.ids)), Text(group.cause), Text("\n".join(ids)))
    if len(groups) > MOST_GROUPS:
        table.add_row("", Text(f"and {len(groups) - MOST_GROUPS} more causes"), "")
    return table


def _speeds(comparison: Comparison) -> Table:
    table = Table(title="Speed: tests that pass on both sides", title_justify="left")
    table.add_column("file", overflow="fold")
    for heading in ("tests", "here, s", "native, s", "times slower"):
        table.add_column(heading, justify="right")
    for speed in comparison.speeds[:MOST_FILES]:
        ratio = "" if speed.ratio is None else f"{speed.ratio:.1f}"
        numbers = (str(speed.tests), f"{speed.here:.2f}", f"{speed.native:.2f}", ratio)
        table.add_row(Text(speed.file), *numbers)
    if len(comparison.speeds) > MOST_FILES:
        table.add_row(f"and {len(comparison.speeds) - MOST_FILES} more files", *[""] * 4)
    return table
