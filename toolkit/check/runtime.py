"""The kernel's runtime and the wheels it finds: all there, and each what its lock says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.check.findings import Finding
from toolkit.check.origins import is_foreign
from toolkit.check.site import BuiltSite, LiteSite, listed, path_of
from toolkit.lite.config import LOCK
from toolkit.lite.snapshot.manifest import MANIFEST as SNAPSHOT
from toolkit.lite.snapshot.manifest import faults as snapshot_faults

STARTED_WITH: Final = (
    ("pyodide.mjs", "pyodide.js"),
    ("pyodide.asm.mjs", "pyodide.asm.js"),
    ("pyodide.asm.wasm",),
    ("python_stdlib.zip",),
    (LOCK,),
)
"""What the runtime's start loads, each under one of its names (Pyodide 0.26 to 314)."""

WASM: Final = "pyodide.asm.wasm"
AGAIN: Final = "build the site again"


def locks(site: BuiltSite) -> Iterator[Finding]:
    """Look at every lock of a Pyodide distribution, and at every index of piplite."""
    for file in site.files:
        if file.name == LOCK:
            yield from lock_entries(file, site.name(file))
    for lite in site.lites:
        for url in listed(lite.kernel.get("pipliteUrls")):
            path = path_of(url)
            if path is not None and (file := (lite.folder / path).resolve()).is_file():
                yield from _index_entries(site, file)


def lock_entries(file: Path, name: str) -> Iterator[Finding]:
    """Check that each entry of a lock is there, is what it should be, and finds its own.

    Parameters
    ----------
    file
        The lock.
    name
        What findings call it.
    """

    def wrong(what: str, do: str = AGAIN) -> Finding:
        return Finding(kind="lock", file=name, what=what, do=do)

    packages = _object(_object(file).get("packages"))
    for package, described in packages.items():
        entry = _object(described)
        wheel = str(entry.get("file_name", ""))
        if is_foreign(wheel):
            yield wrong(f"{package} is loaded from {wheel}", "copy the wheel into the site")
        elif not (found := file.parent / wheel).is_file():
            yield wrong(f"{package} names {wheel}, which is not there")
        elif file_sha256(found) != entry.get("sha256"):
            yield wrong(f"{wheel} is not the file that the lock describes")
        if missing := sorted({str(one) for one in listed(entry.get("depends"))} - packages.keys()):
            needed = ", ".join(missing)
            yield wrong(
                f"{package} depends on {needed}, not in the lock", "add the wheel to the site"
            )


def snapshots(site: BuiltSite) -> Iterator[Finding]:
    """Look whether memory snapshots belong to the runtime, the lock and the wheels beside them."""
    for file in site.files:
        if file.name == SNAPSHOT:
            for what in snapshot_faults(file):
                yield Finding(kind="lock", file=site.name(file), what=what, do=AGAIN)


def _index_entries(site: BuiltSite, file: Path) -> Iterator[Finding]:
    """Check an index of piplite (``all.json``): releases by project and version."""
    for project in _object(file).values():
        for releases in _object(_object(project).get("releases")).values():
            for entry in listed(releases):
                url = str(_object(entry).get("url", ""))
                wheel = file.parent / (path_of(url) or "")
                digest = _object(_object(entry).get("digests")).get("sha256")
                if is_foreign(url):
                    what = f"a wheel is loaded from {url}"
                elif not wheel.is_file():
                    what = f"names {url}, which is not there"
                elif file_sha256(wheel) != digest:
                    what = f"{url} is not the file that the index describes"
                else:
                    continue
                yield Finding(kind="lock", file=site.name(file), what=what, do=AGAIN)


def missing_files(site: BuiltSite) -> Iterator[Finding]:
    """Look for what neither reader, kernel nor application starts without."""
    if not site.of(".html"):
        yield Finding(
            kind="missing",
            file=".",
            what="holds no page at all",
            do="name the folder of a built site (.spec14/site, docs/_build/html, _output)",
        )
    elif not (site.root / "index.html").is_file():
        below = [name for page in site.of("index.html") if (name := site.name(page.parent))]
        nearest = min(below, key=lambda name: (name.count("/"), name), default="")
        yield Finding(
            kind="missing",
            severity="warning",
            file="index.html",
            what="is not there: the site has no first page",
            do=f"name the folder that holds it{f' ({nearest}?)' if nearest else ''}",
        )
    if not site.lites:
        yield Finding(
            kind="missing",
            severity="warning",
            file="jupyter-lite.json",
            what="is not there: the site has no JupyterLite, and nothing can be tried",
            do="name the folder of the whole site, or build it with spec14 docs",
        )
    for lite in site.lites:
        yield from _missing_of(site, lite)


def _missing_of(site: BuiltSite, lite: LiteSite) -> Iterator[Finding]:
    folder = lite.runtime
    for names in STARTED_WITH if folder is not None else ():
        if folder is not None and not any((folder / name).is_file() for name in names):
            yield Finding(
                kind="missing",
                file=site.name(folder / names[0]),
                what="is not there, and the kernel does not start without it",
                do="copy the whole folder of the runtime into the site",
            )
    worker = lite.folder / "service-worker.js"
    if not worker.is_file():
        yield Finding(
            kind="missing",
            file=site.name(worker),
            what="is not there: without isolation headers notebooks see no files",
            do="build JupyterLite with its service worker",
        )


def two_runtimes(site: BuiltSite) -> Iterator[Finding]:
    """Look for a runtime that a reader of two pages would load twice."""
    known: dict[str, Path] = {}
    for file in (one for one in site.files if one.name == WASM):
        digest = file_sha256(file)
        if (other := known.setdefault(digest, file)) is not file:
            yield Finding(
                kind="two-runtimes",
                file=site.name(file),
                what=f"is also in {site.name(other)}: {file.stat().st_size / 1e6:.0f} MB twice",
                do="let both use one folder (spec14 deploy shares it among versions)",
            )
    for lite in site.lites:
        inside = [
            file for file in site.files if file.name == WASM and file.is_relative_to(lite.folder)
        ]
        if len(inside) > 1 and len({file_sha256(file) for file in inside}) > 1:
            places = ", ".join(site.name(file.parent) for file in inside)
            yield Finding(
                kind="two-runtimes",
                file=site.name(lite.folder),
                what=f"holds {len(inside)} runtimes: {places}",
                do="leave out the one that no kernel names",
            )


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, Path):
        try:
            value = json.loads(value.read_text("utf-8"))
        except OSError, ValueError:
            return {}  # toolkit.check.origins.unreadable says so
    return value if isinstance(value, dict) else {}
