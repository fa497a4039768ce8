"""Where a recipe takes the source from: an address that everybody can reach, or a folder.

A machine's index may be a private mirror, whose address is nobody else's business. So an
address is taken from an index only where none is configured and the client's own default
answered; otherwise it has to be said.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.cache import read_record
from toolkit.errors import RecipeFailed
from toolkit.index import pip_configuration
from toolkit.project import Project
from toolkit.sdist import Published, published_sdist
from toolkit.wheels.version import version_source

BESIDE: Final = "src"
"""Folder beside the recipe, where it takes the source from there."""
ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9._~:/%+@?=&,\[\]-]+")
SHA256: Final = re.compile(r"[0-9a-f]{64}")
TELL: Final = "give its public address: --url https://…"


@dataclass(frozen=True, kw_only=True)
class Source:
    """The source of a recipe.

    Attributes
    ----------
    url, sha256
        An sdist; both are empty where the source lies beside the recipe (:data:`BESIDE`).
    """

    url: str = ""
    sha256: str = ""


def find_source(
    project: Project, version: str, *, url: str | None, sha256: str | None, offline: bool
) -> Source:
    """Find out where everybody gets the source of a version.

    Parameters
    ----------
    project
        The project; one that was given as an sdist has a SHA-256.
    version
        Of its wheel.
    url, sha256
        What the user says, if anything.
    offline
        Whether no index may be asked.

    Raises
    ------
    RecipeFailed
        When it is not known, or what is known does not agree.
    """
    given = _sha256_of_given(project)
    if sha256 is not None and not SHA256.fullmatch(sha256):
        msg = f"{sha256!r} is not a SHA-256"
        raise RecipeFailed(msg, do="give 64 hexadecimal digits (`sha256sum FILE`)")
    if sha256 is not None and given is not None and sha256 != given:
        msg = f"the sdist that was given has SHA-256 {given}, and --sha256 says {sha256}"
        raise RecipeFailed(msg, do="leave --sha256 out, or give the sdist of that address")
    if url is not None:
        return _stated(url, sha256 or given)
    if offline:
        msg = f"where the sdist of {project.name} {version} lies is not known without an index"
        raise RecipeFailed(msg, do=f"{TELL}, or --with-source")
    published = _published(project.name, version)
    if given is not None and published.sha256 != given:
        msg = f"the index has another sdist of {project.name} {version} than the one that was given"
        raise RecipeFailed(msg, do=f"give {project.name}=={version} in its place, or {TELL}")
    return Source(url=published.url, sha256=published.sha256)


def require_whole_beside(project: Project) -> None:
    """Refuse to lay a source beside a recipe that has its version from git: the copy has none.

    Raises
    ------
    RecipeFailed
        When it does.
    """
    source = version_source(project)
    if source.by_history:
        msg = f"{project.name} has its version from git ({source.origin}): a copy of it has none"
        raise RecipeFailed(msg, do="make its sdist and give that: spec14 recipe … dist/NAME.tar.gz")


def _stated(url: str, sha256: str | None) -> Source:
    if not ADDRESS.fullmatch(url) or "@" in url.partition("//")[2].partition("/")[0]:
        msg = f"{url!r} is not the public address of an sdist"
        raise RecipeFailed(msg, do="give one of https, without a password")
    if sha256 is None:
        msg = f"the SHA-256 of {url} is not known"
        raise RecipeFailed(msg, do="give --sha256, or the sdist itself in the project's place")
    return Source(url=url, sha256=sha256)


def _published(name: str, version: str) -> Published:
    if pip_configuration(os.environ).keys() & {"index-url", "extra-index-url"}:
        msg = f"the index of this machine may be a private mirror: where does {name} {version} lie?"
        raise RecipeFailed(msg, do=f"{TELL}, or --with-source")
    published = published_sdist(name, version)
    if published is None:
        msg = f"the index has no sdist of {name} {version}"
        raise RecipeFailed(msg, do=f"publish it first, or {TELL}, or --with-source")
    if not ADDRESS.fullmatch(published.url):
        msg = f"the index names {published.url!r}, which no recipe can hold"
        raise RecipeFailed(msg, do=TELL)
    return published


def _sha256_of_given(project: Project) -> str | None:
    """Give the SHA-256 of the sdist that a project was unpacked from."""
    if not project.is_given:
        return None
    said = read_record(Path(project.cache) / "given.json").get("sha256")
    return None if said is None else str(said)
