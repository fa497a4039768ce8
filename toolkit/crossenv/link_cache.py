"""``wasm-opt`` with a cache: the costly half of linking a module is done once per content.

emcc links with wasm-ld in a twentieth of a second and gives the result to ``wasm-opt -Oz``,
which takes one. ccache keeps objects only, so that a change in one object would optimise
every module of its library again. What wasm-opt writes depends on its options and its input
file alone; emcc finds it in ``$EM_BINARYEN_ROOT/bin`` (``tools/building.py``, 6.0.5), where
:func:`install` puts a program that runs :func:`main`.

Started for each module: nothing but the standard library is imported.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Final

from toolkit.process import attach, run

FOLDER: Final = "SPEC14_LINK_CACHE"
PROGRAM: Final = "SPEC14_WASM_OPT"
KEPT: Final = 2000
"""Results at most; the least recently used go first."""


def install(kept: Path, cache: Path, *, toolchain: str) -> dict[str, str]:
    """Make the folder that stands in for Binaryen's and give the variables that select it.

    Parameters
    ----------
    kept
        Folder to make it in.
    cache
        Folder of the results.
    toolchain
        What the programs are known by: results of other ones are not used.
    """
    real = shutil.which("wasm-opt")
    if real is None:
        return {}
    root = kept / "binaryen"
    shutil.rmtree(root, ignore_errors=True)
    (root / "bin").mkdir(parents=True)
    for program in Path(real).parent.glob("wasm-*"):
        if program.name != "wasm-opt":
            (root / "bin" / program.name).symlink_to(program)
    write_launcher(root / "bin" / "wasm-opt", __name__)
    results = cache / toolchain[:12]
    results.mkdir(parents=True, exist_ok=True)
    _drop_oldest(results)
    return {"EM_BINARYEN_ROOT": str(root), FOLDER: str(results), PROGRAM: real}


def write_launcher(path: Path, module: str) -> None:
    """Write a program that runs the ``main`` of one of our modules, whatever variables say."""
    root = str(Path(__file__).parents[2])
    path.write_text(
        f"#!{sys.executable} -IS\nimport sys\nsys.path.insert(0, {root!r})\n"
        f"from {module} import main\nraise SystemExit(main(sys.argv[1:]))\n",
        "utf-8",
    )
    path.chmod(0o755)


def main(words: list[str]) -> int:
    """Run wasm-opt, or give what it wrote for the same input and options."""
    program, folder = os.environ[PROGRAM], Path(os.environ[FOLDER])
    found = key(words)
    if found is None:
        return attach([program, *words])
    name, target = found
    kept = folder / name
    partial = folder / f".{name}.{os.getpid()}"
    try:
        shutil.copyfile(kept, target)
        os.utime(kept)
    except FileNotFoundError:
        done = run([program, *words])
        sys.stdout.write(done.output)
        if done.code == 0 and not done.output:
            shutil.copyfile(target, partial)
            partial.replace(kept)
        return done.code
    return 0


def key(words: list[str]) -> tuple[str, Path] | None:
    """Give what a call is known by and the file it writes; nothing where it is another kind.

    The kind that is known: options that name no file, one input, ``-o`` and one output.
    """
    rest = list(words)
    try:
        place = rest.index("-o")
        target = Path(rest.pop(place + 1))
        rest.pop(place)
    except ValueError, IndexError:
        return None
    inputs = [word for word in rest if not word.startswith("-")]
    options = [word for word in rest if word.startswith("-")]
    if len(inputs) != 1 or any("/" in word or "map" in word for word in options):
        return None
    try:
        content = Path(inputs[0]).read_bytes()
    except OSError:
        return None
    whole = hashlib.sha256("\0".join(options).encode())
    whole.update(b"\0\0" + content)
    return whole.hexdigest(), target


def _drop_oldest(folder: Path) -> None:
    for other in folder.parent.iterdir():
        if other != folder:
            shutil.rmtree(other)
    results = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for result in results[KEPT:]:
        result.unlink()
