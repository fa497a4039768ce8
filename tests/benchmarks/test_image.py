"""How long the image takes to build, and how large it is. The tag is one of its own."""

import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import docker
import pytest

from tests.benchmarks.figures import NOT_MEASURED, Report, megabytes, seconds
from tests.image.containers import IMAGE
from tests.image.machine import ROOT, here

TAG: Final = "spec14-bench"
SECTION: Final = "Building the image"
OVERRIDE: Final = "services: {{toolkit: {{image: '{tag}'}}}}\n"
SMALL: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A copy of this repository that builds an image of another name."""

    folder: Path
    tag: str
    built: set[str]

    def build(self, *options: str) -> float:
        """Build it as Compose would for a user; give the seconds."""
        began = time.monotonic()
        ran = here(
            *("docker", "compose", "--project-directory", self.folder),
            *("-f", self.folder / "compose.yaml", "-f", self.folder / "bench.yaml"),
            *("--progress", "plain", "build", *options, "toolkit"),
            cwd=self.folder,
            seconds=3600,
        )
        took = time.monotonic() - began
        assert ran.code == 0, ran.output
        self.built.add(here("docker", "image", "inspect", "-f", "{{.Id}}", self.tag).output.strip())
        return took

    def remove(self) -> None:
        """Remove the images that were built here; never one that has another name too."""
        here("docker", "image", "rm", self.tag)
        for image in self.built:
            tags = here("docker", "image", "inspect", "-f", "{{.RepoTags}}", image)
            if tags.output.strip() == "[]":
                here("docker", "image", "rm", image)


@pytest.fixture(scope="module")
def checkout(work: Path) -> Iterator[Checkout]:
    folder = work / "checkout"
    leave = shutil.ignore_patterns(".git", ".nox", ".spec14", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, folder, ignore=leave)
    tag = f"{TAG}-{secrets.token_hex(3)}"
    (folder / "bench.yaml").write_text(OVERRIDE.format(tag=tag))
    ours = Checkout(folder=folder, tag=tag, built=set())
    try:
        yield ours
    finally:
        ours.remove()


def test_one_line_changed(checkout: Checkout, report: Report) -> None:
    again = "the same with nothing changed: {}; target: 30 s at most"
    checkout.build()
    unchanged = checkout.build()
    times = []
    for number in range(3):
        with (checkout.folder / "toolkit" / "cli.py").open("a") as file:
            file.write(f"# Changed {number} ({secrets.token_hex(4)}).\n")
        times.append(checkout.build())
    report.add(
        SECTION,
        "one line changed in `toolkit/`",
        seconds(times),
        again.format(seconds([unchanged])),
    )


def test_from_nothing(checkout: Checkout, report: Report, cold: bool) -> None:  # noqa: FBT001
    what = "from nothing but the base image"
    if not cold:
        report.add(SECTION, what, NOT_MEASURED, "`nox -s bench -- --cold` measures it")
        return
    dockerfile = checkout.folder / "Dockerfile"
    # Caches outlive --no-cache: compiled packages among them.
    text = dockerfile.read_text()
    without = text.replace("--mount=type=cache,", "--mount=type=tmpfs,")
    dockerfile.write_text(without.replace(",sharing=locked", ""))
    try:
        took = checkout.build("--no-cache")
    finally:
        dockerfile.write_text(text)
    report.add(
        SECTION, what, f"{took / 60:.1f} min", "downloads included; whole CI run: 45 min at most"
    )


def test_size_by_layer(client: docker.DockerClient, report: Report) -> None:
    image = client.images.get(IMAGE)
    total = image.attrs["Size"]
    rest = 0
    for layer in reversed(image.history()):
        if layer["Size"] < SMALL:
            rest += layer["Size"]
            continue
        share = f"{layer['Size'] / total:.0%} of the image"
        report.add(
            "Size of the image by layer", told(layer["CreatedBy"]), megabytes(layer["Size"]), share
        )
    report.add("Size of the image by layer", "layers below 1 MB", megabytes(rest), "")
    report.add("Size of the image by layer", "all of it, unpacked", megabytes(total), "")


def told(created_by: str) -> str:
    """Shorten an instruction to what tells the layers apart."""
    line = re.sub(r"^RUN (\|\d+ .*?)?/bin/sh -c ", "RUN ", created_by)
    line = re.sub(r"--mount=\S+ |# buildkit$", "", line)
    line = " ".join(line.replace("|", "\\|").replace("`", "'").split())
    short = line if len(line) <= 90 else f"{line[:90]}…"
    return f"`{short}`" if short else "the base image"
