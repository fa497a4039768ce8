"""What a reader waits for: from the click on "Try it" to the first result, and its bytes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.benchmarks.figures import Report, megabytes, seconds
from tests.image.containers import Containers, Owner, bind

TIMES: Final = 3
STOCK: Final = (
    "stock JupyterLite 0.8.6 on one origin, idle machine of two cores, measured earlier: "
)


@pytest.fixture(scope="module")
def clicked(containers: Containers, copy_of: Callable[..., Path], owner: Owner) -> dict[str, Any]:
    """What `visit_and_click.py` says of the demo's site."""
    project = copy_of("demo")
    options: dict[str, Any] = {"project": project, "user": str(owner)}
    built = containers.run("nox", "-s", "docs", seconds=300, **options)
    assert built.code == 0, built.output
    ran = containers.run(
        *("python", "/bench/visit_and_click.py", "/project/.spec14/site", str(TIMES)),
        mounts=[bind(Path(__file__).parent, "/bench", read_only=True)],
        shm_size="1g",
        seconds=900,
        **options,
    )
    assert ran.code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.output.rstrip().splitlines()[-1])
    return found


def test_first_cell_after_the_click(clicked: dict[str, Any], report: Report) -> None:
    section = 'From the click on "Try it" to the first result'
    stock = {"cold": "8.4 s", "warm": "6.8 s"}
    for kind, told in (
        ("cold", "cold: a browser that knows nothing"),
        ("warm", "warm: the same reader's second visit"),
    ):
        runs = clicked["seconds"][kind]
        for step, what in (
            ("interface", "the notebook is there"),
            ("cell", "the first cell has run"),
        ):
            compared = STOCK + stock[kind] if step == "cell" else "part of the line below"
            report.add(section, f"{told}: {what}", seconds([run[step] for run in runs]), compared)


def test_bytes_of_a_visit(clicked: dict[str, Any], report: Report) -> None:
    section = "What the server sends for a visit: page, notebook, kernel, package; not compressed"
    for kind, told in (("cold", "first visit"), ("warm", "second visit")):
        load = clicked["loads"][kind][0]
        stock = STOCK + ("129 requests, 24.4 MB" if kind == "cold" else "0 bytes, all answers 304")
        measured = (
            f"{load['requests']} requests, of them {load['not_modified']} answered with 304; "
            f"{megabytes(load['bytes'])}"
        )
        report.add(section, told, measured, stock)
