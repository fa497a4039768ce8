"""Code in a site's xeus kernels, in Chromium: nothing else can start them.

``kernels/run.mjs`` opens the application without a document, several pages at a time, and asks its
own service manager for a kernel: what runs is what a reader's notebook would run.
"""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.browser.jobs import Job, Ran, planned, ran_from
from toolkit.browser.readers import KNOWN_AS, browser_program
from toolkit.errors import ToolMissing, XeusFailed
from toolkit.lite.config import read_json
from toolkit.lite.elsewhere import xeus_kernels
from toolkit.pins import IMAGE
from toolkit.process import Finished, find_tool, run
from toolkit.serve.record import Sent
from toolkit.serve.server import running

HERE: Final = Path(__file__).parent / "kernels"
BROWSER: Final = "chromium"
PAGE: Final = "tree/index.html"
"""The application that opens no document, and starts no kernel by itself."""

PROFILE: Final = "isolated"
"""Kernels read the site's contents over shared memory: without it a service worker has to be there
first, for which jupyterlite-xeus 5.1.0 waits up to ten seconds."""

WORKERS: Final = 2
START: Final = 120.0
"""Seconds for the page to be there, and once more for a kernel in it."""
SLACK: Final = 60.0
"""Seconds besides, for the browser to start and to end."""


def run_jobs(
    site: Path,
    jobs: Sequence[Job],
    *,
    workers: int = WORKERS,
    done: Callable[[int, Ran], None] = lambda _number, _ran: None,
    sent: list[Sent] | None = None,
) -> list[Ran]:
    """Run jobs, each in a kernel of its own in a browser's memory of its own.

    Parameters
    ----------
    site
        A JupyterLite site with xeus kernels.
    jobs
        What is run.
    workers
        How many at a time.
    done
        Told of each by its number, as soon as it is known.
    sent
        Gets an entry for each answer of the site's server.

    Raises
    ------
    ToolMissing
        When Chromium or Node is not there, or the browser does not start.
    XeusFailed
        When a kernel is not in the site, or does not start.
    """
    if not jobs:
        return []
    there = xeus_kernels(site)
    for job in jobs:
        if job.kernel not in there:
            msg = f"there is no kernel {job.kernel!r} in {site}"
            raise XeusFailed(msg, do=f"use one of: {', '.join(there) or 'none is there'}")
    found: dict[int, Ran] = {}
    unstarted: list[dict[str, Any]] = []

    def read(line: str) -> None:
        if line.startswith('{"event":"ran"'):
            told = json.loads(line)
            found[told["job"]] = ran_from(told)
            done(told["job"], found[told["job"]])
        elif line.startswith('{"event":"unstarted"'):
            unstarted.append(json.loads(line))

    with exposed(site) as copy, running(copy, profile=PROFILE, sent=sent) as url:
        _drive(url, jobs, workers, read)
    for told in unstarted:
        kernel = jobs[told["job"]].kernel
        msg = f"the kernel {kernel} did not start: {told['reason']}"
        raise XeusFailed(
            msg,
            do="look at the page's console above; at the packages of its environment",
            detail="\n".join(told["console"]),
        )
    return [found[number] for number in range(len(jobs))]


@contextlib.contextmanager
def exposed(site: Path) -> Iterator[Path]:
    """Give a copy of a site in which a page's scripts reach the application."""
    with tempfile.TemporaryDirectory(prefix="spec14-kernels-") as name:
        copy = Path(shutil.copytree(site, Path(name) / "site", copy_function=_link))
        file = copy / "jupyter-lite.json"
        config = read_json(file)
        config.setdefault("jupyter-config-data", {})["exposeAppInBrowser"] = True
        # It may be one file with the site's own.
        file.unlink()
        file.write_text(json.dumps(config), "utf-8")
        yield copy


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Another disk, or somebody else's file.
        shutil.copy2(source, target)


def _drive(url: str, jobs: Sequence[Job], workers: int, read: Callable[[str], None]) -> None:
    plan = {
        "browser": KNOWN_AS[BROWSER],
        "program": str(browser_program(BROWSER)),
        "modules": str(IMAGE / "npm" / "node_modules"),
        "page": f"{url}{PAGE}",
        "workers": min(workers, len(jobs)),
        "start": START * 1000,
        "protocolTimeout": (2 * START + SLACK + max(job.limit for job in jobs)) * 1000,
        "jobs": [planned(job) for job in jobs],
    }
    longest = SLACK + sum(2 * START + SLACK + job.limit for job in jobs)
    with tempfile.TemporaryDirectory(prefix="spec14-kernels-") as name:
        file, home = Path(name) / "plan.json", Path(name) / "home"
        file.write_text(json.dumps(plan), "utf-8")
        home.mkdir()
        try:
            finished = run(
                [find_tool("node"), HERE / "run.mjs", file],
                env={"HOME": str(home), "TMPDIR": name},
                on_line=read,
                timeout=longest,
            )
        except subprocess.TimeoutExpired as error:
            msg = f"{BROWSER} did not come to an end within {longest:g} s"
            raise XeusFailed(msg, do="end what else runs on this machine") from error
    if finished.code != 0:
        raise _undriven(finished)


def _undriven(finished: Finished) -> ToolMissing:
    lines = [line for line in finished.output.splitlines() if not line.startswith('{"event"')]
    msg = f"{BROWSER} could not be driven: {lines[0] if lines else f'exit code {finished.code}'}"
    return ToolMissing(
        msg,
        do="see the lines above; in a container, give it --shm-size 1g",
        detail="\n".join(lines[:30]),
    )
