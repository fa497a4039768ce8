"""What is imported into a memory snapshot gets out of its process nowhere."""

import contextlib
import json
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.integration.canaries import CANARY, traces
from toolkit.lite.snapshot.heap import make_heap
from toolkit.runtime.distribution import Runtime

PROBE: Final = """
import sys
from pyodide.code import run_js

_attempts = {attempts!r}
for _name, _code in _attempts.items():
    _said = run_js(
        "(() => {{ try {{ const found = (() => {{ return " + _code + " }})();"
        " found?.catch?.(() => {{}}); found?.on?.('error', () => {{}});"
        " return 'done' }} catch (error) {{ return 'refused: ' + error.message }} }})()"
    )
    sys.modules[f"probe {{_name}}: {{_said}}"] = sys
"""


def attempts(port: int, file: Path) -> dict[str, str]:
    """Give ways out of a process, as JavaScript; all of them can be seen from outside."""
    module = "globalThis.process.getBuiltinModule('node:{}')".format
    dns = module("dns")
    there = f"'http://127.0.0.1:{port}/'"
    servers = f"setServers(['127.0.0.1:{port}'])"
    resolver = f"(() => {{ const r = new ({dns}.Resolver)(); r.{servers}; return r }})()"
    promised = resolver.replace(".Resolver", ".promises.Resolver")
    node = "globalThis.process.execPath"
    return {
        "fetch": f"fetch({there})",
        "xhr": f"new XMLHttpRequest().open('GET', {there}, false)",
        "net": f"{module('net')}.connect({port}, '127.0.0.1')",
        "socket": f"new ({module('net')}.Socket)().connect({port}, '127.0.0.1')",
        "http": f"{module('http')}.get({there})",
        "https": f"{module('https')}.get('https://127.0.0.1:{port}/')",
        "http2": f"{module('http2')}.connect({there})",
        "tls": f"{module('tls')}.connect({port}, '127.0.0.1')",
        "udp": f"{module('dgram')}.createSocket('udp4').send('x', {port}, '127.0.0.1')",
        "lookup": f"{dns}.lookup('localhost', () => {{}})",
        "lookup promise": f"{dns}.promises.lookup('localhost')",
        "resolve": f"{dns}.{servers} ?? {dns}.resolve4('a.example', () => {{}})",
        "resolver": f"{resolver}.resolve4('b.example', () => {{}})",
        "resolver promise": f"{promised}.resolve4('c.example')",
        "child": f"{module('child_process')}.spawnSync({node}, ['--version'])",
        "fork": f"{module('child_process')}.fork('/dev/null')",
        "thread": f"new ({module('worker_threads')}.Worker)('1', {{ eval: true }})",
        "read": f"{module('fs')}.readFileSync({json.dumps(str(file))})",
        "write": f"{module('fs')}.writeFileSync({json.dumps(str(file))}, 'x')",
        "list": f"{module('fs')}.readdirSync('/etc')",
        "binding": "globalThis.process.binding('tcp_wrap').TCP.name",
        "websocket": f"new WebSocket('ws://127.0.0.1:{port}/').send('x')",
        "inspector": f"{module('inspector')}.open({port + 1})",
        "addon": f"globalThis.process.dlopen({{ exports: {{}} }}, {json.dumps(str(file))})",
    }


@dataclass(kw_only=True)
class Server:
    """What has come to a port of this machine."""

    port: int
    came: list[str]


@pytest.fixture
def server() -> Iterator[Server]:
    """Listen for connections and for datagrams, on one port."""
    with (
        socket.create_server(("127.0.0.1", 0)) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        found = Server(port=stream.getsockname()[1], came=[])
        datagrams.bind(("127.0.0.1", found.port))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    stream.accept()[0].close()
                    found.came.append("a connection")

        def receive() -> None:
            with contextlib.suppress(OSError):
                while True:
                    found.came.append(f"a datagram: {datagrams.recv(99)!r}")

        for listen in (accept, receive):
            threading.Thread(target=listen, daemon=True).start()
        yield found
        stream.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            datagrams.shutdown(socket.SHUT_RDWR)


def rewritten(wheel: Path, folder: Path, name: str, more: str) -> Path:
    """Copy a wheel, with more text at the end of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(copy, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, content + more.encode() if info.filename == name else content)
    return copy


def test_what_is_imported_gets_out_of_its_process_nowhere(
    runtime: Runtime, kernel: tuple[Path, ...], server: Server, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    wanted = attempts(server.port, secret)
    (comm,) = (wheel for wheel in kernel if wheel.name.startswith("comm-"))
    changed = rewritten(
        comm, tmp_path / "wheels", "comm/__init__.py", PROBE.format(attempts=wanted)
    )
    heap = make_heap(runtime, [changed, *(wheel for wheel in kernel if wheel != comm)])
    said = dict(
        module.removeprefix("probe ").split(": ", 1)
        for module in heap.modules
        if module.startswith("probe ")
    )
    assert said.keys() == wanted.keys()
    assert {name: text for name, text in said.items() if not text.startswith("refused")} == {}
    assert server.came == []
    assert secret.read_text() == CANARY
    assert traces(heap.content) == []
