"""How a site's files lie: labextensions, and names that are taken for one another."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolkit.check.findings import Finding
from toolkit.check.site import BuiltSite, LiteSite, listed

KERNELS: Final = ("@jupyterlite/pyodide-kernel-extension", "@jupyterlite/xeus", "@spec14/")
"""Labextensions that a site with a kernel needs."""


def extensions(site: BuiltSite) -> Iterator[Finding]:
    """Compare the labextensions that are there with those that are loaded."""
    for lite in site.lites:
        loaded, there = _loaded(lite), _there(lite)
        for name in sorted(loaded ^ there):
            where = "there and not loaded" if name in there else "loaded and not there"
            yield Finding(
                kind="extension",
                file=site.name(lite.folder / "extensions" / name),
                what=f"the labextension {name} is {where}",
                do="name it in federated_extensions, or remove it",
            )
        for name in sorted(loaded & there):
            if not name.startswith(KERNELS):
                folder = lite.folder / "extensions" / name
                size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
                yield Finding(
                    kind="unasked",
                    severity="warning",
                    file=site.name(folder),
                    what=f"every reader loads the labextension {name} ({size / 1e6:.1f} MB in all)",
                    do="leave it out unless notebooks need it",
                )


def clashes(site: BuiltSite) -> Iterator[Finding]:
    """Look for names that a host or a file system takes for one."""
    known: dict[str, Path] = {}
    for file in site.files:
        lower = site.name(file).lower()
        if (other := known.setdefault(lower, file)) is not file:
            yield Finding(
                kind="clash",
                file=site.name(file),
                what=f"differs from {site.name(other)} in its letters' case only",
                do="rename one: on many file systems they are the same file",
            )
    for page in site.pages:
        folder = page.with_suffix("")
        if page.name != "index.html" and (folder / "index.html").is_file():
            yield Finding(
                kind="clash",
                file=site.name(page),
                what=f"a host that leaves out '.html' may send it for {site.name(folder)}/",
                do="rename the page or the folder",
            )


def _loaded(lite: LiteSite) -> set[str]:
    entries = listed(lite.config.get("federated_extensions"))
    return {str(one["name"]) for one in entries if isinstance(one, dict) and "name" in one}


def _there(lite: LiteSite) -> set[str]:
    folder = lite.folder / "extensions"
    return {
        file.parent.relative_to(folder).as_posix()
        for pattern in ("*/package.json", "@*/*/package.json")
        for file in folder.glob(pattern)
    }
