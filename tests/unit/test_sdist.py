"""Sdists by name, from an index that is played by a local server."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.artefacts import make_wheel
from tests.indexes import make_index
from toolkit.errors import LockFailed, SourceFailed, Untrusted
from toolkit.sdist import fetch_sdist, parse_requirement


@dataclass
class Index:
    """A package index (PEP 503).

    Attributes
    ----------
    files
        Content by path.
    asked
        Paths that were asked for.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, project: str, name: str, content: bytes, sha256: str | None = None) -> None:
        """Add a file; with a checksum that is right unless another is given."""
        sha256 = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
        fragment = f"#sha256={sha256}" if sha256 else ""
        page = self.files.get(f"/simple/{project}/", b"")
        link = f'<a href="/files/{name}{fragment}">{name}</a>\n'
        self.files[f"/simple/{project}/"] = page + link.encode()
        self.files[f"/files/{name}"] = content


@contextmanager
def serving(index: Index) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            index.asked.append(self.path)
            content = index.files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    found = Index()
    with serving(found) as url:
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_INDEX_URL", url)
        yield found


def test_the_newest_that_fits(index: Index, tmp_path: Path) -> None:
    for version in ("1.0", "1.10", "1.9", "2.0b1"):
        index.publish("my-pkg", f"my_pkg-{version}.tar.gz", version.encode())
    wheel = make_wheel(tmp_path / "wheels", "my-pkg", version="3.0")
    index.publish("my-pkg", wheel.name, wheel.read_bytes())
    assert fetch_sdist("My_Pkg", tmp_path / "kept").read_bytes() == b"1.10"
    assert fetch_sdist("my.pkg<1.5", tmp_path / "kept").read_bytes() == b"1.0"
    assert fetch_sdist("my-pkg==2.0b1", tmp_path / "kept").name == "my_pkg-2.0b1.tar.gz"
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {
        "my_pkg-1.10.tar.gz",
        "my_pkg-1.0.tar.gz",
        "my_pkg-2.0b1.tar.gz",
        "spec14.json",
    }


def test_an_exact_version_is_asked_for_once(index: Index, tmp_path: Path) -> None:
    index.publish("pkg", "pkg-1.0.tar.gz", b"source")
    path = fetch_sdist("pkg==1.0", tmp_path)
    asked = list(index.asked)
    assert fetch_sdist("pkg==1.0", tmp_path) == path
    assert index.asked == asked
    # What is no longer what it was is fetched again.
    path.write_bytes(b"tampered")
    assert fetch_sdist("pkg==1.0", tmp_path).read_bytes() == b"source"
    record = json.loads((tmp_path / "spec14.json").read_text())
    assert record["pkg==1.0"]["sha256"] == hashlib.sha256(b"source").hexdigest()
    assert record["pkg==1.0"]["checked"] is True


def test_offline_a_kept_one_must_do(index: Index, tmp_path: Path) -> None:
    for version in ("1.9", "1.10", "2.0"):
        index.publish("pkg", f"pkg-{version}.tar.gz", version.encode())
        fetch_sdist(f"pkg=={version}", tmp_path)
    asked = list(index.asked)
    (tmp_path / "pkg-2.0.tar.gz").write_bytes(b"tampered")
    assert fetch_sdist("Pkg", tmp_path, offline=True).read_bytes() == b"1.10"
    assert fetch_sdist("pkg<1.10", tmp_path, offline=True).read_bytes() == b"1.9"
    for missing in ("pkg==2.0", "pkg>3", "other"):
        with pytest.raises(LockFailed, match="this run is offline"):
            fetch_sdist(missing, tmp_path, offline=True)
    assert index.asked == asked


def test_another_checksum_than_the_index_gives(index: Index, tmp_path: Path) -> None:
    index.publish("pkg", "pkg-1.0.tar.gz", b"tampered", sha256="0" * 64)
    with pytest.raises(Untrusted, match="does not have the checksum"):
        fetch_sdist("pkg", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_had(index: Index, tmp_path: Path) -> None:
    index.publish("pkg", "pkg-1.0.tar.gz", b"source")
    wheel = make_wheel(tmp_path / "wheels", "only-wheels")
    index.publish("only-wheels", wheel.name, wheel.read_bytes())
    index.publish("gone", "gone-1.0.tar.gz", b"")
    del index.files["/files/gone-1.0.tar.gz"]
    for requirement, said in (
        ("no-such-package", "the index has no package 'no-such-package'"),
        ("only-wheels", "published as wheels only"),
        ("pkg==9", "no sdist of pkg fits 'pkg==9'"),
        ("gone", "the sdist of gone cannot be had: "),
    ):
        with pytest.raises(SourceFailed) as caught:
            fetch_sdist(requirement, tmp_path / "kept")
        assert said in caught.value.what
        assert list((tmp_path / "kept").iterdir()) == []


def test_an_index_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(SourceFailed) as caught:
        fetch_sdist("pkg", tmp_path)
    assert "index" in caught.value.do


@pytest.mark.parametrize("text", ["", "a b", "../x", "pkg @ https://x/pkg.tar.gz", "pkg==", "-r x"])
def test_what_is_no_requirement(text: str) -> None:
    with pytest.raises(SourceFailed):
        parse_requirement(text)


def test_an_index_that_is_a_folder_keeps_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = tmp_path / "index" / "thing" / "thing-1.0.tar.gz"
    published.parent.mkdir(parents=True)
    published.write_bytes(b"an sdist")
    monkeypatch.setenv("PIP_INDEX_URL", make_index(tmp_path / "index"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    fetched = fetch_sdist("thing", tmp_path / "sdists")
    assert fetched.parent == tmp_path / "sdists"
    assert fetched.read_bytes() == published.read_bytes() == b"an sdist"
