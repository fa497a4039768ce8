"""Packages that the image cross-compiles itself, from ``images/recipes``.

A recipe is pyodide-build's ``meta.yaml``; its source is the sdist that ``pins.toml``
names with its SHA-256, fetched by pip from whatever index the machine uses. A built
wheel is kept under a digest of everything that went into it.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.archive import file_sha256, require_sha256, unpack_sdist
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.crossenv.install import installed_root
from toolkit.errors import BuildFailed, RequirementsFailed
from toolkit.index import pip_configuration
from toolkit.process import run


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One package to compile.

    Attributes
    ----------
    name
        Its name.
    version
        Exact version.
    sha256
        Of its sdist.
    folder
        Where its ``meta.yaml`` lies.
    """

    name: str
    version: str
    sha256: str
    folder: Path


def digest(recipe: Recipe, parts: Iterable[str]) -> str:
    """Give the digest of all that decides a recipe's wheel.

    Parameters
    ----------
    recipe
        The recipe; every file in its folder counts.
    parts
        Facts of the toolchain (compiler version, flags, headers).
    """
    files = {
        path.relative_to(recipe.folder).as_posix(): file_sha256(path)
        for path in sorted(recipe.folder.rglob("*"))
        if path.is_file()
    }
    whole = json.dumps([recipe.name, recipe.version, recipe.sha256, files, list(parts)])
    return hashlib.sha256(whole.encode()).hexdigest()


def toolchain_facts(home: Path) -> list[str]:
    """Give what of the toolchain decides a wheel: compiler, flags, headers."""
    root = installed_root(home) / "pyodide-root"
    headers = hashlib.sha256()
    for path in sorted(root.glob("cpython/installs/*/include/**/*.h")):
        headers.update(path.read_bytes())
    compiler = run(["emcc", "--version"]).output.splitlines()[0]
    return [compiler, (root / "Makefile.envs").read_text("utf-8"), headers.hexdigest()]


def build(recipe: Recipe, scratch: Path, runtime: Path) -> Path:
    """Build a recipe's wheel and audit it; give its path below `scratch`.

    Raises
    ------
    RequirementsFailed
        When the sdist cannot be had.
    Untrusted
        When it is not the pinned one.
    BuildFailed
        When the compiler or pyodide-build fails.
    AuditFailed
        When the wheel would not load.
    """
    tree, dist = scratch / "recipes", scratch / "dist"
    shutil.copytree(recipe.folder, tree / recipe.name)
    unpacked = unpack_sdist(_fetch(recipe, scratch / "sdist"), scratch / "source")
    unpacked.rename(tree / recipe.name / "src")
    done = run(
        [
            "pyodide",
            "build-recipes",
            recipe.name,
            "--recipe-dir",
            tree,
            "--install",
            "--install-dir",
            dist,
            "--skip-emscripten-install",
        ],
        cwd=scratch,
        on_line=lambda line: print(line, flush=True),
    )
    wheels = sorted(dist.glob("*.whl"))
    if done.code != 0 or len(wheels) != 1:
        msg = f"the recipe of {recipe.name} {recipe.version} failed"
        raise BuildFailed(msg, do="read the compiler's message above", detail=done.tail(40))
    require_sound(audit_wheel(wheels[0], runtime))
    return wheels[0]


def build_cached(recipe: Recipe, scratch: Path, runtime: Path, *, cache: Path, key: str) -> Path:
    """Give the recipe's wheel from `cache`, building it when it is not there."""
    kept = cache / key
    if found := sorted(kept.glob("*.whl")):
        print(f"{recipe.name} {recipe.version}: unchanged, {found[0].name}", flush=True)
        return found[0]
    wheel = build(recipe, scratch, runtime)
    partial = cache / f"{key}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    shutil.copyfile(wheel, partial / wheel.name)
    partial.rename(kept)
    return kept / wheel.name


def _fetch(recipe: Recipe, folder: Path) -> Path:
    """Download the sdist with unearth, which finds it without building its metadata.

    ``pip download`` would run NumPy's native configuration first (3.5 minutes).
    """
    configured = pip_configuration(os.environ)
    indexes = [
        word
        for key in ("index-url", "extra-index-url")
        for url in configured.get(key, "").split()
        for word in ("--index-url", url)
    ]
    wanted = f"{recipe.name}=={recipe.version}"
    finder = [sys.executable, "-m", "unearth", "--no-binary", *indexes]
    done = run([*finder, "--download", folder, wanted])
    found = sorted(folder.glob("*.tar.gz")) if folder.is_dir() else []
    if done.code != 0 or len(found) != 1:
        msg = f"the sdist of {recipe.name} {recipe.version} cannot be had"
        raise RequirementsFailed(msg, do="see that pip reaches an index", detail=done.tail())
    require_sha256(found[0], recipe.sha256)
    return found[0]
