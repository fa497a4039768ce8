"""Compressed copies beside a site's files: which there are, and which one a client takes.

``page.html.br`` lies beside ``page.html``, as nginx's ``gzip_static`` and Caddy's
``precompressed`` look for it; :mod:`toolkit.serve.precompress` writes them.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """A content coding (RFC 9110, 8.4.1).

    Attributes
    ----------
    name
        Its name in headers.
    suffix
        What its copy's name ends with.
    """

    name: str
    suffix: str


ENCODINGS: Final = (
    Encoding(name="br", suffix=".br"),  # RFC 7932
    Encoding(name="zstd", suffix=".zst"),  # RFC 8878
    Encoding(name="gzip", suffix=".gz"),
)
"""Those that are looked for; where a client has no preference, the first that is there."""

_WEIGHTED: Final = re.compile(
    r"\s*(?P<name>[a-z0-9*_-]+)\s*(?:;\s*q\s*=\s*(?P<weight>[01](?:\.[0-9]{0,3})?)\s*)?",
    re.IGNORECASE,
)


def acceptable(header: str | None) -> tuple[Encoding, ...]:
    """Give the codings that a client takes, those it likes best first.

    Parameters
    ----------
    header
        ``Accept-Encoding`` (RFC 9110, 12.5.3); a part that is malformed is passed over.
    """
    if not header:
        return ()
    weights: dict[str, float] = {}
    for part in header.split(","):
        if match := _WEIGHTED.fullmatch(part):
            weights[match["name"].lower()] = float(match["weight"] or 1)
    others = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)

    def weight(encoding: Encoding) -> float:
        return weights.get(encoding.name, others)

    liked = [one for one in ENCODINGS if weight(one) > 0 and weight(one) >= plain]
    return tuple(sorted(liked, key=weight, reverse=True))
