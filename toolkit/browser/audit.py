"""What readers met, as findings, figures and a verdict on each button."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from toolkit.check.budget import Budget
from toolkit.check.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A button that was tried.

    Attributes
    ----------
    page
        Path of its page.
    kind, label, near
        What it is, what stands on it, the anchor before it.
    browser
        Where.
    opened
        Seconds from the click to the notebook; ``None`` if that never came.
    ran
        Seconds from the click to the output of a changed cell; ``None`` if that never came.
    presses
        How often Shift+Enter was pressed for that.
    size
        Bytes sent for the page and all it loaded.
    heaviest
        The files that weigh most, with their bytes.
    way, reason
        How Python was started: from the site's memory ``snapshot``, or the ``ordinary`` way and
        why; empty where nobody said.
    fault
        Whether something was at fault for that.
    error
        What went wrong.
    picture
        Name of a screenshot.
    """

    page: str
    kind: str
    label: str
    near: str
    browser: str
    opened: float | None = None
    ran: float | None = None
    presses: int = 0
    size: int = 0
    heaviest: tuple[tuple[str, int], ...] = ()
    way: str = ""
    reason: str = ""
    fault: bool = False
    error: str = ""
    picture: str = ""


@dataclass(kw_only=True)
class Audit:
    """What one browser's readers met.

    Attributes
    ----------
    browser
        Its name.
    keyboard
        Whether buttons were pressed with the Enter key.
    budget
        What pages may cost.
    version
        The browser's own.
    opened
        The buttons.
    pages
        Bytes of each page as it is loaded.
    findings
        What went wrong.
    seconds
        What all of it took.
    """

    browser: str
    keyboard: bool = False
    budget: Budget = field(default_factory=Budget)
    version: str = ""
    opened: list[Opened] = field(default_factory=list)
    pages: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def starts(self) -> dict[str, Any]:
        """How many buttons' kernels started from the snapshot, and how many not, by reason."""
        ordinary = Counter(one.reason for one in self.opened if one.way == "ordinary")
        return {
            "snapshot": sum(one.way == "snapshot" for one in self.opened),
            "ordinary": dict(ordinary.most_common()),
        }

    def take(self, result: dict[str, Any]) -> None:
        """Take in one result of ``visit.mjs``."""
        match result["event"]:
            case "browser":
                self.version = str(result["version"])
            case "page":
                self.pages[result["path"]] = result["bytes"]
                self.findings += self._of_page(result)
            case "phone":
                self.findings += self._of_phone(result)
            case "unopened":
                self._add("button", result["path"], f"did not open: {result['error']}")
            case "control":
                self.opened.append(_opened(result, self.browser))
                self.findings += self._of_control(result)

    def _of_page(self, result: dict[str, Any]) -> Iterator[Finding]:
        path = result["path"]
        yield from self._troubles(result, "")
        for control in result["controls"]:
            if control["visible"] and not control["reachable"]:
                yield self._finding(
                    "keyboard", path, f"{_name(control)} is not reached with the keyboard"
                )
        yield from self._over_size(path, result, "")

    def _of_phone(self, result: dict[str, Any]) -> Iterator[Finding]:
        path = result["path"]
        if error := result.get("error"):
            yield self._finding(
                "button", path, f"on a phone: {error}", picture=result.get("picture", "")
            )
        elif not result["visible"] and not result["explained"]:
            yield self._finding(
                "button",
                path,
                "on a phone the buttons are hidden, and nothing says why",
                do="build the pages with toolkit.docs.sphinx, or say it in the page",
                severity="warning",
            )

    def _of_control(self, result: dict[str, Any]) -> Iterator[Finding]:
        path, name = result["path"], _name(result)
        if error := result.get("error"):
            yield self._finding(
                "keyboard" if "keyboard" in error else "button",
                path,
                f"{name}: {error}",
                picture=result.get("picture", ""),
            )
        start = result.get("start") or {}
        if start.get("fault"):
            yield self._finding(
                "start",
                path,
                f"{name}: Python was started the long way: {start['reason']}",
                do="run `spec14 docs` again, and publish all files of one build",
                severity="warning",
            )
        yield from self._troubles(result, f"after {name}: ")
        yield from self._over_size(path, result, f"{name}: ")
        limit, took = self.budget.seconds, result.get("ran")
        if limit is not None and took is not None and took > limit:
            yield self._finding(
                "budget",
                path,
                f"{name}: {took:.1f} s to the first output, {limit:.1f} s allowed",
                do="see the files that weigh most in the report",
            )

    def _troubles(self, result: dict[str, Any], before: str) -> Iterator[Finding]:
        path = result["path"]
        for url in result.get("foreign", ()):
            yield self._finding(
                "request", path, f"{before}asks another origin for {url}", do="serve a copy"
            )
        for failure in result.get("failures", ()):
            yield self._finding("request", path, f"{before}a request failed: {failure}")
        for error in result.get("errors", ()):
            yield self._finding("console", path, f"{before}in the console: {error[:300]}")

    def _over_size(self, path: str, result: dict[str, Any], before: str) -> Iterator[Finding]:
        limit, size = self.budget.size, result.get("bytes", 0)
        if limit is not None and size > limit:
            heavy = ", ".join(
                f"{one['path']} {one['bytes'] / 1e6:.2f} MB" for one in result["heaviest"][:5]
            )
            yield self._finding(
                "budget",
                path,
                f"{before}{size / 1e6:.2f} MB sent, {limit / 1e6:.2f} MB allowed: {heavy}",
                do="leave out what weighs most, or compress it (spec14 precompress)",
            )

    def _add(self, kind: str, path: str, what: str) -> None:
        self.findings.append(self._finding(kind, path, what))

    def _finding(self, kind: str, path: str, what: str, **more: Any) -> Finding:
        do = more.pop("do", "open the page in that browser, with its console")
        return Finding(kind=kind, file=path, what=f"{what} ({self.browser})", do=do, **more)


def _name(control: dict[str, Any]) -> str:
    near = f" at {control['near']}" if control.get("near") else ""
    return f"{control['kind']} {control['index'] + 1}{near}"


def _opened(result: dict[str, Any], browser: str) -> Opened:
    start = result.get("start") or {}
    return Opened(
        page=result["path"],
        kind=result["kind"],
        label=result["label"],
        near=result["near"],
        browser=browser,
        opened=result.get("opened"),
        ran=result.get("ran"),
        presses=result.get("presses", 0),
        size=result.get("bytes", 0),
        heaviest=tuple((one["path"], one["bytes"]) for one in result.get("heaviest", ())),
        way=str(start.get("way", "")),
        reason=str(start.get("reason", "")),
        fault=bool(start.get("fault", False)),
        error=result.get("error", ""),
        picture=result.get("picture", ""),
    )
