"""The files of CI services and hosts, from templates."""

import functools
import json
import shlex
from importlib.resources import files
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from packaging.requirements import Requirement

import toolkit
from toolkit.adopt.choices import Choices
from toolkit.adopt.seen import CIRCLECI, GITHUB, GITLAB, READTHEDOCS, Seen
from toolkit.project import OUT

NAMES: Final = {
    GITHUB: ".github/workflows/spec14.yml",
    GITLAB: ".gitlab/spec14.yml",
    CIRCLECI: ".circleci/config.yml",
}
"""Where each service's file goes, in the repository."""


def render(template: str, **values: object) -> str:
    """Give a template filled in.

    ``[[ … ]]`` and ``[% … %]`` are Jinja's signs here: braces are those of the services. The
    filters ``yaml``, ``shell`` and ``python`` write a value as a literal of that language (what
    JSON writes is YAML 1.2 too).
    """
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        autoescape=False,  # noqa: S701 - no HTML: the filters escape for what is written
    )
    environment.filters |= {"yaml": json.dumps, "shell": shlex.quote, "python": repr}
    return environment


def _source(template: str) -> str:
    return files("toolkit.adopt").joinpath("templates", template).read_text("utf-8")


def workflow(seen: Seen, choices: Choices, *, stage: str = "test") -> str:
    """Give the workflow of the chosen service.

    Parameters
    ----------
    seen
        The project.
    choices
        What was chosen.
    stage
        In GitLab, the stage of the jobs.
    """
    text = render(
        f"{choices.ci}.yml.jinja",
        branch=seen.branch,
        history=seen.needs_history,
        host=choices.host,
        image=choices.image,
        release=choices.host == READTHEDOCS,
        shards=choices.shards,
        stage=stage,
        toolkit=str(choices.toolkit),
        version=toolkit.__version__,
        **_place(seen),
    )
    # Macros of Jinja leave empty lines where they are called.
    return "\n".join(line for line in text.splitlines() if line.strip()) + "\n"


def readthedocs(seen: Seen, choices: Choices) -> str:
    """Give ``.readthedocs.yaml``.

    Parameters
    ----------
    seen, choices
        The project, and what was chosen.
    """
    wanted = Requirement(str(choices.toolkit))
    wanted.extras = {"docs"}
    place = _place(seen)
    documentation = seen.documentation or "docs"
    if seen.below != ".":
        documentation = f"{seen.below}/{documentation}"
    return render(
        "readthedocs.yaml.jinja", documentation=documentation, toolkit=str(wanted), **place
    )


def _place(seen: Seen) -> dict[str, str]:
    """Give where the project is, seen from the repository: its output, the option."""
    if seen.below == ".":
        return {"out": OUT, "project": ""}
    return {"out": f"{seen.below}/{OUT}", "project": f" --project {shlex.quote(seen.below)}"}
