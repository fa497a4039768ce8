"""Whether the hosts that code reads from let a browser read them: asked, one URL for each host."""

import functools
import ipaddress
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from toolkit.assess.catalogue import finding
from toolkit.assess.findings import Finding
from toolkit.assess.rules import Url
from toolkit.data.cors import HEADER, require_readable
from toolkit.errors import Spec14Error

SILENCE: Final = 8.0
MOST: Final = 20
"""Hosts that are asked."""
NOT_ASKED: Final = "not asked"


@dataclass(frozen=True, kw_only=True)
class Host:
    """A host, and what it said.

    Attributes
    ----------
    name
        With its port, where there is one.
    url
        What was asked for.
    readable
        Whether any site may read the answer; ``None`` where that is not known.
    said
        Why.
    """

    name: str
    url: str
    readable: bool | None
    said: str


def ask_hosts(urls: Sequence[Url], *, offline: bool, given: bool = False) -> tuple[Host, ...]:
    """Ask each host for the first URL that code names of it.

    Parameters
    ----------
    urls
        What code reads.
    offline
        Whether nothing is asked.
    given
        Whether the project is somebody else's: it must not make this machine ask its own network.
    """
    first: dict[str, str] = {}
    for one in urls:
        if one.counts and (name := host_of(one.url)):
            first.setdefault(name, one.url)
    with ThreadPoolExecutor(4) as pool:
        asked = pool.map(
            lambda item: _asked(*item, offline=offline, given=given), list(first.items())[:MOST]
        )
        return tuple(asked)


def host_of(url: str) -> str:
    """Give the host of a URL, with its port; empty for what is no URL."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def _is_near(url: str) -> bool:
    """Whether a host is this machine, or one of its own network, by its name or number."""
    try:
        name = urlsplit(url).hostname or ""
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith((".local", ".internal", ".localhost"))


def _asked(name: str, url: str, *, offline: bool, given: bool) -> Host:
    silent = functools.partial(Host, name=name, url=url, readable=None)
    if offline or (given and _is_near(url)):
        why = "offline" if offline else "an address of this machine or its network"
        return silent(said=f"{NOT_ASKED} ({why})")
    if not url.startswith(("http://", "https://")):
        return Host(name=name, url=url, readable=False, said="no browser speaks FTP")
    try:
        require_readable(url, name, silence=SILENCE)
    except Spec14Error as error:
        # An answer without the header is one; no answer says nothing.
        if HEADER in error.what:
            return Host(name=name, url=url, readable=False, said=f"no {HEADER}")
        return silent(said=error.what.removeprefix(f"{name}: "))
    except ValueError as error:  # of a part that no URL may have
        return silent(said=f"{NOT_ASKED} ({error})")
    return Host(name=name, url=url, readable=True, said=f"sends {HEADER}")


def download_findings(urls: Sequence[Url], hosts: Sequence[Host]) -> list[Finding]:
    """Give a finding for each place that reads from a URL, with what its host said."""
    said = {host.name: host for host in hosts}
    found = []
    for one in urls:
        host = said.get(host_of(one.url))
        answer = f"its host: {host.said}" if host else "its host is not known before it runs"
        found.append(
            finding(
                "downloads",
                one.stage,
                f"{one.by}({one.url!r})" if one.url else f"{one.by}(…)",
                file=one.file,
                line=one.line,
                guard=one.guard,
                happens=_happens(host, answer),
            )
        )
    return found


def _happens(host: Host | None, answer: str) -> str:
    match host:
        case Host(readable=True):
            return f"a reader's browser can read it ({answer}); in the tests there is no network"
        case Host(readable=False):
            return f"no browser can read it ({answer}); in the tests there is no network"
        case _:
            return (
                f"a browser reads it only where its host allows that ({answer}); "
                "in the tests there is no network"
            )
