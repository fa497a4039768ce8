"""A site on a real host: what the configuration of its server is written from."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import ServeFailed
from toolkit.serve.headers import ALWAYS, HeaderProfile
from toolkit.serve.media import MEDIA_TYPES, content_type

PLAIN: Final = re.compile(r"[A-Za-z0-9._~+@/-]+")
"""Folders that stand in a configuration without quotes, in any server's language."""


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """A site on a host.

    Attributes
    ----------
    site
        Its folder there, absolute.
    base
        Path of its root in URLs, with a slash at both ends.
    profile
        The headers.
    listen
        Address and port.
    """

    site: Path
    base: str
    profile: HeaderProfile
    listen: str = "127.0.0.1:8080"

    def __post_init__(self) -> None:
        """Refuse a folder that could be read as something else.

        Raises
        ------
        ServeFailed
            When its name has blanks, quotes or the like.
        """
        if not self.site.is_absolute() or not PLAIN.fullmatch(str(self.site)):
            msg = f"the folder {str(self.site)!r} cannot stand in a server's configuration"
            raise ServeFailed(msg, do="give the site a path of letters, digits, '-', '_' and '.'")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What stands above every answer."""
        return (*ALWAYS, *self.profile.headers)


def suffixes_by_type() -> dict[str, list[str]]:
    """Give each ``Content-Type`` with the suffixes (without the dot) that it belongs to."""
    found: dict[str, list[str]] = {}
    for suffix in MEDIA_TYPES:
        found.setdefault(content_type(suffix), []).append(suffix.removeprefix("."))
    return found
