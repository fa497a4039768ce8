"""What the tests of the image share: the engine, projects of a known owner, one built demo."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import docker
import pytest

from tests.image.containers import IMAGE, Containers, Owner, Ran
from tests.image.machine import ROOT, here

PROJECTS: Final = ROOT / "tests" / "projects"
STRANGER: Final = Owner(uid=12345, gid=12345)
"""A user that the image has no passwd entry for."""

# What is quickly known comes first.
ORDER: Final = (
    "test_contents",
    "test_commands",
    "test_host",
    "test_errors",
    "test_users",
    "test_health",
    "test_offline",
    "test_compose",
)

CopyOf = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the modules into the order above."""
    items.sort(key=lambda item: ORDER.index(item.path.stem) if item.path.stem in ORDER else 99)


@pytest.fixture(scope="session")
def client() -> Iterator[docker.DockerClient]:
    """The engine of this machine."""
    engine = docker.from_env(timeout=300)
    try:
        engine.images.get(IMAGE)
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="session")
def containers(client: docker.DockerClient) -> Containers:
    return Containers(client=client)


@pytest.fixture(scope="session")
def owner() -> Owner:
    """Who owns the projects: a stranger where we may give files away, else this user."""
    if os.getuid() == 0:
        return STRANGER
    return Owner(uid=os.getuid(), gid=os.getgid())


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """A folder that is removed at the end, whoever owns what is in it."""
    # Not pytest's: that one is closed to other users, and the last three are kept.
    with tempfile.TemporaryDirectory(prefix="spec14-image-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def copy_of(work: Path, owner: Owner) -> CopyOf:
    """Copy one of the projects, for an owner (this one if none is named)."""

    def copy(name: str, *, owned_by: Owner = owner) -> Path:
        folder = work / f"{name}-{secrets.token_hex(3)}"
        shutil.copytree(
            PROJECTS / name, folder, ignore=shutil.ignore_patterns(".spec14", "__pycache__")
        )
        give(folder, owned_by)
        return folder

    return copy


def give(folder: Path, owner: Owner) -> None:
    """Make a folder and all in it somebody's; skip the test where that is not allowed."""
    if (os.getuid(), os.getgid()) == (owner.uid, owner.gid):
        return
    if os.getuid() != 0:
        pytest.skip(f"only root can give files to {owner}")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


@dataclass(frozen=True, kw_only=True)
class BuiltDemo:
    """The demo after wasm-build, wasm-test and docs: no network, a read-only root, no rights."""

    project: Path
    owner: Owner
    said: Mapping[str, str]


@pytest.fixture(scope="session")
def demo(containers: Containers, copy_of: CopyOf, owner: Owner) -> BuiltDemo:
    project = copy_of("demo")
    said: dict[str, str] = {}
    for session in ("wasm-build", "wasm-test", "docs"):
        ran = containers.run(
            *("nox", "-s", session),
            project=project,
            user=str(owner),
            seconds=300,
            read_only=True,
            tmpfs={"/tmp": ""},
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
        )
        assert ran.code == 0, ran.output
        said[session] = ran.output
    return BuiltDemo(project=project, owner=owner, said=said)


@dataclass(frozen=True, kw_only=True)
class Compose:
    """Compose, under a project name of its own."""

    name: str
    owner: Owner

    def environment(self, **more: str) -> dict[str, str]:
        """Give the variables that decide for Compose, over those of ``.env``."""
        return {
            "COMPOSE_PROJECT_NAME": self.name,
            "SPEC14_UID": str(self.owner.uid),
            "SPEC14_GID": str(self.owner.gid),
            **more,
        }

    def __call__(self, *words: str, seconds: float = 180, **variables: str) -> Ran:
        """Run ``docker compose``."""
        env = self.environment(**variables)
        return here("docker", "compose", *words, env=env, seconds=seconds)

    def down(self) -> Ran:
        """Remove everything of this name."""
        return self("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "15")


@pytest.fixture(scope="module")
def compose(client: docker.DockerClient, owner: Owner) -> Iterator[Compose]:
    ours = Compose(name=f"spec14-test-{secrets.token_hex(4)}", owner=owner)
    try:
        yield ours
    finally:
        down = ours.down()
    assert down.code == 0, down.output
