"""From an edit in the demo to the page served again, as a user would do it: ``nox -s docs``."""

import http.client
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.benchmarks.figures import Report, seconds
from tests.image.containers import Containers, Owner
from tests.image.machine import here, nox

SECTION: Final = "From an edit to the page served again"
TIMES: Final = 3
DOCSTRING: Final = '"""Let a wave run from rest and return its shape at the end.'


@dataclass(frozen=True, kw_only=True)
class Edited:
    """The demo, built and served, and how ``nox -s docs`` is run on it."""

    project: Path
    port: int
    environment: dict[str, str]
    first: float

    def docs(self) -> float:
        """Run the session; give the seconds."""
        began = time.monotonic()
        ran = nox("-s", "docs", env=self.environment, seconds=600)
        took = time.monotonic() - began
        assert ran.code == 0, ran.output
        return took

    def served(self, path: str) -> str:
        """Give a page as a browser would get it."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            server.request("GET", path)
            answer = server.getresponse()
            assert answer.status == 200, path
            return answer.read().decode()
        finally:
            server.close()


@pytest.fixture(scope="module")
def edited(containers: Containers, copy_of: Callable[..., Path], owner: Owner) -> Iterator[Edited]:
    project = copy_of("demo")
    environment = {
        "PROJECT": str(project),
        "COMPOSE_PROJECT_NAME": f"spec14-bench-{secrets.token_hex(3)}",
        "SPEC14_UID": str(owner.uid),
        "SPEC14_GID": str(owner.gid),
    }
    began = time.monotonic()
    ran = nox("-s", "docs", env=environment, seconds=600)
    first = time.monotonic() - began
    assert ran.code == 0, ran.output
    with containers.started(
        *("nox", "-s", "serve", "--", "--host", "0.0.0.0"),
        project=project,
        user=str(owner),
        network_mode="bridge",
        ports={"8000/tcp": ("127.0.0.1", None)},
    ) as container:
        end = time.monotonic() + 30
        while b"Serving at" not in container.logs():
            assert time.monotonic() < end, container.logs()
            time.sleep(0.2)
        container.reload()
        port = int(container.ports["8000/tcp"][0]["HostPort"])
        yield Edited(project=project, port=port, environment=environment, first=first)
    # The network that Compose made for the sessions.
    down = here("docker", "compose", "down", "--timeout", "5", env=environment)
    assert down.code == 0, down.output


def test_nothing_changed(edited: Edited, report: Report) -> None:
    report.add(
        SECTION,
        "nothing changed",
        seconds([edited.docs() for _ in range(TIMES)]),
        f"the first `nox -s docs` of the demo: {seconds([edited.first])}",
    )


def test_a_docstring_changed(edited: Edited, report: Report) -> None:
    source = edited.project / "src/ripple/_waves.py"
    before = source.read_text()
    times = []
    for _ in range(TIMES):
        mark = f"Edit {secrets.token_hex(4)}."
        source.write_text(before.replace(DOCSTRING, f"{DOCSTRING}\n\n    {mark}", 1))
        times.append(edited.docs())
        assert mark in edited.served("/api.html")
    report.add(SECTION, "a docstring changed", seconds(times), "target: 10 s at most")


def test_the_c_file_changed(edited: Edited, report: Report) -> None:
    source = edited.project / "src/ripple/_kernel.c"
    before = source.read_text()
    times, records = [], {edited.served("/spec14-site.json")}
    for number in range(TIMES):
        mark = secrets.token_hex(4)
        line = f'__attribute__((used)) static const char edited[] = "{mark}";\n'
        source.write_text(before + line)
        times.append(edited.docs())
        records.add(edited.served("/spec14-site.json"))
        # Another wheel, by its SHA-256.
        assert len(records) == number + 2
    report.add(SECTION, "the C file changed", seconds(times), "target: 20 s at most")
