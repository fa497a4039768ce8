"""The lines that show badges in a README, in Markdown and in reStructuredText."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from toolkit.errors import AddressWrong
from toolkit.project import Project, table
from toolkit.verify.badge import SPEC, SPEC_SVG, STATUS_JSON, STATUS_SVG

SHIELDS: Final = "https://img.shields.io"
SPEC_PAGE: Final = "https://scientific-python.org/specs/spec-0014/"
SPEC_BADGE: Final = f"{SHIELDS}/badge/SPEC-14-green?labelColor=%23004811&color=%235CA038"
"""As the SPEC itself has it, under Badges."""
LABELS: Final = frozenset({"documentation", "docs"})
"""``[project.urls]`` of documentation, as "well-known project URLs" (PEP 753) normalises them."""
HOST: Final = re.compile(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
STATUS: Final = "Examples that can be tried"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A badge in a README.

    Attributes
    ----------
    what
        Which one, and who serves the picture.
    image
        Address of the picture.
    target
        Where a click leads.
    alt
        What is said in the picture's place.
    """

    what: str
    image: str
    target: str
    alt: str

    @property
    def markdown(self) -> str:
        """In Markdown."""
        return f"[![{self.alt}]({self.image})]({self.target})"

    @property
    def restructured_text(self) -> str:
        """In reStructuredText."""
        return f".. image:: {self.image}\n   :target: {self.target}\n   :alt: {self.alt}"


def badge_lines(url: str | None) -> Iterator[Line]:
    """Give the lines.

    Parameters
    ----------
    url
        Address of the published site, as :func:`site_address` gives it; without one, only
        what shields.io knows by itself.
    """
    yield Line(what="SPEC 14, by shields.io", image=SPEC_BADGE, target=SPEC_PAGE, alt=SPEC.told)
    if url is None:
        return
    endpoint = f"{SHIELDS}/endpoint?url={quote(url + STATUS_JSON, safe='')}"
    yield Line(what="status, by shields.io", image=endpoint, target=url, alt=STATUS)
    own = {"SPEC 14": (SPEC_SVG, SPEC_PAGE, SPEC.told), "status": (STATUS_SVG, url, STATUS)}
    for what, (file, target, alt) in own.items():
        yield Line(what=f"{what}, by the site itself", image=url + file, target=target, alt=alt)


def site_address(project: Project, said: str | None) -> str | None:
    """Give the address of the published site, with a slash at its end; ``None``: nobody says.

    Parameters
    ----------
    project
        The project: ``[project.urls]`` may name its documentation.
    said
        What was said on the command line, which comes first.

    Raises
    ------
    AddressWrong
        When it is no address of a page.
    """
    if said is not None:
        return _address(said, "--url")
    for label, url in table(project.pyproject, "project", "urls").items():
        if re.sub(r"[\W_]", "", label).lower() in LABELS:
            return _address(str(url), f"[project.urls] {label}")
    return None


def _address(url: str, where: str) -> str:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    # Whoever reads the README needs no password that stands before the host.
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(host):
        msg = f"{where}: {url!r} is no address of a published site"
        raise AddressWrong(msg, do="name it as a browser shows it: https://host/project/")
    folder = parts.path if parts.path.endswith("/") else _folder(parts.path)
    path = quote(folder, safe="/%+~:@!$&,;=")
    return urlunsplit((parts.scheme, host, path, "", ""))


def _folder(path: str) -> str:
    """Give the folder of a page: that of ``en/index.html`` is ``en/``."""
    head, _, page = path.rpartition("/")
    return f"{head}/" if page.endswith((".html", ".htm")) else f"{path}/"
