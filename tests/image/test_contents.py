"""What is in the image, and what must not be."""

import io
import json
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import docker
import pytest

from tests.image.containers import IMAGE, Containers
from tests.image.machine import ROOT

OURS: Final = "org.scientific-python.spec14."
OCI: Final = "org.opencontainers.image."

VERSIONS: Final = {
    "pyodide": "runtime pyodide",
    "emscripten": "emscripten",
    "llvm": "llvm",
    "node": "node",
    "python": "python",
}
"""Labels, and the lines of `spec14 info` that they repeat."""


@pytest.fixture(scope="module")
def labels(client: docker.DockerClient) -> dict[str, str]:
    found: dict[str, str] = client.images.get(IMAGE).labels
    return found


@pytest.fixture(scope="module")
def versions(containers: Containers) -> dict[str, str]:
    ran = containers.run("spec14", "--json", "info")
    assert ran.code == 0, ran.output
    return {fact["name"]: fact["actual"] for fact in json.loads(ran.output)}


@pytest.mark.parametrize("name", ["title", "description", "licenses", "version"])
def test_the_labels_that_registries_read(labels: dict[str, str], name: str) -> None:
    assert labels[OCI + name]


def test_the_version_label_is_that_of_the_package(
    labels: dict[str, str], containers: Containers
) -> None:
    assert containers.run("spec14", "--version").output.split()[-1] == labels[f"{OCI}version"]


@pytest.mark.parametrize("name", VERSIONS)
def test_a_label_is_what_the_image_really_holds(
    labels: dict[str, str], versions: dict[str, str], name: str
) -> None:
    assert labels.get(OURS + name) == versions[VERSIONS[name]]


def test_the_label_of_the_toolchain(labels: dict[str, str]) -> None:
    assert labels[f"{OURS}toolchain"] in {"debian", "emsdk"}


def test_info_is_the_command_of_a_container_without_one(containers: Containers) -> None:
    ran = containers.run()
    assert ran.code == 0, ran.output
    assert "runtime pyodide" in ran.output


def test_the_user_is_not_root(client: docker.DockerClient, containers: Containers) -> None:
    config = client.images.get(IMAGE).attrs["Config"]
    assert config["User"] not in {"", "0", "root", "0:0"}
    assert containers.run("id", "-u").output.strip() == config["User"].partition(":")[0]


def test_the_image_is_a_ci_job_container(client: docker.DockerClient) -> None:
    config = client.images.get(IMAGE).attrs["Config"]
    assert config["WorkingDir"] == "/project"
    assert not config.get("Entrypoint")


def test_nobody_but_root_can_change_the_toolchain(containers: Containers) -> None:
    # uv leaves empty lock files behind that anyone may lock.
    find = "find /opt/spec14 /usr/local -xdev -writable ! -type l ! -name .lock"
    ran = containers.run(
        "sh", "-c", f"{find} | grep -v ^/opt/spec14/emscripten-cache", user="12345:12345"
    )
    assert ran.output == ""


# ------------------------------------------------------- what the building machine handed over


def test_no_place_of_settings_holds_any(containers: Containers) -> None:
    places = (
        "/run/secrets /run/spec14 /etc/pip.conf /etc/xdg/pip /etc/npmrc ~root/.npmrc ~root/.pip "
        "~root/.config ~root/.netrc /etc/apt/auth.conf /tmp/mirror.list /opt/spec14/images/host"
    )
    ran = containers.run("sh", "-c", f"find {places} -type f -size +0 2>/dev/null; :", user="0:0")
    assert ran.output == ""


@pytest.fixture(scope="module")
def marks(containers: Containers) -> list[bytes]:
    """Strings that only what was handed over can hold."""
    show = "cat /etc/ssl/certs/ca-certificates.crt $(python -m certifi)"
    public = certificates(containers.run("sh", "-c", show).output)
    # Those of an older or newer release of the distribution.
    for file in Path("/usr/share/ca-certificates").rglob("*.crt"):
        public |= certificates(file.read_text("ascii", "replace"))
    found = handed_over(ROOT / "images" / "host", public)
    if not found:
        pytest.skip("this machine hands nothing over that the image could not know anyway")
    return found


def test_nothing_handed_over_is_in_the_history(
    client: docker.DockerClient, marks: list[bytes]
) -> None:
    image = client.images.get(IMAGE)
    told = json.dumps([image.history(), image.attrs]).encode()
    assert [mark for mark in marks if mark in told] == []


def test_nothing_handed_over_is_in_a_layer(client: docker.DockerClient, marks: list[bytes]) -> None:
    assert leaks(client.images.get(IMAGE).save(chunk_size=1 << 20), marks) == {}


def test_such_a_leak_would_be_found(work: Path) -> None:
    mark, around = b"a-secret-nobody-guesses", b"x" * (3 << 20)
    packed = zlib.compressobj(wbits=31)
    layers = {
        "plain": around + mark + around,
        "packed": packed.compress(around + mark) + packed.flush(),
        "clean": around,
    }
    archive = work / "image.tar"
    with tarfile.open(archive, "w") as tar:
        for name, content in layers.items():
            file = work / name
            file.write_bytes(content)
            tar.add(file, arcname=name)
    with archive.open("rb") as stream:
        chunks = iter(lambda: stream.read(1 << 20), b"")
        assert set(leaks(chunks, [mark])) == {"plain", "packed"}


def certificates(text: str) -> set[str]:
    """Give the bodies of the certificates in a bundle."""
    pattern = r"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----"
    return {"".join(body.split()) for body in re.findall(pattern, text, re.DOTALL)}


def handed_over(folder: Path, known: set[str]) -> list[bytes]:
    """Give one telling string of everything in ``images/host``."""
    found: set[str] = set()
    if (bundle := folder / "ca.pem").is_file():
        for body in certificates(bundle.read_text("ascii", "replace")) - known:
            # A line of it; not the first ones, which hold nothing but common words.
            start = len(body) // 128 * 64
            found.add(body[start : start + 64])
    for name in ("pip.conf", "npmrc", "apt-mirror"):
        if (file := folder / name).is_file():
            telling = r"(?:https?://|_authToken=|_auth=|_password=)\S{8,}"
            found |= set(re.findall(telling, file.read_text()))
    return [text.encode() for text in sorted(found)]


def leaks(archive: Iterable[bytes], marks: list[bytes]) -> dict[str, list[bytes]]:
    """Give the members of an image's archive that hold one of the marks, and which."""
    found: dict[str, list[bytes]] = {}
    with (
        io.BufferedReader(Pieces(archive), buffer_size=1 << 20) as stream,
        tarfile.open(fileobj=stream, mode="r|") as tar,
    ):
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None:
                continue
            for window in windows(unpacked(content), max(map(len, marks))):
                if inside := [mark for mark in marks if mark in window]:
                    found.setdefault(member.name, []).extend(inside)
    return found


def unpacked(content: IO[bytes]) -> Iterator[bytes]:
    """Give a layer's bytes; some engines keep layers compressed."""
    unpack: Any = None
    first = True
    while chunk := content.read(1 << 20):
        if first:
            assert not chunk.startswith(b"\x28\xb5\x2f\xfd"), "layers packed with zstd"
            unpack = zlib.decompressobj(wbits=31) if chunk.startswith(b"\x1f\x8b") else None
            first = False
        yield unpack.decompress(chunk) if unpack else chunk


def windows(chunks: Iterable[bytes], overlap: int) -> Iterator[bytes]:
    """Give the chunks so that nothing of `overlap` bytes is cut in two."""
    before = b""
    for chunk in chunks:
        window = before + chunk
        yield window
        before = window[-overlap:]


class Pieces(io.RawIOBase):
    """A file to read from, around the pieces that the engine sends."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
