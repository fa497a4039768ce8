"""Options of ``nox -s bench``, and the report that all benchmarks write into."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import docker
import pytest

from tests.benchmarks.figures import PICTURES, Report, this_machine
from tests.benchmarks.in_the_image import InTheImage
from tests.image.conftest import client, containers, copy_of, owner, work
from tests.image.containers import IMAGE, Containers, Owner
from tests.image.machine import ROOT

NAMED: Final = (
    "runtime pyodide",
    "emscripten",
    "llvm",
    "node",
    "python",
    "jupyterlite-core",
    "jupyterlite-pyodide-kernel",
    "jupyterlite-sphinx",
    "sphinx",
)

__all__ = ["client", "containers", "copy_of", "owner", "work"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what may stand after ``nox -s bench --``."""
    group = parser.getgroup("spec14 benchmarks")
    group.addoption("--cold", action="store_true", help="also build the image from nothing (long)")
    group.addoption(
        "--write", action="store_true", help="write the figures into docs/benchmarks.md"
    )
    group.addoption(
        "--times", type=int, default=5, help="how many readers click (5, as the targets say)"
    )


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> int:
    return int(pytestconfig.getoption("--times"))


@pytest.fixture(scope="session")
def cold(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--cold"))


@pytest.fixture(scope="module")
def in_the_image(work: Path, owner: Owner) -> Iterator[InTheImage]:
    image = InTheImage(work, owner)
    try:
        yield image
    finally:
        image.down()


@pytest.fixture(scope="session")
def report(
    pytestconfig: pytest.Config, client: docker.DockerClient, containers: Containers
) -> Iterator[Report]:
    """Everything that is measured; printed, and written where asked, at the end."""
    ran = containers.run("spec14", "--json", "info")
    assert ran.code == 0, ran.output
    versions = {fact["name"]: fact["actual"] for fact in json.loads(ran.output)}
    engine = client.version()
    told = ", ".join(f"{name.removeprefix('runtime ')} {versions[name]}" for name in NAMED)
    image = client.images.get(IMAGE)
    ours = Report(
        facts=[
            this_machine(),
            f"engine {engine['Version']}, kernel {engine['KernelVersion']}",
            f"image {image.short_id.removeprefix('sha256:')}: {told}",
        ]
    )
    yield ours
    print(f"\n\n{ours.markdown()}")
    for written in ours.write_pictures(ROOT / ".spec14" / "bench", shown=False):
        print(f"wrote {written}")
    if pytestconfig.getoption("--write"):
        file = ROOT / "docs" / "benchmarks.md"
        text = ours.markdown(file.read_text("utf-8") if file.is_file() else "")
        new = file.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.replace(file)
        ours.write_pictures(file.parent / PICTURES, shown=True)
        print(f"wrote {file}")
