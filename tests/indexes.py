"""Package indexes and hosts of wheels, played on this machine."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import unquote

STALL: Final = "stall"
TRUNCATE: Final = "truncate"
TAMPER: Final = "tamper"


def make_index(folder: Path) -> str:
    """Write the pages of an index (PEP 503) over ``folder/NAME/FILE``, and give its address."""
    for project in folder.iterdir():
        files = [path.name for path in project.iterdir() if path.suffix != ".html"]
        page = "".join(f'<a href="{name}">{name}</a>\n' for name in sorted(files))
        (project / "index.html").write_text(f"<!DOCTYPE html><html><body>{page}</body></html>\n")
    return folder.as_uri()


@contextlib.contextmanager
def serving(
    folder: Path, tricks: Mapping[str, str] | None = None
) -> Iterator[tuple[str, list[str]]]:
    """Serve the files of a folder; give the address and the list of names asked for.

    `tricks` says for a file name what goes wrong: `STALL`, `TRUNCATE` or `TAMPER`.
    """
    asked: list[str] = []
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = unquote(self.path).rpartition("/")[2]
            asked.append(name)
            path = folder / name
            if not path.is_file():
                self.send_error(404)
                return
            content, trick = path.read_bytes(), (tricks or {}).get(name)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if trick == TAMPER:
                content = content[:-1] + bytes([content[-1] ^ 1])
            half = len(content) // 2
            self.wfile.write(content if trick in (None, TAMPER) else content[:half])
            if trick == STALL:
                self.wfile.flush()
                stop.wait(30)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
