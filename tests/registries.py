"""The three registries, played on this machine: an index of wheels, npm, Debian's archive.

pip and uv are the real ones, on an index of files. npm and apt are programs that answer from
files, as their real ones print it (npm 12.2, apt 3.3): neither runs without its server.
"""

import hashlib
import json
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.artefacts import COMPILED, RUNTIME, make_runtime, make_wheel
from toolkit.upkeep.candidates import KERNEL
from toolkit.upkeep.registries import CONSTANTS, integrity_of
from toolkit.upkeep.tree import SETS, debian_names

NATIVE: Final = "py3-none-manylinux_2_17_x86_64"
NPM: Final = """\
import json, shutil, sys
from pathlib import Path
home = Path(__file__).parent / "npm-registry"
versions = json.loads((home / "versions.json").read_text())
match sys.argv[1:]:
    case ["view", "pyodide", "versions", "--json"]:
        print(json.dumps(sorted(versions)))
    case ["pack", wanted, "--pack-destination", folder]:
        name = wanted.replace("@", "-") + ".tgz"
        shutil.copyfile(home / name, Path(folder) / name)
        print(name)
    case ["install", "--package-lock-only", *_]:
        lock = json.loads(Path("package-lock.json").read_text())
        wanted = json.loads(Path("package.json").read_text())["dependencies"]
        lock["packages"][""]["dependencies"] = wanted
        version = wanted["pyodide"]
        entry = {"version": version, "integrity": versions[version]}
        lock["packages"]["node_modules/pyodide"] |= entry
        Path("package-lock.json").write_text(json.dumps(lock, indent=2) + "\\n")
    case words:
        raise SystemExit(f"npm does not know {words}")
"""
APT_GET: Final = """\
#!/bin/sh
case "$*" in
    *--print-uris*) echo "'http://127.0.0.1/debian/dists/forky/InRelease' x 0" ;;
esac
"""
APT_CACHE: Final = '#!/bin/sh\ncat "$(dirname "$0")/policy"\n'


@dataclass(frozen=True, kw_only=True)
class Registries:
    """Registries in a folder.

    Attributes
    ----------
    folder
        Where they are.
    """

    folder: Path

    @property
    def programs(self) -> Path:
        """The folder of npm and apt, for PATH."""
        return self.folder / "bin"

    def environment(self, path: str) -> dict[str, str]:
        """Give the variables of who asks them."""
        index = (self.folder / "index").as_uri()
        return {
            "PATH": f"{self.programs}:{Path(sys.executable).parent}:{path}",
            "PIP_INDEX_URL": index,
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_NO_CACHE_DIR": "1",
        }

    def add(
        self,
        name: str,
        version: str,
        *,
        tag: str = "py3-none-any",
        requires: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Publish a wheel."""
        folder = self.folder / "index" / canonicalize_name(name)
        made = make_wheel(folder, name, version=version, tag=tag, requires=requires, files=files)
        sums = {file.name: file for file in sorted(folder.glob("*.whl"))}
        links = "".join(
            f'<a href="{file}#sha256={hashlib.sha256(path.read_bytes()).hexdigest()}">{file}</a>\n'
            for file, path in sums.items()
        )
        assert made.name in sums
        page = f"<!DOCTYPE html><html><body>{links}</body></html>\n"
        (folder / "index.html").write_text(page)

    def add_kernel(self, version: str, pyodide: str, *, requires: Sequence[str] = ()) -> None:
        """Publish a kernel package that names a Pyodide."""
        source = f'"""Constants."""\nPYODIDE_VERSION = "{pyodide}"\n'
        self.add(KERNEL, version, requires=requires, files={CONSTANTS: source})

    def add_pyodide(
        self, version: str, packages: Mapping[str, str], facts: Mapping[str, str] = RUNTIME
    ) -> str:
        """Publish a runtime; give the integrity of its archive."""
        home = self.programs / "npm-registry"
        made = make_runtime(self.folder / "made" / version, {**facts, "pyodide": version}, packages)
        archive = home / f"pyodide-{version}.tgz"
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(made, "package")
        versions = json.loads((home / "versions.json").read_text())
        versions[version] = integrity_of(archive)
        (home / "versions.json").write_text(json.dumps(versions))
        integrity: str = versions[version]
        return integrity

    def debian(self, versions: Mapping[str, str]) -> None:
        """Say what Debian has, by the names of its packages."""
        shown = [
            f"{name}:\n  Installed: (none)\n  Candidate: {version}\n  Version table:\n"
            f"     {version} 500\n"
            for name, version in versions.items()
        ]
        (self.programs / "policy").write_text("".join(shown))


def make_registries(
    folder: Path, tree: Path, *, minor: str, debian: Mapping[str, str]
) -> Registries:
    """Play registries that have what a working tree pins, and nothing newer.

    Parameters
    ----------
    folder
        Where.
    tree
        The working tree.
    minor
        Of the Python that builds.
    debian
        Versions of Debian's programs, by our names.
    """
    made = Registries(folder=folder)
    made.programs.mkdir(parents=True)
    (made.programs / "npm-registry").mkdir()
    (made.programs / "npm-registry" / "versions.json").write_text("{}")
    _program(made.programs / "npm", f"#!{sys.executable}\n{NPM}")
    _program(made.programs / "apt-get", APT_GET)
    _program(made.programs / "apt-cache", APT_CACHE)
    names = debian_names(minor)
    made.debian({names[ours]: f"1:{version}-1" for ours, version in debian.items()})
    for name, version in sorted(published(tree)):
        if name == "contourpy":
            made.add(name, version, tag=COMPILED)
            made.add(name, version, tag=NATIVE)
        elif name != KERNEL:
            made.add(name, version)
    return made


def published(tree: Path) -> set[tuple[str, str]]:
    """Give name and version of all that the ``.in`` files of a working tree name."""
    found: set[tuple[str, str]] = set()
    for one in SETS:
        for line in (tree / "images" / "requirements" / f"{one}.in").read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                requirement = Requirement(line.split(" #")[0])
                pins = [it.version for it in requirement.specifier if it.operator == "=="]
                found.add((canonicalize_name(requirement.name), pins[0] if pins else "1.0"))
    return found


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
