"""``spec14 python``."""

from dataclasses import replace
from pathlib import Path

import click

from toolkit.commands.options import NO_DEPS, OFFLINE, PROJECT, WHEEL, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import up_to_date_wheel
from toolkit.project import read_project, with_choices
from toolkit.testing.environment import environment_of_tests
from toolkit.testing.prompt import run_python
from toolkit.working import working_on


class PassingOn(click.Command):
    """A command whose own options come first; the first other word ends them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``--`` where Python's command line begins."""
        takes_value = {
            name: isinstance(param, click.Option) and not param.is_flag
            for param in self.get_params(ctx)
            for name in param.opts
            if name.startswith("-")
        }
        at = 0
        while at < len(args) and (name := args[at].partition("=")[0]) in takes_value:
            at += 2 if takes_value[name] and "=" not in args[at] else 1
        if args[at : at + 1] != ["--"]:
            args = [*args[:at], "--", *args[at:]]
        return super().parse_args(ctx, args)


@click.command(cls=PassingOn)
@PROJECT
@NO_DEPS
@OFFLINE
@WHEEL
@click.argument(
    "words", nargs=-1, type=click.UNPROCESSED, metavar="[-m MODULE | -c CODE | SCRIPT | -] [ARG]..."
)
@click.pass_obj
def python(
    options: Options,
    *,
    path: Path,
    no_deps: bool,
    offline: bool,
    wheel: str | None,
    words: tuple[str, ...],
) -> None:
    """Run Python in WebAssembly, with the project's wheel and what its tests require.

    Without words: a prompt, or the program on standard input. The exit code is Python's.
    """
    project = with_choices(read_project(path), offline=offline)
    with working_on(project):
        # Standard output is the program's.
        run = run_on(project, replace(options, as_json=True), no_deps=no_deps, wheel=wheel)
        built = up_to_date_wheel(run)
        environment = environment_of_tests(project, built, say=run.steps.say)
    raise SystemExit(run_python(environment, words))
