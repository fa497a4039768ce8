"""``spec14 precompress``."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
import platformdirs

from toolkit.commands.options import PROJECT, Options
from toolkit.progress import Steps
from toolkit.project import read_project
from toolkit.serve.precompress import precompress as precompress_site
from toolkit.wheels.store import shared_folder

MEGABYTE = 1_000_000


@click.command()
@click.argument(
    "site",
    required=False,
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)
@PROJECT
@click.pass_obj
def precompress(options: Options, *, site: Path | None, path: Path) -> None:
    """Write Brotli, zstd and gzip copies beside the files of SITE (.spec14/site without).

    For servers that send such copies: spec14 serve, nginx, Caddy. Documentation hosts compress by
    themselves.
    """
    steps = Steps(sys.stderr if options.as_json else sys.stdout, quiet=options.quiet)
    project = read_project(path) if site is None or (path / "pyproject.toml").is_file() else None
    own = project.shared_cache if project else platformdirs.user_cache_path("spec14")
    cache = (shared_folder() or own) / "compressed"
    with steps.counted("compressing") as tell:
        done = precompress_site(
            project.site if site is None and project else Path(site or path), cache, tell
        )
    if options.as_json:
        print(json.dumps(asdict(done)))
        return
    sent = ", ".join(f"{name} {size / MEGABYTE:.1f} MB" for name, size in done.sent.items())
    steps.say(f"{done.files} files of {done.plain / MEGABYTE:.1f} MB: {sent}")
