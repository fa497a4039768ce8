"""``spec14 info``."""

import json

import click

from toolkit.commands.options import Options
from toolkit.info import healthy, show_facts
from toolkit.installed import installed_version
from toolkit.pins import RUNTIME, facts, read_pins, require_coherent
from toolkit.runtime.distribution import read_runtime
from toolkit.toolchain import read_toolchain


@click.command()
@click.option("--health", is_flag=True, help="Answer quickly whether this container is healthy.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
@click.pass_obj
def info(options: Options, *, health: bool, quiet: bool) -> None:
    """Show pinned and actual versions side by side; fail when they do not belong together."""
    if health:
        healthy()
        return
    pins = read_pins(source=read_toolchain().source)
    found = facts(pins, read_runtime(RUNTIME), installed_version)
    if options.as_json:
        print(json.dumps([{**vars(fact), "agrees": fact.agrees} for fact in found], indent=2))
    elif not (quiet or options.quiet):
        show_facts(found)
    require_coherent(found)
