"""What Debian's release offers, and the ranges that follow from it.

Debian has one version of each program. A range stays as it is while that version lies in it;
when Debian has left it, the range follows, and the smoke test at the end of the image's build
says whether the new version does.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from toolkit.crossenv.debian import prepare
from toolkit.errors import IndexFailed
from toolkit.process import run
from toolkit.upkeep.tree import upstream_version

HANDED_OVER: Final = Path("/run/spec14/apt-mirror")
"""The mirror of the machine that builds the image (``images/bootstrap``)."""
CANDIDATE: Final = re.compile(
    r"^(?P<name>\S+):\n(?:  .*\n)*?  Candidate: (?P<version>\S+)$", re.MULTILINE
)


def offered(names: Iterable[str], handed_over: Path = HANDED_OVER) -> dict[str, str]:
    """Ask apt which versions the packages have; what Debian does not have is left out.

    Raises
    ------
    RequirementsFailed
        When apt's archive does not answer.
    IndexFailed
        When apt says nothing of any of them.
    """
    environ = dict(os.environ)
    if not environ.get("DEBIAN_MIRROR") and handed_over.is_file():
        environ["DEBIAN_MIRROR"] = handed_over.read_text("utf-8").split("\n")[0].strip()
    with tempfile.TemporaryDirectory(prefix="spec14-apt-") as folder:
        apt = prepare(Path(folder), environ, kind="deb")
        policy = run(["apt-cache", *apt.options, "policy", *names], env={"LC_ALL": "C.UTF-8"})
    found = candidates(policy.output)
    if not found:
        msg = "apt knows none of the packages that the image is made of"
        raise IndexFailed(
            msg, do="see that DEBIAN_MIRROR is a Debian archive", detail=policy.tail()
        )
    return found


def candidates(policy: str) -> dict[str, str]:
    """Give upstream versions by package, from what ``apt-cache policy`` printed."""
    return {
        match["name"]: upstream_version(match["version"])
        for match in CANDIDATE.finditer(policy)
        if match["version"] != "(none)"
    }


def follow(pinned: str, offered: str, *, least: str | None = None) -> str:
    """Give the range for a program: the one of now while it fits, else one of the same width.

    Parameters
    ----------
    pinned
        The range of now (PEP 440), ``>=21,<22`` for instance.
    offered
        The version that Debian has.
    least
        The lower end that it must have whatever Debian has.
    """
    ends = {one.operator: one.version for one in SpecifierSet(pinned)}
    fits = SpecifierSet(pinned).contains(offered)
    if fits and (least is None or ends.get(">=") == least):
        return pinned
    if "<" not in ends:
        return pinned if fits else f">={offered}"
    width = len(Version(ends["<"]).release)
    release = (*Version(offered).release, 0, 0)[:width]
    upper = ".".join(map(str, (*release[:-1], release[-1] + 1)))
    # ``>=6.0`` beside ``<7`` is kept at its own length.
    length = len(Version(ends.get(">=", ends["<"])).release)
    lower = least or ".".join(map(str, (*release, *([0] * length))[:length]))
    return f">={lower},<{upper}"


def ranges(pinned: Mapping[str, str], offered: Mapping[str, str], python: str) -> dict[str, str]:
    """Give the ranges of ``[toolchain.debian]``.

    Parameters
    ----------
    pinned
        The ranges of now, by our names.
    offered
        What Debian has, by our names.
    python
        The runtime's: the headers have to be of this version or a later one.
    """
    return {
        name: follow(old, offered[name], least=python if name == "python" else None)
        for name, old in pinned.items()
    }
