"""Upstream archives out of Debian source packages, fetched by the machine's own apt.

No host name stands here: where the packages came from (or ``DEBIAN_MIRROR``), their
sources are looked for, too. apt runs on a state of its own, so that no rights are needed
and the image's lists stay as they are; it checks signatures as always, and the archive's
SHA-256 is compared with the pins besides.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.archive import require_sha256
from toolkit.errors import RequirementsFailed
from toolkit.pins import OrigPin
from toolkit.process import Finished, run

INDEX: Final = re.compile(r"^'(?P<uri>\S+?)/?dists/(?P<suite>\S+)/(?:In)?Release' ", re.MULTILINE)
"""A line of ``apt-get update --print-uris``: apt has read its sources, whatever their form."""
PAST_ITS_DATE: Final = ("is expired", "not valid yet", "Valid-Until")
"""As in ``images/apt-install``: the signature of such a Release file is good."""


@dataclass(frozen=True, kw_only=True)
class Apt:
    """apt on a state of its own.

    Attributes
    ----------
    folder
        Where its lists and caches are.
    options
        Words for each of its commands.
    """

    folder: Path
    options: tuple[str, ...]


def source_lines(environ: Mapping[str, str], printed: str, kind: str = "deb-src") -> list[str]:
    """Give lines of a ``sources.list`` for the archives that the machine's packages come from.

    Parameters
    ----------
    environ
        ``DEBIAN_MIRROR`` and ``SUITE``, where the image was built from a mirror.
    printed
        What ``apt-get update --print-uris`` printed.
    kind
        ``deb-src`` for source packages, ``deb`` for the others.
    """
    if mirror := environ.get("DEBIAN_MIRROR"):
        return [f"{kind} {mirror} {environ['SUITE']} main"]
    found = {(match["uri"], match["suite"]): None for match in INDEX.finditer(printed)}
    return [f"{kind} {uri} {suite} main" for uri, suite in found]


def prepare(folder: Path, environ: Mapping[str, str] = os.environ, *, kind: str = "deb-src") -> Apt:
    """Fetch the lists of packages into `folder`.

    Parameters
    ----------
    folder
        Where apt's state is kept.
    environ
        The variables of this process.
    kind
        ``deb-src`` for source packages, ``deb`` for the others.

    Raises
    ------
    RequirementsFailed
        When this machine's apt has no archive, or it does not answer.
    """
    lines = source_lines(environ, run(["apt-get", "update", "--print-uris"]).output, kind)
    if not lines:
        msg = "apt on this machine names no archive that the sources could come from"
        raise RequirementsFailed(msg, do="set DEBIAN_MIRROR to the URL of a Debian mirror")
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True)
    (folder / "sources.list").write_text("\n".join([*lines, ""]), "utf-8")
    settings = {
        "Dir::State": folder / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "-",
        # Nobody else reads this folder, the user _apt included.
        "APT::Sandbox::User": "root",
        "Acquire::Retries": "3",
    }
    if certificates := environ.get("SSL_CERT_FILE"):
        settings["Acquire::https::CAInfo"] = certificates
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    update = ["update", "-q", "-o", "APT::Update::Error-Mode=any"]
    done = run(["apt-get", *options, *update])
    if done.code != 0 and any(words in done.output for words in PAST_ITS_DATE):
        print(
            "WARNING: the archive's Release file is past its date; its signature is good, "
            "so it is used.",
            file=sys.stderr,
            flush=True,
        )
        options += ["-o", "Acquire::Check-Valid-Until=false"]
        done = run(["apt-get", *options, *update])
    if done.code != 0:
        raise _failed("the list of Debian's packages", done)
    return Apt(folder=folder, options=tuple(options))


def fetch_orig(apt: Apt, pin: OrigPin, folder: Path) -> Path:
    """Fetch the upstream archive of a source package and check it.

    Raises
    ------
    RequirementsFailed
        When the archive does not have it (any more).
    Untrusted
        When it is not the pinned one.
    """
    shown = run(["apt-cache", *apt.options, "showsrc", pin.package])
    version = version_with(shown.output, pin)
    folder.mkdir(parents=True)
    wanted = f"{pin.package}={version}"
    # --tar-only: a .dsc or a .debian.tar that is missing in a mirror is of no importance.
    words = ["source", "-q", "--download-only", "--tar-only", wanted]
    done = run(["apt-get", *apt.options, *words], cwd=folder)
    archive = folder / pin.archive
    if not archive.is_file():
        raise _failed(pin.archive, done)
    require_sha256(archive, pin.sha256)
    return archive


def version_with(shown: str, pin: OrigPin) -> str:
    """Give the version of the source package that has the archive.

    Parameters
    ----------
    shown
        What ``apt-cache showsrc`` printed: one paragraph for each version.

    Raises
    ------
    RequirementsFailed
        When none has it: Debian has moved on.
    """
    others = []
    for paragraph in shown.split("\n\n"):
        if version := re.search(r"^Version: (\S+)$", paragraph, re.MULTILINE):
            if f" {pin.archive}\n" in f"{paragraph}\n":
                return version[1]
            others.append(version[1])
    have = f"it has {pin.package} {', '.join(others)}" if others else f"it has no {pin.package}"
    msg = f"Debian's archive has no {pin.archive} (any more): {have}"
    raise RequirementsFailed(
        msg,
        do="move the pin in images/pins.toml (docs/recipes.md), or set DEBIAN_MIRROR to a "
        "snapshot of the archive that has it",
    )


def _failed(what: str, done: Finished) -> RequirementsFailed:
    return RequirementsFailed(
        f"{what} cannot be had", do="see that apt reaches its archive", detail=done.tail()
    )
