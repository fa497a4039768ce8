"""What the package indexes have: asked through their own clients, pip and npm.

No host name stands here. A wheel is read, never imported; an archive's checksum is the index's
own, which its client has compared.
"""

import ast
import base64
import hashlib
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from toolkit.disk import require_room
from toolkit.errors import CrossEnvFailed, IndexFailed
from toolkit.runtime.distribution import read_runtime
from toolkit.upkeep.candidates import KERNEL, PYODIDE, Kernel, Release
from toolkit.upkeep.clients import SEE_INDEX, SEE_NPM, last, npm, parsed, pip

CONSTANTS: Final = "jupyterlite_pyodide_kernel/constants.py"
"""Names the Pyodide that the kernel is made for (jupyterlite-pyodide-kernel 0.8.6)."""
OF_RUNTIME: Final = ("package/package.json", "package/pyodide-lock.json")
"""What is read of the npm package (314.0.6)."""
MEMBER_SIZE: Final = 16 << 20
"""Bytes that a text file in an archive may have."""


@dataclass(frozen=True, kw_only=True)
class Registries:
    """The package indexes, asked once for each thing.

    Attributes
    ----------
    folder
        Where archives are put.
    """

    folder: Path
    _known: list[str] = field(default_factory=list)
    _kernels: dict[str, Kernel] = field(default_factory=dict)
    _releases: dict[str, Release | None] = field(default_factory=dict)

    def kernel(self, version: str) -> Kernel:
        """Give a version of the kernel package, read off its wheel.

        Raises
        ------
        IndexFailed
            When it cannot be had, or does not say which Pyodide it is for.
        """
        if version not in self._kernels:
            target = self.folder / "kernel" / version
            wanted = f"{KERNEL}=={version}"
            done = pip(
                "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", target, wanted
            )
            wheels = sorted(target.glob("*.whl"))
            if done.code != 0 or len(wheels) != 1:
                require_room(done.output, target)
                msg = f"{wanted} cannot be had: {last(done)}"
                raise IndexFailed(msg, do=SEE_INDEX, detail=done.tail(8))
            self._kernels[version] = read_kernel(wheels[0], version)
        return self._kernels[version]

    def release(self, version: str) -> Release | None:
        """Give a version of the npm package ``pyodide``; ``None`` when there is none.

        Raises
        ------
        IndexFailed
            When npm's registry does not answer, or what it gives is not a runtime.
        """
        if version not in self._releases:
            if not self._known:
                self._known.extend(self.pyodides())
            known = version in self._known
            self._releases[version] = self._fetched(version) if known else None
        return self._releases[version]

    def pyodides(self) -> list[str]:
        """Give the versions of the npm package ``pyodide``, newest first, no previews."""
        done = npm("view", PYODIDE, "versions", "--json")
        found = parsed(done, PYODIDE) if done.code == 0 else None
        # Of one version npm gives a string.
        several = [found] if isinstance(found, str) else found
        if not isinstance(several, list):
            msg = f"npm gives no versions of {PYODIDE}: {last(done)}"
            raise IndexFailed(msg, do=SEE_NPM, detail=done.tail(8))
        return sorted(filter(_is_final, several), key=Version, reverse=True)

    def _fetched(self, version: str) -> Release:
        target = self.folder / "pyodide" / version
        target.mkdir(parents=True, exist_ok=True)
        done = npm("pack", f"{PYODIDE}@{version}", "--pack-destination", str(target))
        archives = sorted(target.glob("*.tgz"))
        if done.code != 0 or len(archives) != 1:
            require_room(done.output, target)
            msg = f"npm does not give {PYODIDE} {version}: {last(done)}"
            raise IndexFailed(msg, do=SEE_NPM, detail=done.tail(8))
        return read_release(archives[0])


def read_kernel(wheel: Path, version: str) -> Kernel:
    """Read the constants of a kernel's wheel without importing it.

    Raises
    ------
    IndexFailed
        When they are not there.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            info = archive.getinfo(CONSTANTS)
            if info.file_size > MEMBER_SIZE:
                raise ValueError(f"{info.file_size} bytes")  # noqa: TRY301 - the same words
            found = constants(archive.read(info).decode("utf-8"))
        return Kernel(
            version=version,
            pyodide=found["PYODIDE_VERSION"],
            python=found.get("PYODIDE_PYTHON_VERSION"),
        )
    except (OSError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile) as error:
        msg = f"{wheel.name} does not say which Pyodide it is for ({CONSTANTS}: {error})"
        raise IndexFailed(
            msg, do="see how that version names it (docs/new-runtime.md), or --kernel an older one"
        ) from error


def constants(source: str) -> dict[str, str]:
    """Give the strings that are assigned to names at the top of a module."""
    found = {}
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                found[name] = text
    return found


def integrity_of(archive: Path) -> str:
    """Give what npm calls the integrity of an archive (Subresource Integrity, SHA-512)."""
    with archive.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    return f"sha512-{base64.b64encode(digest).decode()}"


def read_release(archive: Path) -> Release:
    """Read what an archive of the npm package says of itself.

    Raises
    ------
    IndexFailed
        When it is not a Pyodide runtime.
    """
    folder = archive.parent
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for name in OF_RUNTIME:
                member = tar.getmember(name)
                content = tar.extractfile(member)
                if content is None or member.size > MEMBER_SIZE:
                    raise ValueError(name)  # noqa: TRY301 - the same words for every reason
                (folder / name.rpartition("/")[2]).write_bytes(content.read())
        runtime = read_runtime(folder)
        lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
        packages: dict[str, str] = {
            canonicalize_name(one["name"]): str(one["version"]) for one in lock["packages"].values()
        }
    except (OSError, KeyError, ValueError, tarfile.TarError, CrossEnvFailed) as error:
        msg = f"{archive.name} is not a Pyodide runtime ({error})"
        raise IndexFailed(
            msg, do="see what has changed in it (docs/new-runtime.md), or --kernel an older one"
        ) from error
    return Release(runtime=runtime, integrity=integrity_of(archive), packages=packages)


def locked_package(folder: Path) -> str:
    """Let npm write the lock for a folder's ``package.json``, and give it.

    The addresses of archives are left out: no registry's host may stand in it.

    Raises
    ------
    IndexFailed
        When npm cannot.
    """
    flags = ("--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts")
    done = npm("install", *flags, "--no-audit", "--no-fund", cwd=folder)
    if done.code != 0:
        require_room(done.output, folder)
        msg = f"npm cannot lock images/npm/package.json: {last(done)}"
        raise IndexFailed(msg, do=SEE_NPM, detail=done.tail(12))
    return (folder / "package-lock.json").read_text("utf-8")


def _is_final(version: object) -> bool:
    try:
        return not Version(str(version)).is_prerelease
    except InvalidVersion:
        return False
