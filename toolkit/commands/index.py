"""``spec14 index``."""

import json
import os
import re
import sys
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from toolkit.commands.options import Options
from toolkit.nightly.channel import upload
from toolkit.nightly.folder import Admission, Changed, add_wheels
from toolkit.pins import RUNTIME
from toolkit.progress import Steps

PLAIN: Final = re.compile(r"[A-Za-z0-9._~:@%/\[\]-]+")


@click.command()
@click.argument(
    "wheels", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="WHEEL..."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the index; wheels are added to the index that is there.",
)
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Versions of a distribution that stay, for each platform; all, if not given.",
)
@click.option(
    "--base-url",
    default="",
    help="Address of the index: pages then name wheels in full, and headers by their path.",
)
@click.option(
    "--upload",
    "channel",
    metavar="CHANNEL",
    help="Write nothing: give the wheels to this channel of nightlies, by anaconda-client.",
)
@click.option("--any-tag", is_flag=True, help="Take wheels of other platforms and runtimes, too.")
@click.option(
    "--unofficial",
    is_flag=True,
    help="Take wheels that another compiler than the runtime's own has made.",
)
@click.pass_obj
def index(
    options: Options,
    *,
    wheels: tuple[Path, ...],
    out: Path | None,
    keep: int | None,
    base_url: str,
    channel: str | None,
    any_tag: bool,
    unofficial: bool,
) -> None:
    """Put wheels into a static package index, or into a channel of nightlies."""
    if (out is None) == (channel is None):
        raise click.UsageError("give --out FOLDER or --upload CHANNEL")
    steps = Steps(sys.stderr if options.as_json else sys.stdout, quiet=options.quiet)
    admission = Admission(runtime=RUNTIME, any_tag=any_tag, unofficial=unofficial)
    if out is None:
        if keep is not None or base_url:
            raise click.UsageError("--keep and --base-url are for --out")
        steps.say(upload(str(channel), wheels, admission, os.environ))
        if options.as_json:
            print(json.dumps({"channel": channel, "wheels": [path.name for path in wheels]}))
        return
    changed = add_wheels(out, wheels, admission, keep=keep, base_url=_address(base_url))
    if options.as_json:
        print(json.dumps({**vars(changed), "folder": str(changed.folder)}))
    else:
        _say(changed, steps)


def _address(given: str) -> str:
    """Give an address with a slash at its end.

    Raises
    ------
    click.UsageError
        When it is none, or holds a password: pages are public.
    """
    if not given:
        return ""
    parts = urlsplit(given)
    plain = PLAIN.fullmatch(given) and parts.scheme in {"http", "https"} and parts.hostname
    if not plain or "@" in parts.netloc:
        raise click.UsageError("--base-url must be like https://host/path/, without a password")
    return given.rstrip("/") + "/"


def _say(changed: Changed, steps: Steps) -> None:
    for what in ("added", "removed"):
        for file in getattr(changed, what):
            steps.say(f"{what} {file}")
    for file in changed.passed_over:
        steps.say(f"passed over {file}: newer versions are there")
    steps.say(f"{len(changed.wheels)} wheels in {changed.folder}")
