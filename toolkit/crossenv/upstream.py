"""The exact upstream pair: Pyodide's own cross-build environment and its Emscripten.

What ``pyodide xbuildenv install`` and ``pyodide xbuildenv install-emscripten`` of
pyodide-build 0.39.2 do, with everything checked before any of it is used, and nothing
left behind when something is wrong: ``python -m toolkit.crossenv.upstream``.
"""

import json
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from toolkit.crossenv.emsdk import (
    archives,
    fetch_commit,
    install_compiler,
    installed_emscripten,
)
from toolkit.crossenv.fetch import Limits, fetch, require_safe, shown
from toolkit.errors import Spec14Error, UpstreamFailed
from toolkit.pins import FILES, PINS, Pins, read_pins
from toolkit.process import run
from toolkit.toolchain import UPSTREAM, Toolchain, write_toolchain

SOURCES: Final = FILES / "sources.toml"
OVERRIDE: Final = "SPEC14_SOURCES"
"""Names a file with mirrors, laid over ours."""
METADATA_SIZE: Final = 4 << 20
ARCHIVE_SIZE: Final = 4 << 30
SELECTED: Final = "xbuildenv"
"""pyodide-build's link to the environment in use."""
PINS_DIFFER: Final = "move the pins together (nox -s update-pins)"


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where upstream publishes.

    Attributes
    ----------
    repository
        emsdk's git repository.
    builds
        The address below which compiler and Node lie.
    metadata
        The list of cross-build environments.
    """

    repository: str
    builds: str
    metadata: str


@dataclass(frozen=True, kw_only=True)
class Release:
    """One published cross-build environment."""

    url: str
    sha256: str


def read_sources(files: Sequence[Path]) -> Sources:
    """Read ``images/sources.toml`` and the files of mirrors laid over it, the last one wins.

    Raises
    ------
    UpstreamFailed
        When one cannot be read, or names an unknown key or an address that is not https.
    """
    values: dict[str, str] = {}
    for file in files:
        try:
            table = tomllib.loads(file.read_text("utf-8"))["emsdk"]
            values |= {key: require_safe(str(url)).rstrip("/") for key, url in table.items()}
        except (OSError, tomllib.TOMLDecodeError, KeyError, AttributeError) as error:
            msg = f"{file} does not name upstream's addresses ({error})"
            raise UpstreamFailed(msg, do="write them as images/sources.toml does") from error
    try:
        return Sources(**values)
    except TypeError as error:
        msg = f"{files[-1]}: [emsdk] has other keys than images/sources.toml ({error})"
        raise UpstreamFailed(msg, do="use repository, builds and metadata") from error


def find_release(metadata: str, pins: Pins) -> Release:
    """Give the archive of the pinned Pyodide out of upstream's list.

    Parameters
    ----------
    metadata
        The list, as published (``CrossBuildEnvMetaSpec`` of pyodide-build).
    pins
        What it must agree with: Pyodide, CPython, Emscripten, pyodide-build.

    Raises
    ------
    UpstreamFailed
        When the list does not have it, gives no SHA-256, or states other versions.
    """
    from pyodide_build.xbuildenv_releases import CrossBuildEnvMetaSpec  # noqa: PLC0415

    wanted = pins.runtime["pyodide"]
    try:
        releases = CrossBuildEnvMetaSpec.from_json(metadata).releases
    except Exception as error:
        # cattrs has no one error for what does not fit.
        msg = f"the list of cross-build environments cannot be read ({type(error).__name__})"
        raise UpstreamFailed(msg, do="see what its address really answers") from error
    release = releases.get(wanted)
    if release is None:
        msg = f"the list of cross-build environments does not have Pyodide {wanted}"
        raise UpstreamFailed(msg, do=f"{PINS_DIFFER}, or use a list that has it")
    if release.sha256 is None:
        msg = f"the list gives no SHA-256 for the environment of Pyodide {wanted}"
        raise UpstreamFailed(msg, do="use upstream's own list, or a mirror that keeps it whole")
    stated = {"python": release.python_version, "emscripten": release.emscripten_version}
    for name, version in stated.items():
        if version != pins.runtime[name]:
            msg = f"the list has {name} {version} for Pyodide {wanted}, not {pins.runtime[name]}"
            raise UpstreamFailed(msg, do=PINS_DIFFER)
    ours = pins.packages["pyodide-build"]
    if not release.is_compatible(pyodide_build_version=ours):
        msg = f"the environment of Pyodide {wanted} is not for pyodide-build {ours}"
        raise UpstreamFailed(msg, do=PINS_DIFFER)
    pinned = pins.upstream.get("xbuildenv-sha256", release.sha256)
    if pinned != release.sha256:
        msg = f"the list has SHA-256 {release.sha256} for Pyodide {wanted}, the pins have {pinned}"
        raise UpstreamFailed(msg, do="do not use it; ask upstream why it changed")
    return Release(url=require_safe(release.url), sha256=release.sha256)


def install_pair(
    home: Path, emsdk: Path, sources: Sources, pins: Pins, *, limits: Limits
) -> Toolchain:
    """Fetch, check and install the pair; only what is complete gets its name.

    Parameters
    ----------
    home
        Folder of pyodide-build's environments to make (``PYODIDE_XBUILDENV_PATH``).
    emsdk
        Folder to put the compiler into; the environment links to it.
    sources
        Where to fetch.
    pins
        What must come; read for ``emsdk``.
    limits
        How long each step may take.

    Raises
    ------
    UpstreamFailed
        When something cannot be had or is not what it should be. Nothing is left then.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    emsdk.parent.mkdir(parents=True, exist_ok=True)
    for place in (home, emsdk):
        if place.exists():
            raise UpstreamFailed(f"{place} exists already", do="remove it, or name another")
    version, upstream = pins.runtime["pyodide"], pins.upstream
    with tempfile.TemporaryDirectory(prefix=".upstream-", dir=home.parent) as name:
        scratch = Path(name)
        listed = scratch / "metadata.json"
        fetch(sources.metadata, listed, sha256=None, size=METADATA_SIZE, limits=limits)
        release = find_release(listed.read_text("utf-8", "replace"), pins)
        archive = scratch / "xbuildenv.tar"
        fetch(release.url, archive, sha256=release.sha256, size=ARCHIVE_SIZE, limits=limits)
        print(f"fetched {shown(release.url)}, sha256 {release.sha256}", flush=True)
        checkout, downloads = scratch / "emsdk", scratch / "downloads"
        fetch_commit(sources.repository, upstream["commit"], checkout, limits=limits)
        print(f"fetched {shown(sources.repository)} at {upstream['commit']}", flush=True)
        downloads.mkdir()
        for file, (url, sha256) in archives(upstream, sources.builds).items():
            fetch(url, downloads / file, sha256=sha256, size=ARCHIVE_SIZE, limits=limits)
            print(f"fetched {shown(url)}, sha256 {sha256}", flush=True)
        made = scratch / "home"
        _install_environment(made, version, archive, release, pins)
        wanted = pins.runtime["emscripten"]
        install_compiler(made, wanted, checkout, downloads, limits=limits)
        compiler = made / version / "emsdk"
        actual = installed_emscripten(compiler)
        if actual != wanted:
            msg = f"emsdk installed Emscripten {actual}, not {wanted}"
            raise UpstreamFailed(msg, do=PINS_DIFFER)
        _publish(made, version, home, compiler, emsdk)
    return Toolchain(
        source=UPSTREAM,
        emscripten=actual,
        pyodide=version,
        upstream={**upstream, "xbuildenv-sha256": release.sha256},
    )


def _install_environment(
    home: Path, version: str, archive: Path, release: Release, pins: Pins
) -> None:
    """``pyodide xbuildenv install VERSION``, from the checked archive."""
    checked = archive.with_name("checked.json")
    entry = {
        "version": version,
        "url": archive.as_uri(),
        "sha256": release.sha256,
        "python_version": pins.runtime["python"],
        "emscripten_version": pins.runtime["emscripten"],
    }
    checked.write_text(json.dumps({"releases": {version: entry}}), "utf-8")
    done = run(
        ["pyodide", "xbuildenv", "install", version, "--path", home],
        env={"PYODIDE_CROSS_BUILD_ENV_METADATA_URL": str(checked)},
    )
    if done.code != 0 or not (home / version / "xbuildenv" / "pyodide-root").is_dir():
        msg = f"pyodide-build does not take the environment of Pyodide {version}"
        raise UpstreamFailed(msg, do="read its message above", detail=done.tail())


def _publish(made: Path, version: str, home: Path, compiler: Path, emsdk: Path) -> None:
    """Give both their names. No link in them leads to where they were made."""
    selected = made / SELECTED
    selected.unlink()
    selected.symlink_to(version)
    compiler.rename(emsdk)
    try:
        compiler.symlink_to(Path(os.path.relpath(emsdk, home / version)))
        made.rename(home)
    except OSError:
        shutil.rmtree(emsdk)
        raise


FOLDER: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--home", type=FOLDER, required=True, help="pyodide-build's folder of environments")
@click.option("--emsdk", type=FOLDER, required=True, help="the compiler's folder")
@click.option("--record", type=FILE, required=True, help="images/toolchain.json")
@click.option("--pins", type=FILE, default=PINS, help="images/pins.toml")
@click.option("--silence", default=60.0, help="seconds without a byte")
@click.option("--total", default=3600.0, help="seconds for one download")
def main(
    *, home: Path, emsdk: Path, record: Path, pins: Path, silence: float, total: float
) -> None:
    """Install the pair that images/pins.toml names, from where images/sources.toml says."""
    override = os.environ.get(OVERRIDE)
    sources = read_sources([SOURCES, *([Path(override)] if override else [])])
    limits = Limits(silence=silence, total=total)
    made = install_pair(home, emsdk, sources, read_pins(pins, source=UPSTREAM), limits=limits)
    write_toolchain(made, record)
    click.echo(f"upstream: Pyodide {made.pyodide}, Emscripten {made.emscripten}")


if __name__ == "__main__":
    try:
        main()
    except Spec14Error as error:
        click.echo(error.detail, err=True)
        click.echo(f"error: {error.what}\n  next: {error.do}", err=True)
        sys.exit(error.exit_code)
