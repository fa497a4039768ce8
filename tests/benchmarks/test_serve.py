"""Our server beside nginx with the same headers: `wrk` on the loopback interface, bounded."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import docker
import pytest

from tests.benchmarks.figures import Report
from tests.image.containers import Containers, Owner, bind
from tests.image.hosting import (
    CONF,
    HOSTS,
    NGINX_COMMAND,
    PORTS,
    PUBLISHED,
    nginx_conf,
    ports_of,
)
from tests.image.machine import here

SECTION: Final = "Serving the demo's site, one worker each, the same headers"
SECONDS: Final = 8
CONNECTIONS: Final = 32
WASM: Final = "lite/static/pyodide/pyodide.asm.wasm"
FILES: Final = {
    "a page": "api.html",
    "a small file": "spec14-site.json",
    "a script": "lite/config-utils.js",
    "the runtime's WebAssembly": WASM,
}
TARGETS: Final = {WASM: 0.5}
RATE: Final = re.compile(r"Requests/sec:\s+([0-9.]+)")
LATENCY: Final = re.compile(r"50%\s+([0-9.]+)(us|ms|s)")
MILLISECONDS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@pytest.fixture(scope="module")
def servers(
    containers: Containers,
    copy_of: Callable[..., Path],
    owner: Owner,
    work: Path,
    client: docker.DockerClient,
) -> Iterator[Callable[[str, str], tuple[float, float]]]:
    """Give a function that loads a server: requests per second, median latency in ms."""
    del client
    built = here("docker", "compose", "build", "--quiet", "hosts", seconds=600)
    assert built.code == 0, built.output
    project = copy_of("demo")
    for words in (("nox", "-s", "docs"), ("spec14", "precompress")):
        ran = containers.run(*words, project=project, user=str(owner), seconds=400)
        assert ran.code == 0, ran.output
    conf = work / "nginx"
    conf.mkdir()
    exported = containers.run(
        *("spec14", "serve", "--export", "nginx", "--site", "/site"),
        *("--host", "0.0.0.0", "--port", str(PORTS["nginx"])),
        project=project,
    )
    assert exported.code == 0, exported.output
    nginx_conf(conf, exported.output)
    site = project / ".spec14" / "site"
    with containers.started(
        *NGINX_COMMAND,
        image=HOSTS,
        mounts=[bind(site, "/site", read_only=True), bind(conf, CONF, read_only=True)],
        user=str(owner),
        network_mode="bridge",
        ports=PUBLISHED,
    ) as nginx:
        network = f"container:{nginx.id}"
        with containers.started(
            *("spec14", "--quiet", "serve", "--host", "0.0.0.0", "--port", str(PORTS["ours"])),
            project=project,
            user=str(owner),
            network_mode=network,
        ):

            def load(server: str, path: str) -> tuple[float, float]:
                url = f"http://127.0.0.1:{PORTS[server]}/{path}"
                with containers.started(
                    *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency"),
                    *("-H", "Accept-Encoding: br", url),
                    image=HOSTS,
                    network_mode=network,
                ) as wrk:
                    said = containers.ended(wrk, SECONDS + 30).output
                rate, latency = RATE.search(said), LATENCY.search(said)
                assert rate is not None, said
                assert latency is not None, said
                assert "Non-2xx" not in said, said
                return float(rate[1]), float(latency[1]) * MILLISECONDS[latency[2]]

            ports_of(nginx, "nginx")  # both answer
            load("ours", FILES["a page"])  # warms both
            load("nginx", FILES["a page"])
            yield load


@pytest.mark.parametrize("what", list(FILES))
def test_throughput(
    servers: Callable[[str, str], tuple[float, float]], report: Report, what: str
) -> None:
    path = FILES[what]
    ours, ours_latency = servers("ours", path)
    theirs, theirs_latency = servers("nginx", path)
    target = TARGETS.get(path, 0.25)
    report.add(
        SECTION,
        f"{what} (`{path}`, Brotli), {CONNECTIONS} connections",
        f"{ours:.0f} requests/s, median {ours_latency:.2f} ms",
        f"nginx: {theirs:.0f} requests/s, median {theirs_latency:.2f} ms; "
        f"ours is {ours / theirs:.2f} of it; target: {target} at least",
    )
