"""Which compiler this image really has, as the image's own record says.

The build of the image writes the record (``images/toolchain.json``) from what it fetched
and checked; whether a wheel may go to a public index is read off it and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from toolkit.errors import Incoherent
from toolkit.pins import IMAGE, Pins, read_pins

RECORD: Final = IMAGE / "images" / "toolchain.json"
SOURCES: Final = ("debian", "emsdk")
"""What ``TOOLCHAIN`` can be when the image is built."""
UPSTREAM: Final = "emsdk"


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """The toolchain of an image.

    Attributes
    ----------
    source
        ``debian`` or ``emsdk``.
    emscripten
        What ``emcc --version`` says; empty where nobody asked.
    pyodide
        Version of the cross-build environment.
    upstream
        For ``emsdk``: the commit and the SHA-256 of each archive as they were got, by the
        names of ``[toolchain.emsdk.upstream]`` in the pins, and ``xbuildenv-sha256``.
    """

    source: str = "debian"
    emscripten: str = ""
    pyodide: str = ""
    upstream: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_toolchain(file: Path = RECORD) -> Toolchain:
    """Read an image's record; an image without one is Debian's.

    Raises
    ------
    Incoherent
        When there is a record that cannot be read.
    """
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        return Toolchain()
    try:
        table = json.loads(text)
        found = Toolchain(
            source=table["source"],
            emscripten=table["emscripten"],
            pyodide=table["pyodide"],
            upstream=dict(table["upstream"]),
        )
        if found.source not in SOURCES:
            raise ValueError(found.source)  # noqa: TRY301 - the same words for every reason
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{file} is not the record of a toolchain ({error})"
        raise Incoherent(msg, do="build the image anew") from error
    return found


def write_toolchain(toolchain: Toolchain, file: Path) -> None:
    """Write the record of an image (while it is built: nobody reads it yet)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"schema": 1, **asdict(toolchain)}, indent=2, sort_keys=True)
    temporary = file.with_name(f".{file.name}")
    temporary.write_text(f"{text}\n", "utf-8")
    temporary.replace(file)


def why_unofficial(toolchain: Toolchain, pins: Pins) -> str | None:
    """Say why wheels of a toolchain are not for a public index; ``None`` when they are.

    Parameters
    ----------
    toolchain
        The image's.
    pins
        As :func:`toolkit.pins.read_pins` gives them for ``emsdk``.
    """
    if toolchain.source != UPSTREAM:
        return "the compiler is Debian's Emscripten and not the runtime's own"
    wanted = {**pins.upstream, "emscripten": pins.runtime["emscripten"]}
    wanted["pyodide"] = pins.runtime["pyodide"]
    actual = {
        **toolchain.upstream,
        "emscripten": toolchain.emscripten,
        "pyodide": toolchain.pyodide,
    }
    for name, pinned in wanted.items():
        if actual.get(name) != pinned:
            return f"the toolchain has {name} {actual.get(name)}, images/pins.toml has {pinned}"
    return None


def unofficial() -> str | None:
    """Say why the wheels of this image are not for a public index; ``None`` when they are."""
    return why_unofficial(read_toolchain(), read_pins(source=UPSTREAM))
