"""The command ``spec14``: each subcommand is a thin composition of stages."""

import contextlib
import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import toolkit
from toolkit.cache import working_on
from toolkit.errors import DiskFull, NotWritable, Spec14Error
from toolkit.host.home import ensure_home
from toolkit.host.report import exit_codes
from toolkit.info import healthy, show_facts
from toolkit.installed import installed_version
from toolkit.pins import RUNTIME, facts, read_pins, require_coherent
from toolkit.pipeline import Run, up_to_date_docs, up_to_date_wheel
from toolkit.progress import Steps
from toolkit.project import Project, read_project
from toolkit.runtime.distribution import read_runtime
from toolkit.serve import server
from toolkit.serve.headers import PROFILES
from toolkit.testing.requirements import explained_tests
from toolkit.testing.run import run_tests
from toolkit.wheels.explain import explain as explain_build
from toolkit.wheels.given import given_project
from toolkit.wheels.plan import Value, with_options


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands before the subcommand."""

    debug: bool
    quiet: bool
    as_json: bool

    def run(self, project: Project, *, no_deps: bool = False) -> Run:
        """Give a run on a project; its lines go to standard error where output is for machines."""
        steps = Steps(sys.stderr if self.as_json else sys.stdout, quiet=self.quiet)
        return Run(project=project, steps=steps, no_deps=no_deps, verbose=self.debug)


@contextlib.contextmanager
def user_errors(*, debug: bool) -> Iterator[None]:
    """Turn errors of the block into two lines and an exit code."""
    with exit_codes():
        try:
            with known_system_errors():
                yield
        except Spec14Error:
            if debug:
                traceback.print_exc()
            raise


@contextlib.contextmanager
def known_system_errors() -> Iterator[None]:
    """Turn errors of the system that a user can put right into our own."""
    try:
        yield
    except OSError as error:
        known = of_the_system(error)
        if known is None:
            raise
        raise known from error


def of_the_system(error: OSError) -> Spec14Error | None:
    """Give what of the system's own errors a user can put right."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFull(
                f"the disk is full: {error.filename or 'a file'} could not be written",
                do="make room and run the same command again; what stood there before still stands",
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return NotWritable(
                f"{error.filename or 'a file'}: {error.strerror}",
                do="give the user that runs this (see `id`) the right to read and write it",
            )
        case _:
            return None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(toolkit.__version__, prog_name="spec14")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines, where it makes sense.")
@click.pass_context
def cli(context: click.Context, *, debug: bool, quiet: bool, as_json: bool) -> None:
    """From the source of a scientific package to documentation whose every button works."""
    context.obj = Options(debug=debug, quiet=quiet, as_json=as_json)
    context.with_resource(user_errors(debug=debug))


@cli.command()
@click.option("--health", is_flag=True, help="Answer quickly whether this container is healthy.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
@click.pass_obj
def info(options: Options, *, health: bool, quiet: bool) -> None:
    """Show pinned and actual versions side by side; fail when they do not belong together."""
    if health:
        healthy()
        return
    found = facts(read_pins(), read_runtime(RUNTIME), installed_version)
    if options.as_json:
        print(json.dumps([{**vars(fact), "agrees": fact.agrees} for fact in found], indent=2))
    elif not (quiet or options.quiet):
        show_facts(found)
    require_coherent(found)


PROJECT = click.option(
    "--project",
    "path",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("PROJECT", "."),
    show_default="$PROJECT, or the working folder",
    help="The project's folder.",
)
NO_DEPS = click.option(
    "--no-deps", is_flag=True, help="Fail rather than bring an earlier stage up to date."
)


@cli.command()
@PROJECT
@click.option(
    "--explain", is_flag=True, help="Show every value and where it comes from; build nothing."
)
@click.option(
    "--config-setting",
    "-C",
    "config_settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting for the build backend, after the project's own.",
)
@click.option("--no-before-build", is_flag=True, help="Leave the project's before-build out.")
@click.argument("source", required=False)
@click.pass_obj
def wheel(
    options: Options,
    *,
    path: Path,
    source: str | None,
    explain: bool,
    config_settings: tuple[str, ...],
    no_before_build: bool,
) -> None:
    """Compile the project to a WebAssembly wheel in .spec14/dist.

    SOURCE is a folder, an sdist, NAME or NAME==VERSION (fetched from the package index);
    without it the project is built. The wheel of an sdist or name goes to the project's
    .spec14/dist.
    """
    project = read_project(path) if source is None else given_project(source, path)
    project = with_options(
        project, config_settings=config_settings, no_before_build=no_before_build
    )
    if explain:
        show_values((*explain_build(project), *explained_tests(project)), options)
        return
    with working_on(project):
        built = up_to_date_wheel(options.run(project))
    if options.as_json:
        print(json.dumps({"wheel": str(built.path), "sha256": built.sha256, "fresh": built.fresh}))


def show_values(values: Sequence[Value], options: Options) -> None:
    """Print a table of values, or JSON."""
    if options.as_json:
        print(json.dumps([vars(value) for value in values], indent=2))
        return
    shown = Table(box=None, pad_edge=False)
    for heading in ("what", "value", "where it comes from"):
        shown.add_column(heading, overflow="fold")
    for value in values:
        # Plain text: a value may hold brackets, which Rich takes for its markup.
        shown.add_row(*(Text(text) for text in (value.name, value.value, value.origin)))
    Console().print(shown)


@cli.command(context_settings={"ignore_unknown_options": True})
@PROJECT
@NO_DEPS
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST ARGUMENTS]")
@click.pass_obj
def test(options: Options, *, path: Path, no_deps: bool, words: tuple[str, ...]) -> None:
    """Run the project's tests under Pyodide in Node; the exit code is pytest's."""
    project = read_project(path)
    with working_on(project):
        built = up_to_date_wheel(options.run(project, no_deps=no_deps))
        ended = run_tests(project, built, words)
    raise SystemExit(ended.code)


@cli.command()
@PROJECT
@NO_DEPS
@click.pass_obj
def docs(options: Options, *, path: Path, no_deps: bool) -> None:
    """Build the documentation with an embedded JupyterLite site in .spec14/site."""
    project = read_project(path)
    with working_on(project):
        built = up_to_date_docs(options.run(project, no_deps=no_deps))
    if options.as_json:
        print(json.dumps({"site": str(built.site), "pages": built.pages}))


@cli.command()
@PROJECT
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--profile",
    type=click.Choice(sorted(PROFILES)),
    default="pages",
    show_default=True,
    help="Headers: as usual documentation hosts, or isolated (COOP, COEP, CORP).",
)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    help="A Host header that is answered besides those of the loopback interface.",
)
@click.pass_obj
def serve(
    options: Options,
    *,
    path: Path,
    host: str,
    port: int,
    profile: str,
    allow_hosts: tuple[str, ...],
) -> None:
    """Serve .spec14/site on this machine."""
    project = read_project(path)
    server.serve(
        project.site,
        host=host,
        port=port,
        profile=profile,
        allow_hosts=allow_hosts,
        quiet=options.quiet,
    )


def main() -> None:
    """Run the command line."""
    ensure_home()
    # An orderly stop (of a container, say) runs the clean-up of every open block.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    cli()


if __name__ == "__main__":
    main()
