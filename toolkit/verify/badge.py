"""Badges: a small picture that says SPEC 14, and one that says how many examples work.

Both are written into the site, so that a README can show them and nothing is asked of anybody
else; for who prefers shields.io, its data lies beside them (the schema of its endpoint badge:
https://shields.io/badges/endpoint-badge, ``services/endpoint-common.js`` of badges/shields).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from toolkit.cache import write_atomically

SPEC_SVG: Final = "spec14.svg"
STATUS_SVG: Final = "spec14-badge.svg"
STATUS_JSON: Final = "spec14-badge.json"

GREEN: Final = "#5CA038"
DARK_GREEN: Final = "#004811"
"""The two colours of SPEC badges (https://scientific-python.org/specs/spec-0014/#badges)."""
GREY: Final = "#9F9F9F"
COLORS: Final = ((1.0, GREEN), (0.9, "#A4C639"), (0.5, "#E3B341"), (0.0, "#F0883E"))
"""What a share of working examples is shown in: the first one that it reaches."""

WIDTHS: Final[Mapping[str, float]] = {
    **dict.fromkeys("ijl.,:;'!| ", 3.7),
    **dict.fromkeys("frtI()[]/-", 4.8),
    **dict.fromkeys("mwMW%@", 10.3),
}
"""Pixels of a character of Verdana at 11 pixels, about; of any other character 7."""


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A badge.

    Attributes
    ----------
    label
        What stands on the left.
    message
        What stands on the right.
    color
        Of the right half, ``#RRGGBB``.
    told
        All of it as a sentence, for who does not see it.
    """

    label: str
    message: str
    color: str
    told: str

    def as_endpoint(self) -> dict[str, object]:
        """Give it as JSON for shields.io."""
        return {
            "schemaVersion": 1,
            "label": self.label,
            "message": self.message,
            "color": self.color,
            "labelColor": DARK_GREEN,
        }


SPEC: Final = Badge(
    label="SPEC",
    message="14",
    color=GREEN,
    told="SPEC 14 \N{EM DASH} Interactive Documentation",
)


def status(buttons: int, examples: int, *, ran: bool = True) -> Badge:
    """Give the badge of a site.

    Parameters
    ----------
    buttons
        How many examples have a button.
    examples
        How many there are.
    ran
        Whether they were run; if not, nobody knows whether they work.
    """
    if not examples:
        return _status("no examples", GREY)
    if not ran:
        return _status("not checked", GREY)
    share = buttons / examples
    color = next(color for least, color in COLORS if share >= least)
    told = f"try it: {buttons} of {examples} examples work"
    return _status(f"{buttons} / {examples} examples work", color, told)


def _status(message: str, color: str, told: str = "") -> Badge:
    return Badge(label="try it", message=message, color=color, told=told or f"try it: {message}")


def write_badges(site: Path, badge: Badge) -> None:
    """Write the pictures and the data of a site's badges into it.

    Parameters
    ----------
    site
        The folder of its pages.
    badge
        What :func:`status` gives.
    """
    write_atomically(site / SPEC_SVG, svg(SPEC).encode())
    write_atomically(site / STATUS_SVG, svg(badge).encode())
    text = json.dumps(badge.as_endpoint(), indent=1) + "\n"
    write_atomically(site / STATUS_JSON, text.encode())


def svg(badge: Badge) -> str:
    """Give a badge as a picture that carries its own background, so that it suits any page."""
    parts, left = [], 0
    for text, color in ((badge.label, DARK_GREEN), (badge.message, badge.color)):
        long = round(sum(WIDTHS.get(letter, 7.0) for letter in text))
        part = {"text": text, "color": color, "left": left, "width": long + 12, "long": long}
        parts.append({**part, "middle": left + (long + 12) / 2, "ink": ink_on(color)})
        left += long + 12
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = files("toolkit.verify").joinpath("badge.svg.jinja").read_text("utf-8")
    return environment.from_string(template).render(parts=parts, width=left, told=badge.told) + "\n"


def ink_on(color: str) -> str:
    """Give black or white, whichever reads better on a colour (WCAG 2.2, contrast ratio)."""
    return "#fff" if contrast(color, "#FFFFFF") > contrast(color, "#000000") else "#000"


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21 (WCAG 2.2, 1.4.3)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for value in channels
    ]
    return sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )
