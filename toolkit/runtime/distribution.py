"""What the Pyodide runtime says about itself.

The npm package ``pyodide`` carries ``pyodide-lock.json`` (ABI, platform, Python
version) and ``python_stdlib.zip``, in which CPython's own build data of the
target lie (``_sysconfigdata__emscripten_wasm32-emscripten.py``). They are read,
never repeated by hand.
"""

import ast
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import CrossEnvFailed

SYSCONFIGDATA: Final = "_sysconfigdata__emscripten_wasm32-emscripten"
TRIPLET: Final = "wasm32-emscripten"
RUNTIME_FILES: Final = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
)
"""What a start loads of them."""

BUILT_AT: Final = re.compile(r'(os\.environ\.get\("PYODIDE_ROOT", )"[^"]*"')

type SysconfigVars = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """One unpacked Pyodide runtime (the npm package's folder).

    Attributes
    ----------
    folder
        Where its files lie.
    version
        Version of Pyodide.
    python
        Version of its CPython, three numbers.
    abi
        ABI version of PEP 783, ``2026_0`` for instance.
    emscripten
        Version of the compiler it was built with.
    """

    folder: Path
    version: str
    python: str
    abi: str
    emscripten: str

    @property
    def python_minor(self) -> str:
        """``3.14`` for ``3.14.2``."""
        return ".".join(self.python.split(".")[:2])

    @property
    def platform_tag(self) -> str:
        """Platform tag of wheels for this runtime (PEP 783)."""
        return f"pyemscripten_{self.abi}_wasm32"

    @property
    def platform_tags(self) -> tuple[str, ...]:
        """Every platform tag that is taken, the usual one first.

        The other is what pyodide-build wrote before PEP 783, and 0.39.2 still writes where
        ``USE_LEGACY_PLATFORM`` is set (its ``build_env.py``); micropip 0.11.1 (``_utils.py``)
        and pip in a ``pyodide venv`` take both.
        """
        return (self.platform_tag, f"pyodide_{self.abi}_wasm32")


def read_runtime(folder: Path) -> Runtime:
    """Read the facts of an unpacked runtime.

    Raises
    ------
    CrossEnvFailed
        When the folder is not a Pyodide runtime.
    """
    try:
        package = json.loads((folder / "package.json").read_text("utf-8"))
        info = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["info"]
        kind, _, emscripten = info["platform"].partition("_")
        names = {"pyodide": package["name"], "emscripten": kind}
        if any(wanted != found for wanted, found in names.items()):
            raise KeyError(names)  # noqa: TRY301 - the same words for every reason
        return Runtime(
            folder=folder,
            version=package["version"],
            python=info["python"],
            abi=info["abi_version"],
            emscripten=emscripten.replace("_", "."),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        msg = f"{folder} is not the folder of a Pyodide runtime ({error})"
        raise CrossEnvFailed(
            msg, do="install the npm package 'pyodide' and name its folder"
        ) from error


def read_sysconfig_source(runtime: Runtime) -> str:
    """Give the text of the target's sysconfig data module."""
    with zipfile.ZipFile(runtime.folder / "python_stdlib.zip") as stdlib:
        return stdlib.read(f"{SYSCONFIGDATA}.py").decode("utf-8")


def parse_sysconfig(source: str) -> dict[str, str | int]:
    """Read ``build_time_vars`` out of a sysconfig data module without running it.

    The values of Pyodide's file are literals or strings formed with its variable
    ``PYODIDE_ROOT``; the latter are paths and are left out.
    """
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="build_time_vars")], value=ast.Dict() as table):
                return dict(_literals(table))
    msg = "the sysconfig data of the runtime has no build_time_vars"
    raise CrossEnvFailed(msg, do="use the Pyodide version that images/pins.toml names")


def relocate_sysconfig(source: str, root: Path) -> str:
    """Give the sysconfig data with `root` as the folder its paths start from.

    As published, they start from ``PYODIDE_ROOT`` or, without it, from a folder of
    the machine that built the runtime.
    """
    moved, changes = BUILT_AT.subn(lambda found: found[1] + json.dumps(str(root)), source)
    if changes != 1:
        msg = "the sysconfig data of the runtime does not say where it was built"
        raise CrossEnvFailed(msg, do="use the Pyodide version that images/pins.toml names")
    return moved


def _literals(table: ast.Dict) -> list[tuple[str, str | int]]:
    return [
        (key.value, value.value)
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant)
        and isinstance(key.value, str)
        and isinstance(value, ast.Constant)
        and isinstance(value.value, str | int)
    ]
