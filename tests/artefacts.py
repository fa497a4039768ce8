"""Small wheels, runtimes and projects for tests, made of real bytes."""

import base64
import hashlib
import json
import sys
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

PLATFORM = "pyemscripten_2026_0_wasm32"


def make_wheel(
    folder: Path,
    name: str,
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    requires: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
) -> Path:
    """Write a wheel (the binary distribution format, with a RECORD that is right)."""
    stem = name.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {line}" for line in requires]
    content = {
        **(files or {f"{stem}/__init__.py": f"name = {name!r}\n"}),
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        record = []
        for inside, text in content.items():
            wheel.writestr(inside, text)
            sha256 = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
            record.append(f"{inside},sha256={sha256.decode().rstrip('=')},{len(text)}")
        wheel.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
    return path


def make_runtime(folder: Path) -> Path:
    """Write a folder that says of itself what the npm package says, with empty programs."""
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "pyodide", "version": "314.0.6"}')
    info = {
        "abi_version": "2026_0",
        "arch": "wasm32",
        "platform": "emscripten_5_0_3",
        "python": "3.14.2",
    }
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": info, "packages": {}}))
    programs = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
    for name in (*programs, "pyodide.mjs.map", "console.html", "ffi.d.ts"):
        (folder / name).write_text(name)
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
