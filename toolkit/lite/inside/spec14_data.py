"""Runs in WebAssembly: ``urllib`` over the browser's own requests, and words for what is refused.

``urllib`` opens sockets, which a browser has not. Its documented place for another way is a
handler (``urllib.request``, "BaseHandler Objects"). Other libraries have ways of their own to the
browser: urllib3 (and so requests and pooch) since 2.2, pyodide-http. Which URLs are answered from
the site is decided below them all (``spec14-urls.mjs``).
"""

import http.client
import io
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any, Final
from urllib.error import URLError

# Names, not the module: it is not yet an attribute of its package while we are called after it.
from urllib.request import HTTPHandler, Request

UNSENT: Final = frozenset(
    {"accept-encoding", "connection", "content-length", "cookie", "host", "te", "user-agent"}
)
"""Headers that a browser sets itself, or that make it ask the host for leave first."""
UNTRUE: Final = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
)
"""Headers of an answer that are not those of its body any more: the browser has unpacked it."""
UNDECLARED: Final = re.compile(r"(https?://\S+) is not declared in \[tool\.spec14\.data\]")
"""What ``toolkit/verify/node/data.mjs`` says."""
DEPTH: Final = 20


class Handler(HTTPHandler):
    """Opens URLs of HTTP through ``XMLHttpRequest``, which waits: the kernel is a worker."""

    handler_order = 400  # before HTTPSHandler, where there is one

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        """Give the answer."""
        return _answer(req)

    https_open = http_open


def changed(module: ModuleType) -> None:
    """Let ``urllib.request`` take our handler: openers are built with the class of this name."""
    module.HTTPHandler = Handler  # type: ignore[attr-defined]
    if module._opener is not None:  # noqa: SLF001 - an opener was built before we came
        module.install_opener(module.build_opener())


def needed(error: BaseException) -> str | None:
    """Give the URL that an example failed for, where it is not declared; ``None`` for no such."""
    words = [str(one) for one in _chain(error, DEPTH)]
    found = (UNDECLARED.search(text) for text in words)
    said = next((match[1] for match in found if match is not None), None)
    if said is not None:
        return said
    return next((url for url in _refused() if any(url in text for text in words)), None)


def _refused() -> list[str]:
    import js  # noqa: PLC0415 - there in WebAssembly only

    return [str(url) for url in getattr(js, "spec14Refused", ())]


def _chain(error: BaseException, depth: int) -> Iterator[BaseException]:
    yield error
    for other in (error.__cause__, error.__context__):
        if other is not None and depth > 0:
            yield from _chain(other, depth - 1)


class _Socket:
    """What ``HTTPResponse`` reads from."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, mode: str) -> io.BytesIO:
        """Give a file of it."""
        del mode
        return io.BytesIO(self.data)


def _answer(req: Request) -> http.client.HTTPResponse:
    from pyodide.ffi import JsException  # noqa: PLC0415 - there in WebAssembly only

    try:
        xhr = _sent(req)
    except JsException as error:
        late = getattr(error, "name", "") == "TimeoutError"
        reason = TimeoutError("timed out") if late else str(getattr(error, "message", error))
        raise URLError(reason) from None
    body = xhr.response.to_bytes()
    lines = [f"HTTP/1.1 {xhr.status} {xhr.statusText}"]
    said = xhr.getAllResponseHeaders().splitlines()
    lines += [line for line in said if line.partition(":")[0].strip().lower() not in UNTRUE]
    length = len(body)
    if req.get_method() == "HEAD":
        length = xhr.getResponseHeader("content-length") or 0
    head = "\r\n".join([*lines, f"Content-Length: {length}", "", ""])
    source: Any = _Socket(head.encode("latin-1", "replace") + body)
    answer = http.client.HTTPResponse(source, method=req.get_method(), url=req.full_url)
    answer.begin()
    # As AbstractHTTPHandler.do_open does.
    answer.url = req.full_url
    answer.msg = answer.reason  # type: ignore[assignment]
    return answer


def _sent(req: Request) -> Any:
    from js import XMLHttpRequest  # noqa: PLC0415
    from pyodide.ffi import to_js  # noqa: PLC0415

    xhr = XMLHttpRequest.new()
    xhr.open(req.get_method(), req.full_url, False)  # noqa: FBT003 - XMLHttpRequest's own
    xhr.responseType = "arraybuffer"
    if isinstance(req.timeout, int | float) and req.timeout > 0:
        xhr.timeout = int(req.timeout * 1000)
    for name, value in req.header_items():
        if name.lower() not in UNSENT:
            xhr.setRequestHeader(name, value)
    data: Any = req.data
    if data is not None and not isinstance(data, bytes | bytearray | memoryview):
        data = data.read() if hasattr(data, "read") else b"".join(data)
    xhr.send(to_js(data))
    return xhr
