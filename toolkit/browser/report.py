"""``check.json`` and ``check.html``: what was found in a site, and how each button did."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from toolkit.browser.audit import Audit, Opened
from toolkit.cache import write_atomically, write_record
from toolkit.check.findings import KINDS, Finding

RECORD: Final = "check.json"
PAGE: Final = "check.html"
PICTURES: Final = "check"
"""Folder of screenshots, beside the page."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A site that was checked.

    Attributes
    ----------
    site
        Its folder.
    pages, files
        How many there are.
    findings
        All, in the order found.
    audits
        One for each browser.
    """

    site: Path
    pages: int
    files: int
    findings: tuple[Finding, ...]
    audits: tuple[Audit, ...] = ()

    @property
    def errors(self) -> list[Finding]:
        """What fails the check."""
        return [one for one in self.findings if one.severity == "error"]

    @property
    def opened(self) -> list[Opened]:
        """Every button, in every browser."""
        return [one for audit in self.audits for one in audit.opened]

    def as_json(self) -> dict[str, Any]:
        """Give all of it, for ``check.json`` and ``--json``."""
        return {
            "schema": 1,
            "site": str(self.site),
            "pages": self.pages,
            "files": self.files,
            "errors": len(self.errors),
            "warnings": len(self.findings) - len(self.errors),
            "findings": [asdict(one) for one in self.findings],
            "browsers": [
                {
                    "name": audit.browser,
                    "version": audit.version,
                    "keyboard": audit.keyboard,
                    "seconds": round(audit.seconds, 1),
                    "pages": audit.pages,
                    "starts": audit.starts,
                    "buttons": [asdict(one) for one in audit.opened],
                }
                for audit in self.audits
            ],
        }


def write_report(checked: Checked, folder: Path) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_record(folder / RECORD, checked.as_json())
    write_atomically(folder / PAGE, page(checked).encode())


def page(checked: Checked) -> str:
    """Give the page, in which all that comes from the site is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_asset("check.html.jinja"))
    counts = Counter(one.kind for one in checked.findings)
    return template.render(
        checked=checked,
        kinds=[(kind, counts[kind], words) for kind, words in KINDS.items() if counts[kind]],
        pictures=PICTURES,
        heaviest=_heaviest(checked.opened),
        style=_asset("check.css"),
    )


def _heaviest(opened: Sequence[Opened]) -> list[tuple[str, int]]:
    """Give the files that weigh most in the heaviest visit."""
    if not opened:
        return []
    return list(max(opened, key=lambda one: one.size).heaviest)


def _asset(name: str) -> str:
    return files("toolkit.browser").joinpath("page", name).read_text("utf-8")
