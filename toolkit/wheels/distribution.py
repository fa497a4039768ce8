"""The Pyodide distribution: some 350 packages, compiled for exactly this runtime.

Names, files and SHA-256 stand in the ``pyodide-lock.json`` of the npm package; the files lie
on a host that ``images/sources.toml`` names, or on a mirror (``SPEC14_DISTRIBUTION_URL``).
They are fetched when something is made, never by the reader's browser.
"""

import http.client
import json
import os
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from toolkit.archive import require_sha256
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import RequirementsFailed
from toolkit.pins import FILES, IMAGE
from toolkit.runtime.distribution import Runtime
from toolkit.wheels.lockfile import Locked

VARIABLE: Final = "SPEC14_DISTRIBUTION_URL"
SILENCE: Final = 30.0
"""Seconds without a byte after which a connection is given up."""
PIECE: Final = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A package of the distribution.

    Attributes
    ----------
    name, version
        Of the package.
    file
        Name of its wheel.
    sha256
        Of the wheel.
    libraries
        Shared libraries that it needs besides, which lie in files of their own.
    """

    name: str
    version: str
    file: str
    sha256: str
    libraries: tuple[str, ...]

    def satisfies(self, specifiers: str) -> bool:
        """Whether its version is one of those asked for."""
        try:
            return SpecifierSet(specifiers).contains(self.version, prereleases=True)
        except InvalidSpecifier:
            return False


def read_distribution(runtime: Runtime) -> Mapping[str, Offered]:
    """Give the packages that the runtime's own lock names; unvendored test suites left out."""
    packages = json.loads((runtime.folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    libraries = {
        name for name, said in packages.items() if said["package_type"] == "shared_library"
    }
    return {
        canonicalize_name(name): Offered(
            name=canonicalize_name(said["name"]),
            version=said["version"],
            file=said["file_name"],
            sha256=said["sha256"],
            libraries=tuple(sorted(libraries.intersection(said["depends"]))),
        )
        for name, said in packages.items()
        if said["file_name"].endswith(".whl")
    }


def base_url(runtime: Runtime) -> str:
    """Give the address below which the files lie.

    Raises
    ------
    RequirementsFailed
        When none is known, or it is not one of HTTP.
    """
    url = os.environ.get(VARIABLE) or _configured().format(pyodide=runtime.version)
    if not url.startswith(("https://", "http://")):
        msg = f"{VARIABLE} is {url!r}, which is not an address of HTTP"
        raise RequirementsFailed(msg, do=f"set {VARIABLE} to the folder of the wheels on a server")
    return url if url.endswith("/") else f"{url}/"


def as_locked(offered: Offered, base: str) -> Locked:
    """Give what the lock says of a package.

    Raises
    ------
    RequirementsFailed
        When it needs shared libraries of the distribution.
    """
    if offered.libraries:
        msg = (
            f"{offered.name} of the Pyodide distribution needs {', '.join(offered.libraries)}, "
            "a shared library of its own file, which is not supported"
        )
        raise RequirementsFailed(msg, do=f"do without {offered.name}, or build it from its sdist")
    return Locked(
        name=offered.name,
        version=offered.version,
        file=offered.file,
        sha256=offered.sha256,
        origin="distribution",
        url=base + offered.file,
    )


def fetch(locked: Locked, folder: Path, *, silence: float = SILENCE) -> Path:
    """Fetch a file of the distribution into `folder` and check it.

    Parameters
    ----------
    locked
        What; its URL is where.
    folder
        Where to.
    silence
        Seconds without a byte after which it is given up.

    Raises
    ------
    RequirementsFailed
        When it is not there, ends early or stalls.
    Untrusted
        When its SHA-256 is not the one of the lock.
    """
    path = folder / locked.file
    try:
        # The scheme was checked in base_url; proxies and CA come from the environment.
        with urllib.request.urlopen(locked.url, timeout=silence) as answer:  # noqa: S310
            _receive(answer, path)
    except urllib.error.HTTPError as error:
        error.close()
        what = f"the server says {error.code} ({error.reason})"
        raise _not_fetched(locked, what) from error
    except TimeoutError as error:
        raise _not_fetched(locked, f"no answer for {silence:g} s") from error
    except urllib.error.URLError as error:
        what = f"no answer for {silence:g} s" if _timed_out(error) else str(error.reason)
        raise _not_fetched(locked, what) from error
    except (http.client.HTTPException, ConnectionError) as error:
        raise _not_fetched(locked, str(error)) from error
    require_sha256(path, locked.sha256)
    return path


def _receive(answer: http.client.HTTPResponse, path: Path) -> None:
    expected, got = answer.headers.get("Content-Length"), 0
    with full_disk_is_an_error(path), path.open("wb") as file:
        while piece := answer.read(PIECE):
            got += file.write(piece)
    if expected is not None and got != int(expected):
        msg = f"it ended after {got} of {expected} bytes"
        raise ConnectionError(msg)


def _timed_out(error: urllib.error.URLError) -> bool:
    return isinstance(error.reason, TimeoutError)


def _not_fetched(locked: Locked, what: str) -> RequirementsFailed:
    msg = f"{locked.file} of the Pyodide distribution cannot be fetched: {what}"
    return RequirementsFailed(
        msg, do=f"see that its host can be reached, or set {VARIABLE} to a mirror"
    )


def _configured() -> str:
    for folder in (IMAGE / "images", FILES):
        file = folder / "sources.toml"
        if file.is_file():
            table = tomllib.loads(file.read_text("utf-8"))
            if url := table.get("distribution", {}).get("url"):
                return str(url)
    msg = "images/sources.toml names no host of the Pyodide distribution"
    raise RequirementsFailed(msg, do=f"set {VARIABLE} to the folder of its wheels on a server")
