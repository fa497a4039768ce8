"""What the command line of ``spec14 init`` says, completed by what is seen."""

import re
from dataclasses import dataclass
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

import toolkit
from toolkit.adopt.seen import CIRCLECI, NONE, PAGES, READTHEDOCS, SERVICES, Seen
from toolkit.errors import NotAdopted

HOSTS: Final = (PAGES, READTHEDOCS, NONE)
DISTRIBUTION: Final = "spec14-toolkit"
OURS: Final = f"{DISTRIBUTION}=={toolkit.__version__}"
MOST: Final = 64
"""Shards: so many jobs are a mistake in typing."""

IMAGE: Final = re.compile(
    r"[a-z0-9][a-z0-9._-]*(?::\d+)?(?:/[a-z0-9._-]+)*(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?"
)
"""A reference as engines read it (distribution/reference, ``regexp.go``), without what is rare."""
PLAIN: Final = re.compile(r"[\w./ +-]+")
REQUIREMENT: Final = re.compile(r"[\w@:/.=,<>~!#%+ -]+")
"""No sign that a shell or the expressions of a CI service would read."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is to be written.

    Attributes
    ----------
    ci
        The CI service, or ``none``.
    image
        Reference of the image; ``None``: it is built in the job.
    shards
        Jobs that share the tests.
    host
        Who publishes the site: ``pages``, ``readthedocs`` or ``none``.
    toolkit
        The requirement by which spec14 itself is fetched, where no image is named.
    """

    ci: str
    image: str | None
    shards: int
    host: str
    toolkit: Requirement


def complete(
    seen: Seen,
    *,
    ci: str | None,
    image: str | None,
    shards: int,
    host: str | None,
    toolkit: str,
) -> Choices:
    """Give the choices, with what is seen in the place of what is not said.

    Raises
    ------
    NotAdopted
        When one cannot be written into a workflow.
    """
    service = ci or seen.service or NONE
    if service not in (*SERVICES, NONE):
        msg = f"{service!r} is no CI service that is known here"
        raise NotAdopted(msg, do=f"use one of: {', '.join((*SERVICES, NONE))}")
    if image is not None and not IMAGE.fullmatch(image):
        msg = f"{image!r} is no reference of an image"
        raise NotAdopted(msg, do="write it as registry.example.org/spec14-toolkit:0.1.0")
    if not 1 <= shards <= MOST:
        msg = f"{shards} shards cannot be"
        raise NotAdopted(msg, do=f"give a number from 1 to {MOST}")
    if not PLAIN.fullmatch(seen.below):
        msg = f"the project's folder {seen.below!r} cannot stand in a workflow"
        raise NotAdopted(msg, do="give it a name of letters, digits and . _ + -")
    return Choices(
        ci=service,
        image=image,
        shards=shards,
        host=host or _host(seen, service),
        toolkit=_requirement(toolkit),
    )


def _host(seen: Seen, service: str) -> str:
    if seen.readthedocs is not None:
        return READTHEDOCS
    # CircleCI has no pages of its own: it would have to write to the repository.
    return NONE if service in (NONE, CIRCLECI) else PAGES


def _requirement(text: str) -> Requirement:
    try:
        found = Requirement(text)
    except InvalidRequirement as error:
        msg = f"{text!r} is not a requirement: {str(error).splitlines()[0]}"
        raise NotAdopted(msg, do="write it as PEP 508 says") from error
    named = canonicalize_name(found.name) == DISTRIBUTION
    if not named or found.marker or found.extras or not REQUIREMENT.fullmatch(text):
        msg = f"{text!r} does not name an sdist of {DISTRIBUTION}"
        raise NotAdopted(msg, do=f"write {OURS}, or {DISTRIBUTION} @ https://…/FILE.tar.gz")
    return found
