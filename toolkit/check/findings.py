"""What is found in a site."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

type Severity = Literal["error", "warning"]

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "foreign": "a page, style sheet or configuration that loads from another origin",
        "foreign-script": "a script that names another origin where it loads something",
        "unreadable": "JSON that a browser could not read either",
        "lock": "an entry of a lock or an index without its file, its hash or what it depends on",
        "missing": "a file that the kernel or the application does not start without",
        "extension": "a labextension that is there and not loaded, or loaded and not there",
        "unasked": "a labextension beyond the kernel's",
        "two-runtimes": "a runtime that is there twice",
        "clash": "two files or pages that a host or a file system takes for one",
        "source-map": "a source map: half of a site's bytes, and nobody's",
        "local-path": "a path of the machine that built the site",
        "data": "a file for notebooks that is not what was declared",
        "button": "a button that does not do what it promises",
        "console": "an error in the browser's console",
        "request": "a request that failed, or went to another origin",
        "keyboard": "something that only a mouse can reach",
        "start": "a kernel that had to start without the site's memory snapshot: a fault in that",
        "budget": "more bytes or seconds than were allowed",
    }
)
"""What a finding can be of, with words for the documentation."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with a site, or may be.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    severity
        A warning does not fail the check.
    file
        Path below the site.
    line
        Line in it; 0 where lines say nothing.
    what, do
        One line each: what is wrong, and the next step.
    picture
        Path of a screenshot below the report's folder.
    """

    kind: str
    file: str
    what: str
    do: str
    line: int = 0
    severity: Severity = "error"
    picture: str = ""
