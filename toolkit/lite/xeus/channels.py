"""Where conda packages are looked for, and which of these addresses readers may be told.

A channel is a name (``images/sources.toml`` says which address that is), an address, or a folder.
Mirrors are the machine's: ``mirrors`` in the configuration of rattler's tools (``config.toml``) or
``SPEC14_XEUS_MIRRORS``, a file of the same kind. The addresses that the site publishes
(``empack_env_meta.json``) are those before mirroring, and no folder is among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from toolkit.errors import XeusFailed

FOLDER: Final = "file"
NOWHERE: Final = "local"
"""What stands for a channel that readers are not told of."""


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel.

    Attributes
    ----------
    url
        Its address, without credentials, without a slash at its end.
    public
        Whether readers may be told of it.
    """

    url: str
    public: bool


def resolve(
    names: Sequence[str], known: Mapping[str, str], *, root: Path, private: Sequence[str] = ()
) -> tuple[Channel, ...]:
    """Give the channels of an environment, each once.

    Parameters
    ----------
    names
        Names, addresses, and folders relative to `root`.
    known
        Addresses by name.
    root
        The project's folder.
    private
        Beginnings of addresses that are not published.

    Raises
    ------
    XeusFailed
        For a name that is not known, a folder that is not there, an address with a password.
    """
    found: dict[str, Channel] = {}
    for name in names:
        url = _url(name, known, root)
        hidden = urlsplit(url).scheme == FOLDER or any(url.startswith(one) for one in private)
        found.setdefault(url, Channel(url=url, public=not hidden))
    return tuple(found.values())


def _url(name: str, known: Mapping[str, str], root: Path) -> str:
    parts = urlsplit(name)
    if parts.scheme in {"http", "https"} and parts.hostname:
        if parts.username or parts.password:
            msg = f"the address of the channel at {parts.hostname} holds a name or a password"
            raise XeusFailed(msg, do="log in with rattler or conda, and take it out of the address")
        return name.rstrip("/")
    if parts.scheme == FOLDER:
        return name.rstrip("/")
    if parts.scheme:
        msg = f"the channel {name!r} has the scheme {parts.scheme!r}"
        raise XeusFailed(msg, do="use https:, a folder, or one of " + ", ".join(known))
    if "/" in name or name.startswith("."):
        folder = (root / name).resolve()
        if not folder.is_dir():
            msg = f"the channel {name!r} is a folder that is not there ({folder})"
            raise XeusFailed(msg, do="make it, with an index (rattler-index fs)")
        return folder.as_uri()
    if name not in known:
        msg = f"nobody knows the channel {name!r}"
        raise XeusFailed(msg, do=f"give its address, or use one of: {', '.join(sorted(known))}")
    return known[name].rstrip("/")
