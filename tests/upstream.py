"""A server on this machine that plays upstream: its list of releases, its files, its repository.

What it serves is made here. The installer in its repository has emsdk's commands and none of
its code; the compiler in its archive is a few words around one that is installed already.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests.artefacts import RUNTIME
from toolkit.pins import PINS, read_pins

METADATA: Final = "/list.json"
ENVIRONMENT: Final = "/xbuildenv.tar.gz"
REPOSITORY: Final = "/emsdk.git"
BUILDS: Final = "/builds"
BUILD: Final = "0123456789abcdef0123456789abcdef01234567"
COMPILER: Final = f"{BUILDS}/linux/{BUILD}/wasm-binaries.tar.xz"
NOBODY: Final = "http://192.0.2.1/elsewhere"
"""An address of those for documentation (RFC 5737), in plain http."""
NODE: Final = f"{BUILDS}/deps/node-v22.16.0-linux-x64.tar.xz"

INSTALLER: Final = r"""#!/bin/sh
# Plays emsdk: install unpacks what lies in downloads/, activate writes the configuration.
set -eu
cd "$(dirname "$0")"
echo "$*" >> calls
case $1 in
    install)
        test "$EMSDK_KEEP_DOWNLOADS" = 1
        ls downloads/node-v*-linux-x64.tar.xz
        mkdir upstream
        tar -xf downloads/*-wasm-binaries.tar.xz -C upstream --strip-components 1
        ;;
    activate) echo "# activated" > .emscripten ;;
esac
"""
WRAPPER: Final = r"""#!/bin/sh
# {real} of this machine, under the name of the version it stands in for.
here=$(dirname -- "$(readlink -f -- "$0")")
unset EM_CONFIG
if [ "$*" = --version ] || [ "$*" = -v ]; then
    # Nothing but the version number of its answer is changed.
    [ "$*" = --version ] || exec >&2
    {real} "$@" 2>&1 | sed "s/^\(emcc (.*) \)[0-9.]*/\1$(cat "$here/version")/"
    exit
fi
exec {real} "$@"
"""
PATCH: Final = """\
--- a/version
+++ b/version
@@ -1 +1 @@
-0.0.0
+{version}
"""


class Handler(BaseHTTPRequestHandler):
    """Answers with the files of its server, or goes wrong where that says so."""

    server: Player
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        fault = self.server.faults.get(path)
        self.server.asked.append(path)
        if path.startswith(f"{REPOSITORY}/"):
            if self.server.faults.get(REPOSITORY) == "stalled":
                self.server.ended.wait(30)
                return
            self._git()
            return
        body = self.server.files.get(path)
        if body is None or fault == "missing":
            self.send_error(404)
            return
        if fault == "moved":
            self._begin(302, path)
            self.send_header("Location", self.server.moved.get(path, NOBODY))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if fault == "tampered":
            body = bytes([body[0] ^ 1]) + body[1:]
        self._begin(200, path)
        if fault == "endless":
            self.end_headers()
            self.close_connection = True
            while not self.server.ended.wait(0.01):
                self.wfile.write(b"x" * (1 << 16))
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in {"truncated", "stalled"}:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            if fault == "stalled":
                self.server.ended.wait(30)
            return
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def _begin(self, status: int, path: str) -> None:
        self.send_response(status)
        for name, value in self.server.headers.get(path, {}).items():
            self.send_header(name, value)

    def _git(self) -> None:
        """Git's own program for this, over the common gateway interface (git-http-backend(1))."""
        url = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "http-backend"],
            input=self.rfile.read(length),
            env={
                **os.environ,
                "GIT_PROJECT_ROOT": str(self.server.repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(length),
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "REMOTE_ADDR": "127.0.0.1",
                "REQUEST_METHOD": self.command,
            },
            capture_output=True,
            check=False,  # asked for what it does not have, it answers, and then fails
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        status = re.search(rb"^Status: (\d+)", head)
        self.send_response(int(status[1]) if status else 200)
        for line in head.decode().splitlines():
            name, _, value = line.partition(": ")
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class Player(ThreadingHTTPServer):
    """The server.

    Attributes
    ----------
    files
        What it serves, by path.
    faults
        What goes wrong, by path: tampered, truncated, missing, stalled, endless, moved.
    repositories
        Folder of bare git repositories.
    headers
        Headers of the answers, by path.
    moved
        Where to, by path.
    asked
        The paths that were asked for.
    """

    daemon_threads = True

    def __init__(self, repositories: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.moved: dict[str, str] = {}
        self.repositories = repositories
        self.asked: list[str] = []
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up: those tests are about."""


@contextmanager
def playing(repositories: Path) -> Iterator[Player]:
    with Player(repositories) as player:
        thread = threading.Thread(target=player.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield player
        finally:
            player.ended.set()
            player.shutdown()
            thread.join()


def packed(files: Mapping[str, bytes | Path], mode: str) -> bytes:
    """Give a tar archive; a path is taken with all that is below it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            if isinstance(content, Path):
                tar.add(content, name)
                continue
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def compiler_archive(tools: Mapping[str, str]) -> bytes:
    """Give what plays ``wasm-binaries.tar.xz``: programs by name, and the real ones they start."""
    files: dict[str, bytes | Path] = {"install/emscripten/version": b"0.0.0\n"}
    for name, real in tools.items():
        files[f"install/{name}"] = WRAPPER.format(real=real).encode()
    return packed(files, "w:xz")


def small_environment(folder: Path, patch: str) -> Path:
    """Write an environment that pyodide-build installs, and no build could use."""
    root = folder / "xbuildenv" / "pyodide-root"
    (root / "emsdk" / "patches").mkdir(parents=True)
    (root / "emsdk" / "patches" / "0001-version.patch").write_text(patch)
    (root / "Makefile.envs").write_text(
        f"export PYVERSION={RUNTIME['python']}\n\n.output_vars:\n\tenv\n"
    )
    (folder / "xbuildenv" / "requirements.txt").write_text("numpy==2.4.1\n")
    return folder / "xbuildenv"


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Upstream as it is played, and the files that make it ours.

    Attributes
    ----------
    player
        The server.
    pins, sources
        ``images/pins.toml`` and ``images/sources.toml`` with its commit, sums and addresses.
    """

    player: Player
    pins: Path
    sources: Path
    release: dict[str, Any] = field(default_factory=dict)

    def publish(self, **changed: Any) -> None:
        """Publish the list of releases, with other values in the one that is wanted."""
        version = read_pins().runtime["pyodide"]
        releases = {version: {**self.release, **changed}}
        self.player.files[METADATA] = json.dumps({"releases": releases}).encode()


def commit_of(folder: Path, files: Mapping[str, str]) -> str:
    """Make a bare repository with one commit, and give its name."""
    folder.mkdir(parents=True)
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    work = folder.with_name("work")

    def git(*words: str, where: Path = work) -> str:
        return subprocess.run(
            ["git", *who, "-C", str(where), *words], check=True, capture_output=True, text=True
        ).stdout.strip()

    work.mkdir()
    git("init", "--quiet", "--initial-branch=main")
    for name, text in files.items():
        (work / name).write_text(text)
        (work / name).chmod(0o755)
    git("add", "--all")
    git("commit", "--quiet", "--message=The installer")
    wanted = git("rev-parse", "HEAD")
    # What pyodide-build alone would clone: the newest.
    (work / "emsdk").write_text("#!/bin/sh\nexit 9\n")
    git("commit", "--quiet", "--all", "--message=A later one, which does not work")
    git("init", "--quiet", "--bare", "--initial-branch=main", where=folder)
    git("push", "--quiet", str(folder), "main")
    return wanted


@contextmanager
def played(folder: Path, environment: Path | None, tools: Mapping[str, str]) -> Iterator[Upstream]:
    """Play upstream.

    Parameters
    ----------
    folder
        An empty one.
    environment
        A folder ``xbuildenv`` to publish; ``None`` for a small one.
    tools
        See :func:`compiler_archive`.
    """
    runtime = read_pins().runtime
    patch = PATCH.format(version=runtime["emscripten"])
    tree = environment or small_environment(folder / "tree", patch)
    commit = commit_of(folder / "repositories" / REPOSITORY[1:], {"emsdk": INSTALLER})
    with playing(folder / "repositories") as player:
        player.files[ENVIRONMENT] = packed({"xbuildenv": tree}, "w:gz")
        player.files[COMPILER] = compiler_archive(tools)
        player.files[NODE] = packed({"node/README": b"not asked for anything"}, "w:xz")
        sums = {
            path: hashlib.sha256(player.files[path]).hexdigest()
            for path in (ENVIRONMENT, COMPILER, NODE)
        }
        pinned = {
            "commit": commit,
            "build": BUILD,
            "build-sha256": sums[COMPILER],
            "node": "22.16.0",
            "node-sha256": sums[NODE],
        }
        text, _, rest = PINS.read_text("utf-8").partition("[toolchain.emsdk.upstream]\n")
        rest = rest[rest.index("\n[") :] if "\n[" in rest else ""
        lines = "".join(f'{name} = "{value}"\n' for name, value in pinned.items())
        pins, sources = folder / "pins.toml", folder / "sources.toml"
        pins.write_text(f"{text}[toolchain.emsdk.upstream]\n{lines}{rest}")
        sources.write_text(
            f'[emsdk]\nrepository = "{player.url}{REPOSITORY}"\n'
            f'builds = "{player.url}{BUILDS}"\nmetadata = "{player.url}{METADATA}"\n'
        )
        upstream = Upstream(
            player=player,
            pins=pins,
            sources=sources,
            release={
                "version": runtime["pyodide"],
                "url": f"{player.url}{ENVIRONMENT}",
                "sha256": sums[ENVIRONMENT],
                "python_version": runtime["python"],
                "emscripten_version": runtime["emscripten"],
                "published_at": "2026-09-01T00:00:00Z",
                "min_pyodide_build_version": "0.26.0",
            },
        )
        upstream.publish()
        yield upstream
