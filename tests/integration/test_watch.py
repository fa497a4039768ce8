"""``spec14 serve --watch``: an edit of the pages is in the served site a moment later."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, Spec14, copy_project

PATIENCE = 120.0
fetch = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    """Give the pure example with its site."""
    folder = copy_project("pure", tmp_path_factory.mktemp("watch") / "pure")
    done = documented("docs", "--no-verify", "--project", folder, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def url(project: Path) -> Iterator[str]:
    """Give where the site is served while its source is watched; ends it by Ctrl-C."""
    words = ["serve", "--watch", "--port", "0", "--project", str(project)]
    child = subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        assert first.startswith("Serving at "), first + child.stdout.read()
        yield first.split()[2]
        child.send_signal(signal.SIGINT)
        said, _ = child.communicate(timeout=30)
        assert child.returncode == 130, said
        # That of the conf.py that raises, which Sphinx shows, is the user's own.
        assert "toolkit/" not in said.partition("Traceback")[2].partition("error: ")[0]
    finally:
        child.kill()
        child.wait()


def page(url: str, name: str) -> str:
    """Give a page as it is served."""
    with fetch(f"{url}{name}") as answer:
        text: str = answer.read().decode()
    return text


def events(url: str) -> Iterator[str]:
    """Give the states that an open page is told."""
    with fetch(f"{url}spec14-live/events") as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield line.decode()


def test_an_edit_of_a_page(project: Path, url: str) -> None:
    source = project / "docs" / "index.rst"
    before = source.read_text()
    told = events(url)
    first = next(told)
    assert '"building": false' in first
    source.write_text(before + "\nWritten while it was served.\n")
    end = time.monotonic() + PATIENCE
    states = [next(told), next(told)]
    assert time.monotonic() < end
    assert ['"building": true' in state for state in states] == [True, False]
    assert "Written while it was served." in page(url, "index.html")
    assert "spec14-live/live.mjs" in page(url, "index.html")


def test_a_build_that_fails_keeps_the_site(project: Path, url: str) -> None:
    before = page(url, "index.html")
    told = events(url)
    next(told)
    conf = project / "docs" / "conf.py"
    good = conf.read_text()
    conf.write_text(good + "\nraise RuntimeError('not today')\n")
    try:
        assert '"building": true' in next(told)
        failed = next(told)
        assert "not today" in failed
        assert page(url, "index.html") == before
    finally:
        conf.write_text(good)
    assert '"building": true' in next(told)
    assert '"error": ""' in next(told)
