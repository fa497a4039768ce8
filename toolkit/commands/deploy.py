"""``spec14 deploy``."""

import json
from pathlib import Path

import click

from toolkit.commands.options import PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.docs.deploy import deploy as deploy_site
from toolkit.project import read_project


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, resolve_path=True, path_type=Path))
@click.argument("version")
@PROJECT
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="A site that spec14 has built; .spec14/site without.",
)
@click.pass_obj
def deploy(options: Options, *, folder: Path, version: str, path: Path, site: Path | None) -> None:
    """Copy the site to FOLDER/VERSION, beside those of other versions.

    What versions have in common, the runtime and wheels, is stored once in FOLDER. A version of
    that name is replaced; other versions, and a switcher.json, are left alone.
    """
    project = read_project(path)
    run = run_on(project, options)
    done = deploy_site(site or project.site, folder, version)
    if options.as_json:
        print(json.dumps({"folder": str(done.folder), "dropped": list(done.dropped)}))
        return
    run.steps.say(f"{done.folder}")
    if done.dropped:
        run.steps.say(f"no version needs {len(done.dropped)} of the shared folders any more")
    if done.unlisted is not None:
        run.steps.say(f"{done.unlisted} does not name the version {version}")
