"""The image's own HEALTHCHECK, asked more often than every 30 seconds."""

from typing import Any, Final

from docker.types import Healthcheck

from tests.image.conftest import BuiltDemo
from tests.image.containers import Containers, healthy

SECOND: Final = 1_000_000_000
OFTEN: Final[Any] = Healthcheck(interval=2 * SECOND)
"""Everything else is the image's."""


def test_a_plain_container_is_healthy(containers: Containers) -> None:
    with containers.started("sleep", "60", healthcheck=OFTEN) as container:
        assert healthy(container, 40) == "healthy"


def test_a_serving_container_is_healthy(containers: Containers, demo: BuiltDemo) -> None:
    with containers.started(
        *("nox", "-s", "serve"), project=demo.project, user=str(demo.owner), healthcheck=OFTEN
    ) as container:
        assert healthy(container, 40) == "healthy"
        answer = (
            "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000); "
            "c.request('GET', '/api.html'); print(c.getresponse().status)"
        )
        code, output = container.exec_run(["python", "-c", answer])
        assert (code, output.strip()) == (0, b"200")


def test_a_server_that_answers_wrongly_is_not(containers: Containers) -> None:
    once: Any = Healthcheck(interval=2 * SECOND, start_period=SECOND, retries=1)
    wrong = ("python", "-m", "http.server", "--directory", "/tmp", "8000")
    with containers.started(*wrong, healthcheck=once) as container:
        assert healthy(container, 40) == "unhealthy"
        log = container.attrs["State"]["Health"]["Log"]
        assert "Traceback" not in log[-1]["Output"]
