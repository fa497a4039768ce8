"""Data that stays where it is: asked of a network that lets browsers read it, and tried out.

SPEC 14 recommends to wrap URLs of files in repositories with a content delivery network that adds
CORS headers. Hosts and forms stand in ``images/sources.toml``.
"""

import http.client
import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, override

from toolkit.crossenv.fetch import SafeRedirects, opener_for, shown
from toolkit.errors import DataFailed
from toolkit.pins import FILES, IMAGE

NONE: Final = "none"
ORIGIN: Final = "https://spec14.invalid"
"""Who asks: a site that no host knows."""
HEADER: Final = "Access-Control-Allow-Origin"
PARTS: Final[Mapping[str, str]] = {
    # A group of GitLab may lie in others.
    "owner": r"(?P<owner>[^/?#]+(?:/[^/?#]+)*?)",
    "repository": r"(?P<repository>[^/?#]+)",
    "ref": r"(?:refs/(?:heads|tags)/)?(?P<ref>[^/?#]+)",
    "path": r"(?P<path>[^?#]+)",
}


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What ``images/sources.toml`` says.

    Attributes
    ----------
    raw
        Forms of the URLs of single files, by forge.
    cors
        Forms of the URLs of the same files elsewhere, by network and forge.
    """

    raw: Mapping[str, Sequence[str]]
    cors: Mapping[str, Mapping[str, str]]


def read_networks(file: Path | None = None) -> Networks:
    """Read the forms of URLs.

    Raises
    ------
    DataFailed
        When there are none.
    """
    places = (IMAGE / "images", FILES)
    for path in (file,) if file else (folder / "sources.toml" for folder in places):
        if path.is_file():
            table = tomllib.loads(path.read_text("utf-8"))
            if "raw" in table and "cors" in table:
                return Networks(raw=table["raw"], cors=table["cors"])
    msg = "images/sources.toml names no network that adds CORS headers"
    raise DataFailed(msg, do='build the image again, or set cors = "none"')


def rewritten(url: str, network: str, networks: Networks) -> str | None:
    """Give the URL of the same file at a network.

    Parameters
    ----------
    url
        The URL of a single file in a repository; a branch or tag has no slash in its name.
    network
        Its name.
    networks
        The forms.

    Returns
    -------
    str or None
        ``None`` for a URL that is no such file, or of a forge that the network does not have.
    """
    for forge, forms in networks.raw.items():
        for form in forms:
            if (found := _pattern(form).fullmatch(url)) is not None:
                target = networks.cors[network].get(forge)
                return None if target is None else target.format(**found.groupdict())
    return None


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda name: PARTS[name[1]], re.escape(form)))


def address_for(url: str, network: str, networks: Networks, where: str) -> str:
    """Give the URL that a reader's browser asks for a file that is not in the site.

    Raises
    ------
    DataFailed
        When it is a file in a repository that the network does not have.
    """
    if network == NONE:
        return url
    found = rewritten(url, network, networks)
    if found is None and any(
        _pattern(form).fullmatch(url) for forms in networks.raw.values() for form in forms
    ):
        others = [name for name in networks.cors if rewritten(url, name, networks) is not None]
        msg = f"{where}: {network} has no form for {url}"
        raise DataFailed(msg, do=f"use cors = {' or '.join(map(repr, others))}, or ship the file")
    return found or url


def require_readable(url: str, where: str, *, silence: float) -> None:
    """Ask for a file as a browser would, and look whether any site may read the answer.

    Of the answer only its head is taken.

    Parameters
    ----------
    url
        Where a browser would ask.
    where
        Of its declaration, for messages.
    silence
        Seconds without a byte after which it is given up.

    Raises
    ------
    DataFailed
        When it may not, or there is no answer.
    """
    redirects = _Watched()
    request = urllib.request.Request(url, headers={"Origin": ORIGIN})  # noqa: S310 - declared
    try:
        with opener_for(url, redirects).open(request, timeout=silence) as answer:
            redirects.note(url, answer.headers)
    except urllib.error.HTTPError as error:
        error.close()
        msg = f"{where}: {shown(url)} answers {error.code} {error.reason}"
        raise DataFailed(msg, do="correct the URL, or ship the file") from error
    except (OSError, http.client.HTTPException) as error:
        msg = f"{where}: {shown(url)} cannot be asked: {getattr(error, 'reason', error)}"
        raise DataFailed(msg, do="see that this machine reaches it, or ship the file") from error
    if redirects.without:
        msg = (
            f"{where}: no browser may read {shown(redirects.without[0])}: "
            f"it answers without {HEADER} (CORS)"
        )
        raise DataFailed(msg, do='put it into the site (no ship = false), or set cors = "…"')


class _Watched(SafeRedirects):
    """Follows redirections and notes which answer a browser would not follow or give."""

    def __init__(self) -> None:
        super().__init__(plain_http=True)
        self.without: list[str] = []

    def note(self, url: str, headers: http.client.HTTPMessage) -> None:
        """Note an answer."""
        if headers.get(HEADER) not in {"*", ORIGIN}:
            self.without.append(url)

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        self.note(req.full_url, headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)
