"""Real xeus kernels for tests, as a conda channel made of wheels that PyPI carries.

They are of 2022 and 2023: conda's channels have newer ones, PyPI has none. jupyterlite-xeus 5.1.0
asks a kernel's program for things that these did not have yet; `GLUE` stands between the two.
"""

import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from filelock import FileLock

from tests.conda_channel import INDEX, PLATFORM, Package, kernel, make_channel
from toolkit.host.stages import TEST_CACHE
from toolkit.lite.application import Application, copy_application
from toolkit.lite.config import ALWAYS_APPS
from toolkit.lite.contents import add_contents
from toolkit.lite.interface import add_interface
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.prefix import Places, prepare
from toolkit.lite.xeus.site import add_xeus

WHEELS: Final = "SPEC14_TEST_WHEELS"
"""Environment variable: a folder that has the wheels; without it pip fetches them."""

NEED: Final = () if os.environ.get(WHEELS) else (pytest.mark.network,)
"""Marks of tests that use these kernels."""


@dataclass(frozen=True, kw_only=True)
class Pinned:
    """A wheel of PyPI."""

    name: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        """What it is called."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


LUA: Final = Pinned(
    name="jupyterlite-xeus-lua",
    version="0.3.3",
    sha256="ae739f641ee61f500a3afa3c38ca47412b7d1af31eafd4bbd31661f649146e4d",
)
SQLITE: Final = Pinned(
    name="jupyterlite-xeus-sqlite",
    version="0.2.1",
    sha256="18228de8718604b13b5b60016e86676dcd46705f336c2de89d79a07465cd4b50",
)
PYTHON: Final = Pinned(
    name="jupyterlite-xeus-python",
    version="1.0.0",
    sha256="0be2393d3f738ecc920c6b5ec261c83d0ff2a1d79cdf5b8167dcdb95464b7e86",
)

GLUE: Final = """
{
  const create = globalThis.createXeusModule;
  globalThis.createXeusModule = async (options) => {
    const module = await create(options);
    const { xkernel } = module;
    // It is given the words of its command line, which it does not take.
    module.xkernel = function () { return new xkernel(); };
    // Lua's is linked without these; nothing is waited for then.
    module.addRunDependency ??= () => {};
    module.removeRunDependency ??= () => module.monitorRunDependencies(0);
    // Python's start was one call, and it made a folder that is there by now.
    module.init_phase_1 = async (prefix, version) => {
      const { FS } = module;
      const { mkdir } = FS;
      FS.mkdir = (path) => FS.analyzePath(path).exists || mkdir(path);
      await module.init(prefix, version);
      FS.mkdir = mkdir;
    };
    module.init_phase_2 = () => {};
    return module;
  };
}
"""

ENTRY: Final = ",e(213)})();"
"""How the bundle of an old kernel's worker ends: its own protocol begins here."""
PROGRAM: Final = ",globalThis.createXeusModule=e(806)})();"

TARBALL: Final = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\.tar\.gz")
APART: Final = frozenset({"numpy", "xeus-python"})
"""What the kernel itself does not need, and what is put together here."""


def fetched(wheel: Pinned, folder: Path) -> Path:
    """Give a wheel: out of a folder that has it, or by pip.

    Parameters
    ----------
    wheel
        Which.
    folder
        Where pip puts it where the tests share no cache.
    """
    given = os.environ.get(WHEELS)
    shared = os.environ.get(TEST_CACHE)
    place = Path(given) if given else (Path(shared) if shared else folder) / "xeus-wheels"
    file = place / wheel.file
    if given:
        assert file.is_file(), f"{wheel.file} is not in {given}"
    else:
        _fetch(wheel, file)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == wheel.sha256, file
    return file


def _fetch(wheel: Pinned, file: Path) -> None:
    """Let pip fetch a wheel, if no other process of the tests has."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{file}.lock"):
        if not file.is_file():
            words = ("-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:")
            named = f"{wheel.name}=={wheel.version}"
            subprocess.run([sys.executable, *words, "-d", file.parent, named], check=True)


def of_2022(wheel: Path, name: str, language: str) -> Package:
    """Give a kernel whose program is inside its worker's bundle."""
    with zipfile.ZipFile(wheel) as archive:
        static = {Path(name).name: name for name in archive.namelist() if "/static/" in name}
        (bundle,) = (name for name in static if re.fullmatch(r"213\..*\.js", name))
        text = archive.read(static[bundle]).decode()
        wasm = archive.read(static["xeus_kernel.wasm"])
    assert text.count(ENTRY) == 1
    script = text.replace(ENTRY, PROGRAM) + GLUE
    files = kernel(name, language=language, script=script.encode(), wasm=wasm)
    return Package(name=f"xeus-{language}", files=files)


def of_2023(wheel: Path) -> Iterator[Package]:
    """Give xeus-python and the packages that its wheel has packed."""
    with zipfile.ZipFile(wheel) as archive:
        static = {Path(name).name: archive.read(name) for name in archive.namelist()}
    parts = list(_tarballs(static))
    files = kernel(
        "xpython",
        language="python",
        script=static["xpython_wasm.js"] + GLUE.encode(),
        wasm=static["xpython_wasm.wasm"],
    )
    (whole,) = (part for part in parts if part.name == "xeus-python")
    depends = [part.name for part in parts if part.name not in APART]
    yield Package(name=whole.name, version=whole.version, files=files, depends=depends)
    yield from (part for part in parts if part is not whole)


def _tarballs(files: Mapping[str, bytes]) -> Iterator[Package]:
    for file, content in files.items():
        if named := TARBALL.fullmatch(file):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                members = [member for member in archive.getmembers() if member.isfile()]
                inside = {member.name: _read(archive, member) for member in members}
            inside = {name: one for name, one in inside.items() if not name.startswith("conda-")}
            compiled = any(one.startswith(b"\0asm") for one in inside.values()) or not inside
            yield Package(
                name=named["name"],
                version=named["version"],
                # A package without any file is not one that rattler installs.
                files=inside or {f"share/{named['name']}/empty": b""},
                subdir=PLATFORM if compiled else "noarch",
            )


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return content.read() if content else b""


def small_channel(folder: Path) -> Path:
    """Give a channel with Lua and SQLite: kernels that start in two seconds."""

    def packages() -> list[Package]:
        lua = of_2022(fetched(LUA, folder), "xlua", "lua")
        return [lua, of_2022(fetched(SQLITE, folder), "xsqlite", "sqlite")]

    return _channel(folder, "small", packages)


def python_channel(folder: Path) -> Path:
    """Give a channel with Python 3.11.3 and NumPy 1.25.2."""
    return _channel(folder, "python", lambda: list(of_2023(fetched(PYTHON, folder))))


def _channel(folder: Path, name: str, packages: Callable[[], list[Package]]) -> Path:
    """Write a channel, once where tests share a cache: nobody may change it."""
    shared = os.environ.get(TEST_CACHE)
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    channel = (Path(shared) / f"xeus-channels-{made_by}" if shared else folder) / name
    channel.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{channel}.lock"):
        if not (channel / PLATFORM / INDEX).is_file():
            make_channel(channel, packages())
    return channel


def packed(channel: Path, packages: Sequence[str], folder: Path, *, name: str = "mine") -> Packed:
    """Solve and install an environment."""
    environment = Environment(name=name, channels=(str(channel),), packages=tuple(packages))
    channels = resolve(environment.channels, {}, root=folder)
    places = Places(lock=folder / f"{name}.lock", cache=folder / "cache")
    prefix = prepare(environment, channels, places)
    return Packed(prefix=prefix, channels=channels, packages=environment.packages)


def xeus_site(
    environments: Sequence[Packed], folder: Path, *, contents: Sequence[Path] = ()
) -> Path:
    """Build a site with these environments, and without Pyodide."""
    site = folder / "site"
    copy_application(Application(apps=ALWAYS_APPS), site, cache=folder / "lite")
    add_xeus(site, environments)
    add_interface(site)
    if contents:
        add_contents(site, contents, own={})
    return site
