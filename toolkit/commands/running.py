"""From the command line's options to a run of the stages."""

import sys

from toolkit.commands.options import Options
from toolkit.outside import prepare
from toolkit.pipeline import Run
from toolkit.progress import Steps
from toolkit.project import Project


def run_on(
    project: Project,
    options: Options,
    *,
    no_deps: bool = False,
    warn: bool = False,
    wheel: str | None = None,
    steps: Steps | None = None,
) -> Run:
    """Give a run on a project; its lines go to standard error where output is for machines."""
    if steps is None:
        steps = Steps(sys.stderr if options.as_json else sys.stdout, quiet=options.quiet)
    prepare(offline=project.settings.offline, say=steps.say)
    return Run(
        project=project,
        steps=steps,
        no_deps=no_deps,
        verbose=options.debug,
        warn=warn,
        wheel=wheel,
    )
