"""What ``nox -s update-pins`` starts in the container: ``python -m toolkit.upkeep``.

It proposes and never touches the working tree: the files of a move are written to
``.spec14/upkeep/proposal``, from where :mod:`toolkit.host.moving` takes them.
"""

import datetime as dt
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from toolkit.errors import MoveAvailable, MoveRefused, not_writable
from toolkit.host.report import exit_codes
from toolkit.pins import ROOT
from toolkit.progress import Steps
from toolkit.upkeep.changelog import entry, with_entry
from toolkit.upkeep.outlook import Outlook, Wish, look
from toolkit.upkeep.plan import Row, moving
from toolkit.upkeep.proposal import proposed, require_whole, write_proposal
from toolkit.upkeep.tree import CHANGELOG, read_tree

TOLD: Final = 3
"""How many moves an error names."""
PROPOSAL: Final = Path(".spec14") / "upkeep" / "proposal"


@click.command()
@click.option("--plan", is_flag=True, help="Show the table, and propose nothing.")
@click.option("--check", is_flag=True, help="Fail (exit code 82) when there is something to move.")
@click.option("--kernel", metavar="VERSION", help="Take this kernel package, not the newest.")
@click.option(
    "--emsdk",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What is known of another Emscripten (TOML; docs/new-runtime.md).",
)
@click.option("--whole", is_flag=True, help="Only see whether all files say the same.")
@click.option("--json", "as_json", is_flag=True, help="The table as JSON, on standard output.")
@click.argument("names", nargs=-1)
def main(
    *,
    plan: bool,
    check: bool,
    kernel: str | None,
    emsdk: Path | None,
    whole: bool,
    as_json: bool,
    names: Sequence[str],
) -> None:
    """Move all pins together to the newest set that belongs together."""
    if names:
        msg = f"{names[0]} cannot be moved alone: the pins are moved together"
        raise MoveRefused(msg, do="leave it out; --kernel VERSION says how far to go")
    if whole:
        require_whole(read_tree(ROOT), do="run nox -s update-pins")
        return
    make_folder(ROOT / PROPOSAL)
    steps = Steps(sys.stderr, quiet=False)
    found = look(Wish(root=ROOT, kernel=kernel, emsdk=emsdk), steps)
    texts = proposed(ROOT, found.move)
    moves = moving(found.rows)
    if as_json:
        print(json.dumps([{**vars(row), "moves": row.moves} for row in found.rows], indent=2))
    else:
        show(found)
    if not moves:
        steps.say("nothing to move: this is the newest set that belongs together")
    elif check:
        msg = f"there is a newer set: {_several(moves)}"
        raise MoveAvailable(msg, do="run nox -s update-pins on a machine with the engine")
    elif not plan:
        texts[CHANGELOG] = with_entry(
            (ROOT / CHANGELOG).read_text("utf-8"), entry(moves, dt.datetime.now(dt.UTC).date())
        )
        write_proposal(ROOT / PROPOSAL, texts)


def make_folder(proposal: Path) -> None:
    """Make the folder that a proposal is put in, without an earlier one.

    Raises
    ------
    NotWritable
        When the checkout belongs to somebody else.
    """
    try:
        proposal.parent.mkdir(parents=True, exist_ok=True)
        if proposal.exists():
            shutil.rmtree(proposal)
    except PermissionError as error:
        raise not_writable(Path(error.filename).parent, os.getuid(), os.getgid()) from error
    if not os.access(proposal.parent, os.W_OK | os.X_OK):
        raise not_writable(proposal.parent, os.getuid(), os.getgid())


def show(found: Outlook) -> None:
    """Print the table, and below it why something is not at its newest."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "now", "newest coherent", "newest"):
        table.add_column(heading)
    for row in found.rows:
        mark = "moves" if row.moves else ""
        table.add_row(mark, row.name, row.now, row.new, row.newest or "")
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    for row in found.rows:
        if row.why:
            console.print(f"{row.name} {row.newest}: {row.why}", markup=False, soft_wrap=True)


def _several(moves: Sequence[Row]) -> str:
    told = [f"{row.name} {row.now} → {row.new}" for row in moves]
    rest = len(told[TOLD:])
    return f"{', '.join(told[:TOLD])}{f' and {rest} more' if rest else ''}"


if __name__ == "__main__":
    with exit_codes():
        main()
