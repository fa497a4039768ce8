"""Run inside the image: readers of our site and of stock's, in turns, and what they wait for.

::

    python -m tests.benchmarks.compare_clicks OURS STOCK TIMES
        [--profiles none,100,20,5] [--without PLAIN] [--sites ours,stock] [--out FOLDER]

`OURS` and `STOCK` are built sites with compressed copies (``spec14 docs``, ``stock_site.py``,
``spec14 precompress``). Each of `TIMES` readers of a site has a browser that knows nothing, and
comes twice; sites alternate, and neither is always the first. A reader clicks on the button of
``ripple.propagate``, changes the example as soon as it is there, runs it, and waits for an output
that only the changed input gives. Prints the table, then one line of JSON. In `FOLDER` every
request is kept, and a picture of the first cold visits over each connection.

A connection is a line of that speed before the server (``line.py``): the DevTools protocol, by
which browsers are told of it as well (``click/network.mjs``), does not hold for all that they run.
What came faster than it allows ends the run. `PLAIN` is the pages
without JupyterLite (``stock_site.py --no-buttons``): how soon both can be used is measured, too.
For one site alone, while something is changed: ``--sites ours``.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.clicks import (
    OURS,
    PROFILES,
    SITES,
    WITH,
    WITHOUT,
    Profile,
    Row,
    Visit,
    load_rows,
    rows,
    times_of,
)
from tests.benchmarks.line import line_to
from tests.benchmarks.served import Log, served
from tests.benchmarks.waterfall import Panel, panel, rate, waterfall
from toolkit.browser.readers import browser_program
from toolkit.pins import IMAGE
from toolkit.process import run

SCRIPTS: Final = Path(__file__).parent / "click"
PAGE: Final = "api.html"
FUNCTION: Final = "ripple.propagate"
LIMIT: Final = 240
"""Seconds for each thing that a reader waits for."""

TRIES: Final = 3
"""How many readers may come until one has a result."""

ABOVE: Final = 1.1
"""How much faster than its connection a visit may seem: times are those that the browser tells."""

LOADS: Final = 21
"""How often pages are only loaded."""

SLOWER: Final = 4
"""How much slower the processor is then."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site that is served.

    Attributes
    ----------
    name
        ``ours`` or ``stock``.
    url
        Its root.
    log
        What its server answers.
    """

    name: str
    url: str
    log: Log


class Stuck(SystemExit):
    """Why a script with a browser did not come to its end; unless it is caught, the run ends."""


def read(site: Site, profile: Profile, work: Path) -> list[tuple[Visit, dict[str, Any]]]:
    """Let a reader come twice; give each visit, and all that the browser told of it.

    Of stock's readers some get a dialog in the place of a result. They are counted, and another
    one comes.

    Raises
    ------
    SystemExit
        When as many as `TRIES` got no result; a picture of the last one lies in `work`.
    """
    for before in range(TRIES):
        try:
            return _read(site, profile, work, before)
        except Stuck as stuck:
            print(f"{site.name}, {profile.label}: {stuck}", file=sys.stderr, flush=True)
    msg = f"{TRIES} readers of {site.name} got no result: see {work}"
    raise SystemExit(msg)


def _read(
    site: Site, profile: Profile, work: Path, before: int
) -> list[tuple[Visit, dict[str, Any]]]:
    plan = {
        "url": site.url,
        "page": PAGE,
        "function": FUNCTION,
        "limit": LIMIT,
        "restart": profile.megabits is None,
        "picture": str(work / f"failed-{site.name}.png"),
        "conditions": profile.conditions(),
    }
    told = _node("visit.mjs", plan, work)
    first, *later = [(_visit(site, profile, one), one) for one in told]
    return [(replace(first[0], stuck=before), first[1]), *later]


def _node(script: str, plan: dict[str, Any], work: Path) -> list[dict[str, Any]]:
    """Run a script with a browser; give its lines.

    Raises
    ------
    Stuck
        When it fails.
    """
    file = work / "plan.json"
    program, modules = browser_program("chromium"), IMAGE / "npm" / "node_modules"
    file.write_text(json.dumps({**plan, "program": str(program), "modules": str(modules)}), "utf-8")
    lines: list[str] = []
    done = run(["node", SCRIPTS / script, file], on_line=lines.append)
    if done.code != 0:
        msg = f"{script} failed with {plan}:\n{done.tail(40)}"
        raise Stuck(msg)
    return [json.loads(line) for line in lines if line.startswith("{")]


def _visit(site: Site, profile: Profile, told: dict[str, Any]) -> Visit:
    load = site.log.load(told["from"] / 1000, told["to"] / 1000)
    return Visit(
        site=site.name,
        profile=profile.name,
        kind=told["kind"],
        times=times_of(told["times"]),
        memory=told["memory"],
        restart=told["restart"],
        presses=told["presses"],
        browser=told["browser"],
        **asdict(load),
    )


def compare(
    sites: Sequence[Site], profiles: Sequence[Profile], times: int, out: Path
) -> list[Visit]:
    """Let readers come in turns."""
    visits: list[Visit] = []
    for profile in profiles:
        with behind(profile, sites) as reached:
            visits += _compare(reached, profile, times, out)
    return visits


def _compare(sites: Sequence[Site], profile: Profile, times: int, out: Path) -> Iterator[Visit]:
    panels: dict[str, Panel] = {}
    for number in range(times):
        for site in sites if number % 2 == 0 else reversed(sites):
            for visit, told in read(site, profile, out):
                yield visit
                say(visit)
                name = f"{site.name}-{profile.name}-{visit.kind}-{number}.json"
                (out / name).write_text(json.dumps(told), "utf-8")
                seen = panel(f"{site.name}, {visit.kind}, {profile.label}", told)
                check(seen, profile)
                if visit.kind == "cold":
                    panels.setdefault(site.name, seen)
    picture = waterfall([panels[site.name] for site in sites])
    (out / f"waterfall-{profile.name}.svg").write_text(picture, "utf-8")


@contextmanager
def behind(profile: Profile, sites: Sequence[Site]) -> Iterator[list[Site]]:
    """Put a line before each site, where a connection has a limit."""
    with ExitStack() as stack:
        reached = list(sites)
        if profile.rate is not None:
            latency = profile.latency / 1000
            lines = (line_to(site.url, rate=profile.rate, latency=latency) for site in sites)
            urls = [stack.enter_context(line) for line in lines]
            reached = [replace(site, url=url) for site, url in zip(sites, urls, strict=True)]
        yield reached


def check(seen: Panel, profile: Profile) -> None:
    """End the run where a visit got more than its connection allows: its figures mean nothing."""
    found = rate(seen.requests)
    if profile.megabits is not None and found > ABOVE * profile.megabits:
        msg = f"{seen.title}: {found:.1f} Mbit/s came"
        raise SystemExit(msg)


@contextmanager
def serving(folders: Mapping[str, Path]) -> Iterator[list[Site]]:
    """Serve sites, by their names."""
    with ExitStack() as stack:
        sites = []
        for name, folder in folders.items():
            url, log = stack.enter_context(served(folder))
            sites.append(Site(name=name, url=url, log=log))
        yield sites


def loads(ours: Path, plain: Path, work: Path) -> list[Row]:
    """Load a page with buttons and the same one without, in turns."""
    with served(ours) as (with_buttons, _), served(plain) as (without, _):
        urls = {WITH: f"{with_buttons}{PAGE}", WITHOUT: f"{without}{PAGE}"}
        plan = {"urls": urls, "times": LOADS, "slower": SLOWER}
        return load_rows(_node("load.mjs", plan, work)[0])


def say(visit: Visit) -> None:
    """Tell of a visit on standard error."""
    steps = ", ".join(f"{step} {took:.2f}" for step, took in visit.times.items())
    restart = "" if visit.restart is None else f", restart {visit.restart:.2f}"
    told = f"{visit.profile} {visit.site} {visit.kind}: {steps}{restart}"
    print(f"{told}; {visit.memory / 1e6:.0f} MB", file=sys.stderr, flush=True)


def table(found: Sequence[Row]) -> str:
    """Give the table as text."""
    return "\n".join(f"{row.what}: {row.measured}; {row.compared}" for row in found)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(OURS, type=Path)
    parser.add_argument("stock", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("--profiles", default="none", help="names, with commas between them")
    parser.add_argument("--without", type=Path, help="the pages without JupyterLite")
    parser.add_argument("--sites", default=",".join(SITES), help="names, with commas between them")
    parser.add_argument("--out", type=Path, help="where all that was seen is kept")
    arguments = parser.parse_args()
    profiles = [PROFILES[name] for name in arguments.profiles.split(",")]
    folders = {name: getattr(arguments, name) for name in arguments.sites.split(",")}
    with tempfile.TemporaryDirectory() as work, serving(folders) as sites:
        out = arguments.out or Path(work)
        out.mkdir(parents=True, exist_ok=True)
        visits = compare(sites, profiles, arguments.times, out)
        found = rows(visits, profiles)
        if arguments.without is not None:
            found += loads(arguments.ours, arguments.without, out)
    print(table(found))
    print(
        json.dumps(
            {"visits": [asdict(visit) for visit in visits], "rows": list(map(asdict, found))}
        )
    )


if __name__ == "__main__":
    main()
