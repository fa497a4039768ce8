"""Small wheels, runtimes and projects for tests, made of real bytes."""

import base64
import hashlib
import json
import shutil
import sys
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from tests import wasm
from toolkit.lite.snapshot.files import packed
from toolkit.lite.snapshot.kept import KernelSnapshot
from toolkit.lite.snapshot.parts import PAGE, without_empty_pages, write_part
from toolkit.pins import read_pins

PINS = read_pins()
RUNTIME = PINS.runtime
MINOR = PINS.python_minor
"""Of the runtime's Python and this one."""
CPYTHON = f"cp{MINOR.replace('.', '')}"
PLATFORM = RUNTIME["platform-tag"]
COMPILED = f"{CPYTHON}-{CPYTHON}-{PLATFORM}"
LLVM = Path(shutil.which("llvm-readobj") or "/nowhere/llvm-readobj").parent
"""Debian's programs of the LLVM that the image has."""
SUFFIX = f".cpython-{CPYTHON.removeprefix('cp')}-wasm32-emscripten.so"

GREETINGS = '''
"""Greetings."""


def greet(name):
    """
    Greet somebody.

    Examples
    --------
    >>> import greetings
    >>> greetings.greet("you")
    'hello you'
    """
    return f"hello {name}"
'''
"""A module with an example in it."""


def make_wheel(
    folder: Path,
    name: str,
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    requires: Sequence[str] = (),
    fields: Sequence[str] = (),
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a wheel (the binary distribution format, with a RECORD that is right).

    `fields` are more lines of its METADATA.
    """
    stem = name.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {line}" for line in requires]
    metadata += fields
    content: dict[str, str | bytes] = {
        **(files or {f"{stem}/__init__.py": f"name = {name!r}\n"}),
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        record = []
        for inside, text in content.items():
            data = text.encode() if isinstance(text, str) else text
            wheel.writestr(inside, data)
            sha256 = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
            record.append(f"{inside},sha256={sha256.decode().rstrip('=')},{len(data)}")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


def make_runtime(
    folder: Path,
    facts: Mapping[str, str] = RUNTIME,
    packages: Mapping[str, str] | None = None,
) -> Path:
    """Write a folder that says of itself what the npm package says, with empty programs.

    `facts` are named as in ``images/pins.toml``, `packages` are versions in the runtime's lock.
    """
    folder.mkdir(parents=True)
    package = {"name": "pyodide", "version": facts["pyodide"]}
    (folder / "package.json").write_text(json.dumps(package))
    info = {
        "abi_version": facts["abi"],
        "arch": "wasm32",
        "platform": f"emscripten_{facts['emscripten'].replace('.', '_')}",
        "python": facts["python"],
    }
    locked = {name: {"name": name, "version": it} for name, it in (packages or {}).items()}
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": info, "packages": locked}))
    programs = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
    for name in (*programs, "pyodide.mjs.map", "console.html", "ffi.d.ts"):
        (folder / name).write_text(name)
    return folder


def make_kernel_snapshot(folder: Path, *, fill: bytes = b"memory") -> KernelSnapshot:
    """Write the parts of a kernel's snapshot, as they are kept; no interpreter is in them."""
    memory = bytes(2 * PAGE) + fill.ljust(PAGE, b"1") + bytes(PAGE)
    pages, runs = without_empty_pages(memory)
    return KernelSnapshot(
        folder=folder,
        start=base64.b64encode(b"start").decode(),
        heap=write_part(pages, folder, "heap"),
        memory=len(memory),
        runs=tuple(runs),
        files=write_part(packed({"/lib/kernel.py": b"# kernel\n"}), folder, "kernel"),
        modules=("kernel",),
    )


def make_loading_runtime(folder: Path) -> Path:
    """Write a runtime whose two halves provide a few symbols, with types."""
    make_runtime(folder)
    types: dict[str, wasm.Signature] = {
        "malloc": ((wasm.I32,), (wasm.I32,)),
        "clock_time_get": ((wasm.I32, wasm.I64, wasm.I32), (wasm.I32,)),
    }
    main = wasm.module(
        functions=[("env", "clock_time_get")],
        exports=["malloc", "PyLong_FromLong", "fork"],
        data=["stdout"],
        tag_exports=["__cpp_exception", "__c_longjmp"],
        own_memory=1,
        types=types,
        code=b"\x06\x40\x19\x0b",
        side=False,
    )
    (folder / "pyodide.asm.wasm").write_bytes(main)
    (folder / "pyodide.asm.mjs").write_text(
        'var a={};var wasmImports={"clock_time_get":b, emscripten_x:c};function f(){}'
    )
    return folder


def write_tree(folder: Path, files: Mapping[str, str]) -> Path:
    """Write text files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")
    return folder


def make_python(folder: Path, source: Path) -> Path:
    """Make an environment that sees this one's packages and, before them, `source`."""
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    shown = [source, *(path for path in sys.path if path.endswith("-packages"))]
    (packages / "shown.pth").write_text("".join(f"{path}\n" for path in shown))
    return folder / "bin" / "python"
