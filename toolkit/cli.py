"""The command ``spec14``: what holds for every subcommand."""

import contextlib
import errno
import importlib
import signal
import sys
import traceback
from collections.abc import Iterator
from typing import Final

import click

import toolkit
from toolkit.commands.options import Options
from toolkit.errors import DiskFull, NotWritable, Spec14Error
from toolkit.host.home import ensure_home
from toolkit.host.report import exit_codes

MODULES: Final = {
    "init": "toolkit.commands.init",
    "ci": "toolkit.commands.ci",
    "info": "toolkit.commands.info",
    "assess": "toolkit.commands.assess",
    "wheel": "toolkit.commands.wheel",
    "audit": "toolkit.commands.audit",
    "test": "toolkit.commands.test",
    "report": "toolkit.commands.report",
    "python": "toolkit.commands.python",
    "docs": "toolkit.commands.site",
    "lock": "toolkit.commands.lock",
    "verify": "toolkit.commands.verify",
    "badge": "toolkit.commands.badge",
    "snippet": "toolkit.commands.snippet",
    "deploy": "toolkit.commands.deploy",
    "check": "toolkit.commands.check",
    "precompress": "toolkit.commands.precompress",
    "serve": "toolkit.commands.serve",
    "recipe": "toolkit.commands.recipe",
    "index": "toolkit.commands.index",
}
"""Where each subcommand is, by its name."""


class Commands(click.Group):
    """Subcommands that are imported when they are asked for.

    Click's own pattern ("Lazily Loading Subcommands"): ``spec14 serve`` need not wait for the
    compilers' half, and Ctrl-C while modules are read ends in an exit code like any other.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names."""
        del ctx
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand."""
        del ctx
        if cmd_name not in MODULES:
            return None
        with exit_codes():
            command: click.Command = getattr(importlib.import_module(MODULES[cmd_name]), cmd_name)
        return command


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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(toolkit.__version__, prog_name="spec14")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines, where it makes sense.")
@click.pass_context
def cli(context: click.Context, *, debug: bool, quiet: bool, as_json: bool) -> None:
    """From the source of a scientific package to documentation whose every button works."""
    context.obj = Options(debug=debug, quiet=quiet, as_json=as_json)
    context.with_resource(user_errors(debug=debug))


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
