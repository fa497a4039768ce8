"""The command ``spec14``: each subcommand is a thin composition of stages."""

import contextlib
import errno
import http.client
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import toolkit
from toolkit.cache import working_on
from toolkit.docs.build import Built, build_docs
from toolkit.errors import INTERRUPTED, DiskFull, ServeFailed, Spec14Error, StageMissing
from toolkit.host.report import report_error
from toolkit.pins import RUNTIME, Fact, facts, installed_version, read_pins, require_coherent
from toolkit.project import Project, read_project, requirements_for
from toolkit.runtime.distribution import read_runtime
from toolkit.serve import server
from toolkit.serve.headers import PROFILES
from toolkit.testing.run import run_tests
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.build import BuiltWheel, build_wheel, current_wheel
from toolkit.wheels.dependencies import site_wheels
from toolkit.wheels.index import Wheelhouse
from toolkit.wheels.native import native_python
from toolkit.wheels.source import source_files


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands before the subcommand."""

    debug: bool
    quiet: bool
    as_json: bool

    def say(self, line: str) -> None:
        """Print a line of progress; to standard error where the output is for machines."""
        if not self.quiet:
            click.echo(line, err=self.as_json)


@contextlib.contextmanager
def user_errors(*, debug: bool) -> Iterator[None]:
    """Turn errors of the block into two lines and an exit code."""
    try:
        yield
    except Spec14Error as error:
        if debug:
            traceback.print_exc()
        report_error(error, sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        if debug:
            traceback.print_exc()
        full = DiskFull(
            f"the disk is full: {error.filename or 'a file'} could not be written",
            do="make room and run the same command again; what stood there before still stands",
        )
        report_error(full, sys.stderr)
        raise SystemExit(full.exit_code) from None


def ensure_home() -> None:
    """Give programs that insist on a home folder one that can be written.

    A container may run under a uid without a passwd entry, with HOME unset, or with the
    HOME of another user.
    """
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK | os.X_OK):
        os.environ["HOME"] = tempfile.gettempdir()


def show_facts(found: list[Fact]) -> None:
    """Print the table of ``spec14 info``."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "pinned", "actual", "read from"):
        table.add_column(heading)
    for fact in found:
        mark = "ok" if fact.agrees else "[red]NO[/red]"
        table.add_row(mark, fact.name, fact.pinned, fact.actual or "-", fact.source)
    Console().print(table)


def healthy() -> None:
    """Say whether a container is well: the toolchain is there, a server on port 8000 answers.

    Raises
    ------
    ServeFailed
        When a server listens and does not answer as it should.
    """
    read_runtime(RUNTIME)
    server = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    try:
        server.request("GET", "/healthz")
        status = server.getresponse().status
    except ConnectionRefusedError:
        return  # not a container that serves
    except OSError as error:
        raise ServeFailed(f"the server does not answer: {error}", do="restart it") from error
    finally:
        server.close()
    if status != http.HTTPStatus.OK:
        raise ServeFailed(f"the server answers {status}", do="restart it")


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
@click.pass_obj
def wheel(options: Options, *, path: Path) -> None:
    """Compile the project to a WebAssembly wheel in .spec14/dist."""
    project = read_project(path)
    with working_on(project):
        built = up_to_date_wheel(project, options, no_deps=False)
    if options.as_json:
        print(
            json.dumps({"wheel": str(built.path), "sha256": built.sha256, "fresh": built.fresh})
        )


@cli.command(context_settings={"ignore_unknown_options": True})
@PROJECT
@NO_DEPS
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST ARGUMENTS]")
@click.pass_obj
def test(options: Options, *, path: Path, no_deps: bool, words: tuple[str, ...]) -> None:
    """Run the project's tests under Pyodide in Node; the exit code is pytest's."""
    project = read_project(path)
    with working_on(project):
        built = up_to_date_wheel(project, options, no_deps=no_deps)
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
        built = publish_docs(project, options, no_deps=no_deps)
    options.say(f"published {built.pages} pages in {built.site}")


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
def serve(  # noqa: PLR0913 - one parameter for each option
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


def up_to_date_wheel(project: Project, options: Options, *, no_deps: bool) -> BuiltWheel:
    """Give the project's wheel, built if it is stale and that is allowed.

    Raises
    ------
    StageMissing
        When it is stale and `no_deps` forbids building it.
    """
    if no_deps and (current := current_wheel(project)) is not None:
        return current
    if no_deps:
        msg = "there is no wheel of the source as it stands"
        raise StageMissing(msg, do="run `spec14 wheel`, or leave --no-deps out")
    built = build_wheel(project, options.say)
    said = "built" if built.fresh else "unchanged:"
    options.say(f"{said} {built.path.name} (sha256 {built.sha256[:12]})")
    if built.fresh and built.compiled:
        options.say("not for PyPI: this toolchain is not the runtime's own (docs/toolchain.md)")
    return built


def publish_docs(project: Project, options: Options, *, no_deps: bool) -> Built:
    """Bring the wheel for the runtime and the build for this machine up to date, then the docs."""
    settings = project.settings.docs
    requires = settings.requires
    if requires is None:
        requires = requirements_for(project, ("docs", "doc", "documentation"))
    # Two compilers, two processors.
    with ThreadPoolExecutor(max_workers=2) as pool:
        wheel_job = pool.submit(up_to_date_wheel, project, options, no_deps=no_deps)
        if not is_compiled(project, source_files(project.folder)):
            wheel_job.result()
        native_job = pool.submit(native_python, project, requires)
        built, python = wheel_job.result(), native_job.result()
    return build_docs(
        project,
        wheels=site_wheels(project, built, settings.lite_packages),
        kernel_wheels=Wheelhouse().kernel,
        runtime=RUNTIME,
        native_python=python,
        on_line=options.say if options.debug else None,
    )


def main() -> None:
    """Run the command line."""
    ensure_home()
    cli()


if __name__ == "__main__":
    main()
