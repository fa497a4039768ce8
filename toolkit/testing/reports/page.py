"""The page ``tests.html``: one file that needs nothing else, and asks nobody for anything."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from itertools import islice
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from toolkit.testing.compare import Comparison
from toolkit.testing.results import BAD, OUTCOMES, Record, Result

SLOWEST: Final = 15
MOST_OF_A_GROUP: Final = 50
QUIET: Final = frozenset({"skipped", "xfailed"})

type Linker = Callable[[Result], str]


def links(record: Record, environment: Mapping[str, str], prefix: str = "") -> Linker:
    """Give what makes the address of a test's file and line.

    In a job of GitHub Actions it is the file as of the commit (``GITHUB_SERVER_URL``,
    ``GITHUB_REPOSITORY``, ``GITHUB_SHA``); otherwise it is relative to the report's folder.

    Parameters
    ----------
    record
        The run.
    environment
        Variables of the process.
    prefix
        pytest's root folder inside the repository (``"python/"``).
    """
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    server, repository, commit = (environment.get(name, "") for name in names)
    if server.startswith("https://") and repository and commit:
        base = f"{server}/{quote(repository)}/blob/{quote(commit)}/{quote(prefix)}"
    else:
        base = f"{quote(record.root)}/"

    def link(result: Result) -> str:
        # Beside the root folder (pytest says ../..) there is nothing to link to.
        if not result.file or result.file.startswith(("/", "..")):
            return ""
        anchor = "" if result.line is None else f"#L{result.line}"
        return f"{base}{quote(result.file)}{anchor}"

    return link


def page(record: Record, link: Linker, comparison: Comparison | None = None) -> str:
    """Give the page.

    Parameters
    ----------
    record
        The run.
    link
        Gives the address of a test's place, or nothing.
    comparison
        How the same tests went natively, where that is known.

    Returns
    -------
    str
        HTML in which everything that comes from tests is escaped.
    """
    results = sorted(record.results, key=lambda result: OUTCOMES.index(result.outcome))
    failures = [_shown(result, link) for result in results if result.outcome in BAD]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(
        _asset("page.html.jinja")
    ).render(
        title=f"Tests of {record.wheel} in WebAssembly",
        style=Markup(_asset("page.css")),  # noqa: S704 - a file of ours
        script=Markup(_asset("page.mjs")),  # noqa: S704 - a file of ours
        data=_for_script([_row(result, link) for result in results]),
        failed=record.exit_code != 0,
        verdict="passed" if record.exit_code == 0 else f"exit code {record.exit_code}",
        totals=_totals(record),
        facts=list(_facts(record)),
        failures=failures,
        skips=_skips(results, link),
        slowest=sorted(record.results, key=lambda result: -result.seconds)[:SLOWEST],
        comparison=None if comparison is None else _compared(comparison),
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _totals(record: Record) -> list[tuple[str, int]]:
    return [
        (outcome, sum(result.outcome == outcome for result in record.results))
        for outcome in OUTCOMES
    ]


def _facts(record: Record) -> Iterable[tuple[str, str]]:
    yield "tests", str(len(record.results))
    if record.collected > len(record.results):
        yield "not run", str(record.collected - len(record.results))
    yield "seconds", f"{record.seconds:.1f}"
    yield "workers", str(record.workers)
    if record.shard:
        yield "shard", record.shard
    if record.arguments:
        yield "arguments", " ".join(record.arguments)
    yield from sorted(record.runtime.items())
    yield "wheel's SHA-256", record.wheel_sha256


@dataclass(frozen=True, kw_only=True)
class _Shown(Result):
    """A result with where it stands, for the template."""

    href: str
    place: str


def _shown(result: Result, link: Linker) -> _Shown:
    place = result.file if result.line is None else f"{result.file}:{result.line}"
    return _Shown(**asdict(result), href=link(result), place=place)


def _row(result: Result, link: Linker) -> dict[str, Any]:
    shown = _shown(result, link)
    return {
        "id": shown.id,
        "outcome": shown.outcome,
        "reason": shown.reason,
        "place": shown.place,
        "href": shown.href,
        "seconds": round(shown.seconds, 3),
    }


def _for_script(content: Any) -> Markup:
    """Give JSON that cannot end the element it stands in (``</script>``, ``<!--``)."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - escaped for JSON above


def _skips(results: Iterable[Result], link: Linker) -> list[dict[str, Any]]:
    groups: defaultdict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        if result.outcome in QUIET:
            groups[result.outcome, result.cause].append(result)
    return [
        {
            "outcome": outcome,
            "cause": cause,
            "number": len(group),
            "results": [_shown(result, link) for result in islice(group, MOST_OF_A_GROUP)],
        }
        for (outcome, cause), group in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def _compared(comparison: Comparison) -> dict[str, Any]:
    return {
        "summary": comparison.summary,
        "groups": comparison.headed,
        "speeds": comparison.speeds,
    }
