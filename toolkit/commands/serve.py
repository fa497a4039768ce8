"""``spec14 serve``: a built site over HTTP, or the configuration of a real host for it."""

import contextlib
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Final

import click

from toolkit.check.site import INDEX
from toolkit.commands.options import PROJECT, Options
from toolkit.crew import Crew
from toolkit.process import run
from toolkit.project import read_project
from toolkit.serve import server
from toolkit.serve.address import base_path
from toolkit.serve.caddy import caddy
from toolkit.serve.headers import PROFILES, header_profile
from toolkit.serve.hosting import Hosting
from toolkit.serve.live import Live
from toolkit.serve.nginx import nginx
from toolkit.serve.watch import watch as watch_source

EXPORTS: Final = {"nginx": nginx, "caddy": caddy}

LINES: Final = 20
"""Lines of a failed build that an open page shows."""


@click.command()
@click.argument("place", metavar="[SITE]", required=False, type=click.Path(path_type=Path))
@PROJECT
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    default="pages",
    show_default=True,
    help="Headers: as usual documentation hosts (pages), or with cross-origin isolation.",
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    help="A Host header that is answered besides those of the loopback interface.",
)
@click.option(
    "--base-path",
    "base",
    default="/",
    show_default=True,
    help="Serve the site below this path, as its real host does: /project/en/stable/.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Build again when the project's source changes, and load open pages again.",
)
@click.option(
    "--export",
    type=click.Choice(sorted(EXPORTS)),
    help="Serve nothing: print the same headers as configuration for a real host.",
)
@click.option(
    "--site",
    type=click.Path(path_type=Path),
    help="The same as SITE; with --export, the folder on that host.",
)
@click.pass_obj
def serve(
    options: Options,
    *,
    place: Path | None,
    path: Path,
    host: str,
    port: int,
    profile: str,
    allow_hosts: tuple[str, ...],
    base: str,
    watch: bool,
    export: str | None,
    site: Path | None,
) -> None:
    """Serve a site on this machine: .spec14/site, or SITE, whoever built it."""
    if place is not None and site is not None:
        raise click.UsageError("the site is named twice: as SITE and with --site")
    site = place or site
    if watch and (export or site):
        raise click.UsageError("--watch is for the project's own site, and not for --export")
    folder = read_project(path).site if site is None else site.absolute()
    if export is not None:
        click.echo(
            EXPORTS[export](
                Hosting(
                    site=folder,
                    base=base_path(base),
                    profile=header_profile(profile),
                    listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
                )
            ),
            nl=False,
        )
        return
    if site is not None:
        say_first_page(folder)
    with following(path, options) if watch else nullcontext() as live:
        server.serve(
            folder,
            host=host,
            port=port,
            profile=profile,
            allow_hosts=allow_hosts,
            base=base,
            live=live,
            quiet=options.quiet,
        )


def say_first_page(folder: Path) -> None:
    """Tell where the first page may be, if it is not in the folder that was named."""
    if folder.is_dir() and not (folder / INDEX).is_file():
        below = min(folder.glob(f"*/{INDEX}"), default=None)
        more = f"; there is one in {below.parent}" if below else ""
        click.echo(f"{folder} has no {INDEX}: its address shows nothing{more}", err=True)


@contextlib.contextmanager
def following(path: Path, options: Options) -> Iterator[Live]:
    """Build beside the server, whenever the source has changed."""
    root = read_project(path).root
    live, stop = Live(), threading.Event()
    build = partial(build_again, root, quiet=options.quiet)
    with Crew(size=1) as crew:
        watching = crew.start(watch_source, root, build=build, live=live, stop=stop)
        watching.add_done_callback(lambda ended: live.failed(f"the watch ended: {ended}"))
        try:
            yield live
        finally:
            stop.set()
            crew.stop()
            with contextlib.suppress(CancelledError):
                watching.result()


def build_again(root: Path, *, quiet: bool) -> str | None:
    """Run ``spec14 docs`` as a program of its own; give what it said if it failed."""
    words: list[str | Path] = [sys.executable, "-m", "toolkit.cli", "docs", "--project", root]
    done = run(words, on_line=None if quiet else click.echo)
    return None if done.code == 0 else done.tail(LINES)
