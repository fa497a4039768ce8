"""A move as files: what every file of the set would be, looked at as a whole before it is shown."""

import json
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.cache import write_atomically
from toolkit.errors import MoveRefused
from toolkit.pins import read_pins
from toolkit.upkeep.candidates import Chosen
from toolkit.upkeep.debian import follow
from toolkit.upkeep.edits import with_arguments, with_dependency, with_pins
from toolkit.upkeep.emsdk import Upstream
from toolkit.upkeep.locking import Locked
from toolkit.upkeep.registries import locked_package
from toolkit.upkeep.tree import (
    DOCKERFILE,
    PACKAGE,
    PACKAGE_LOCK,
    PINS,
    REQUIREMENTS,
    Tree,
    arguments,
    disagreements,
    read_tree,
)

NOT_WHOLE: Final = "a set is moved as a whole or not at all"


@dataclass(frozen=True, kw_only=True)
class Move:
    """What a set is moved to.

    Attributes
    ----------
    chosen
        Kernel, runtime and the locks.
    ranges
        Of Debian's programs.
    offered
        Their versions.
    upstream
        The upstream compiler of the runtime.
    """

    chosen: Chosen[Locked]
    ranges: Mapping[str, str]
    offered: Mapping[str, str]
    upstream: Upstream


def require_whole(tree: Tree, *, do: str) -> None:
    """Refuse a set of which a part says something else than the rest.

    Raises
    ------
    MoveRefused
        It names the first two places; the others are the detail.
    """
    if lines := disagreements(tree):
        raise MoveRefused(f"{lines[0]}: {NOT_WHOLE}", do=do, detail="\n".join(lines[1:]))


def proposed(root: Path, move: Move) -> dict[str, str]:
    """Give the text of each file that changes, by its path in the working tree.

    Raises
    ------
    MoveRefused
        When the outcome would not be a whole set, or a file cannot be edited.
    IndexFailed
        When npm cannot lock its part.
    """
    runtime = move.chosen.release.runtime
    texts = {f"{REQUIREMENTS}/{name}": text for name, text in move.chosen.locked.files.items()}
    texts[PINS] = with_pins((root / PINS).read_text("utf-8"), _pins(root, move))
    with tempfile.TemporaryDirectory(prefix="spec14-npm-") as folder:
        work = Path(folder)
        for name in (PACKAGE, PACKAGE_LOCK):
            shutil.copyfile(root / name, work / Path(name).name)
        package = with_dependency((root / PACKAGE).read_text("utf-8"), "pyodide", runtime.version)
        if package != (root / PACKAGE).read_text("utf-8"):
            (work / "package.json").write_text(package, "utf-8")
            texts |= {PACKAGE: package, PACKAGE_LOCK: locked_package(work)}
        (work / "pins.toml").write_text(texts[PINS], "utf-8")
        told = arguments(read_pins(work / "pins.toml"), move.offered)
        texts[DOCKERFILE] = with_arguments((root / DOCKERFILE).read_text("utf-8"), told)
        moved = _as_moved(root, texts, work / "tree", move.offered)
    require_whole(moved, do="tell us: nothing was moved")
    return {name: text for name, text in texts.items() if text != (root / name).read_text("utf-8")}


def _pins(root: Path, move: Move) -> dict[tuple[str, ...], str]:
    table = tomllib.loads((root / PINS).read_text("utf-8"))
    runtime, versions = move.chosen.release.runtime, move.chosen.locked.versions
    emsdk = table["toolchain"]["emsdk"]
    upstream = ("toolchain", "emsdk", "upstream")
    return {
        ("runtime", "pyodide"): runtime.version,
        ("runtime", "npm-integrity"): move.chosen.release.integrity,
        ("runtime", "python"): runtime.python,
        ("runtime", "abi"): runtime.abi,
        ("runtime", "emscripten"): runtime.emscripten,
        ("runtime", "platform-tag"): runtime.platform_tag,
        **{
            (part, name): versions[name]
            for part in ("kernel", "build", "xeus")
            for name in table[part]
        },
        **{("toolchain", "debian", name): value for name, value in move.ranges.items()},
        ("toolchain", "emsdk", "emscripten"): f"=={move.upstream.emscripten}",
        ("toolchain", "emsdk", "python"): follow(
            emsdk["python"], runtime.python, least=runtime.python
        ),
        **{(*upstream, name): value for name, value in move.upstream.values.items()},
    }


def _as_moved(root: Path, texts: Mapping[str, str], copy: Path, offered: Mapping[str, str]) -> Tree:
    """Read the working tree as it would be, with the Debian packages that the image would get."""
    for folder in ("images/requirements", "images/npm"):
        shutil.copytree(root / folder, copy / folder)
    for name, text in texts.items():
        (copy / name).write_text(text, "utf-8")
    return read_tree(copy, offered)


def write_proposal(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a move beside the working tree; the host lays them over it.

    Parameters
    ----------
    folder
        Where; what lies there is of an earlier proposal, and goes.
    texts
        As :func:`proposed` gives them.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        path = folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    # Last: a proposal without it is none.
    record = {"schema": 1, "files": sorted(texts)}
    write_atomically(folder / "move.json", f"{json.dumps(record, indent=2)}\n".encode())
