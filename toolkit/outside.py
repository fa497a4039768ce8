"""What documentation needs of the image, on a machine that has none: Read the Docs, a laptop.

``pip install spec14-toolkit[docs]`` brings no runtime. The npm package ``pyodide`` is had by npm
and held against the integrity in the pins, the wheels of the kernel by pip and their hashes, and
the environment for the target is assembled from them as in the image (``Dockerfile``). There is
no compiler for the target, and none of the wheels that the image compiles: what a site needs of
those comes from the places that ``SPEC14_WHEELHOUSE`` names.
"""

import base64
import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from filelock import FileLock

from toolkit.archive import require_sha256, unpack_sdist
from toolkit.cache import key_of, read_record, write_record
from toolkit.crossenv.fetch import Limits, fetch
from toolkit.crossenv.install import install, installed_root
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import CrossEnvFailed, LockFailed, RequirementsFailed, Untrusted, UpstreamFailed
from toolkit.pins import FILES, IMAGE, OUTSIDE, RUNTIME, WHEELHOUSE, fingerprint, read_pins
from toolkit.process import find_tool, run
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.place import CHECKSUM, FILE_NAME

VARIABLE: Final = "SPEC14_WHEELHOUSE"
"""Folders with wheels for the runtime, or URL#sha256=HEX of single ones, with spaces between."""
RUNTIME_VARIABLE: Final = "SPEC14_RUNTIME"
"""Folder of the npm package ``pyodide``, for machines without npm or its registry."""
RECORD: Final = "home.json"
XBUILDENV: Final = IMAGE / "xbuildenv"
SEEDS: Final = ("micropip", "packaging")
"""What every environment of the target has (``toolkit.crossenv.__main__``)."""
LARGEST: Final = 512 << 20
LIMITS: Final = Limits(silence=30.0, total=1800.0)

type Say = Callable[[str], None]


def prepare(*, offline: bool, say: Say) -> None:
    """Bring what is missing, once for each version of ours; nothing in the image or a checkout.

    Parameters
    ----------
    offline
        Whether nothing may be fetched.
    say
        Told what takes long.

    Raises
    ------
    ToolMissing
        Without Node and npm.
    LockFailed
        When it would have to be fetched, and this run is offline.
    UpstreamFailed, RequirementsFailed, Untrusted
        When something cannot be had, or is another file than the pinned one.
    CrossEnvFailed
        When the environment for the target cannot be assembled.
    """
    if not OUTSIDE:
        return
    _use()
    beside = os.environ.get(VARIABLE, "").split()
    given = os.environ.get(RUNTIME_VARIABLE, "")
    key = key_of(fingerprint(), sys.version_info[:3], beside, given)
    IMAGE.mkdir(parents=True, exist_ok=True)
    with FileLock(IMAGE.with_suffix(".lock")):
        if read_record(IMAGE / RECORD).get("key") == key:
            return
        if offline:
            msg = f"the runtime was never fetched to {IMAGE}, and this run is offline"
            raise LockFailed(msg, do="run once without --offline")
        find_tool("node", do="install Node 20 or later")
        shutil.rmtree(IMAGE)
        IMAGE.mkdir()
        with full_disk_is_an_error(IMAGE):
            _bring_runtime(given, say)
            _fill(beside, say)
            write_record(IMAGE / RECORD, {"key": key})


def _use() -> None:
    """Let the programs that are started find what is here (ENV in the ``Dockerfile``)."""
    os.environ["PATH"] = f"{sys.prefix}/bin{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["PYODIDE_XBUILDENV_PATH"] = str(XBUILDENV)
    os.environ["PYODIDE_ROOT"] = str(installed_root(XBUILDENV) / "pyodide-root")
    os.environ["PYODIDE_SKIP_EMSCRIPTEN_INSTALL"] = "1"
    os.environ["SKIP_EMSCRIPTEN_VERSION_CHECK"] = "1"


def _bring_runtime(given: str, say: Say) -> None:
    pins = read_pins().runtime
    if not given:
        say(f"fetching Pyodide {pins['pyodide']} with npm to {IMAGE}")
        _fetch_runtime(pins["pyodide"], pins["npm-integrity"])
        return
    found = read_runtime(Path(given))
    if found.version != pins["pyodide"]:
        msg = f"{given} is Pyodide {found.version}, and {pins['pyodide']} is needed"
        raise CrossEnvFailed(msg, do=f"name the folder of npm's pyodide@{pins['pyodide']}")
    say(f"taking Pyodide {found.version} from {given}, whose checksum nobody has seen")
    shutil.copytree(given, RUNTIME)


def _fill(beside: Sequence[str], say: Say) -> None:
    """Bring wheels, and assemble the environment around the runtime that is there."""
    say("fetching the kernel's wheels")
    runtime = read_runtime(RUNTIME)
    minor = runtime.python_minor
    abi = f"cp{minor.replace('.', '')}"
    python = ("--python-version", minor, "--implementation", "cp", "--abi", abi)
    target = ("--platform", runtime.platform_tag, *python)
    _fetch_wheels("kernel", ())
    _fetch_wheels("target", target)
    (WHEELHOUSE / "native").mkdir()
    for word in beside:
        say(f"fetching {word.partition('#')[0]}")
        _take(word, WHEELHOUSE / "target")
    say("assembling the environment for WebAssembly")
    seeds = [wheel for name in SEEDS for wheel in (WHEELHOUSE / "target").glob(f"{name}-*.whl")]
    include = Path(str(sysconfig.get_config_var("INCLUDEPY"))).parent
    install(RUNTIME, XBUILDENV, wheels=seeds, cross={}, include=include)


def _fetch_runtime(version: str, integrity: str) -> None:
    """Fetch the npm package: its registry is npm's business, its content is pinned here."""
    folder = IMAGE / "npm"
    folder.mkdir()
    npm = find_tool(
        "npm", do=f"install npm, or name the folder of its package pyodide in {RUNTIME_VARIABLE}"
    )
    words: list[str | Path] = [npm, "pack", f"pyodide@{version}", "--ignore-scripts"]
    done = run([*words, "--pack-destination", folder], cwd=folder)
    archives = sorted(folder.glob("*.tgz"))
    if done.code != 0 or len(archives) != 1:
        msg = f"npm cannot fetch pyodide {version}"
        raise UpstreamFailed(msg, do="see that npm reaches its registry", detail=done.tail())
    with archives[0].open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    if (found := f"sha512-{base64.b64encode(digest).decode()}") != integrity:
        msg = f"pyodide {version} of npm's registry has integrity {found}, not {integrity}"
        raise Untrusted(msg, do="use another registry (npm's configuration)")
    unpack_sdist(archives[0], folder / "unpacked").rename(RUNTIME)
    shutil.rmtree(folder)


def _fetch_wheels(name: str, target: Sequence[str]) -> None:
    """Fetch the wheels of a list by their hashes, as the image's build does."""
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    words += ["--require-hashes", "--no-deps", "--only-binary", ":all:", *target]
    words += ["--requirement", str(FILES / "requirements" / f"{name}.txt")]
    done = run([*words, "--dest", str(WHEELHOUSE / name)], cwd=IMAGE)
    if done.code != 0:
        msg = f"the wheels of {name}.txt cannot be had"
        do = "see that pip reaches the package index"
        raise RequirementsFailed(msg, do=do, detail=done.tail())


def _take(word: str, folder: Path) -> None:
    """Copy or fetch the wheels that a word names.

    Raises
    ------
    RequirementsFailed
        When it names none, or an address without a checksum.
    Untrusted, UpstreamFailed
        When a file is another one, or cannot be had.
    """
    address, _, fragment = word.partition("#")
    parts = urlsplit(address)
    if not parts.scheme:
        wheels = sorted(Path(word).glob("*.whl"))
        if not wheels:
            msg = f"{VARIABLE} names {word}, and there is no wheel in it"
            raise RequirementsFailed(msg, do="name folders with wheels, or URL#sha256=HEX")
        for wheel in wheels:
            shutil.copyfile(wheel, folder / wheel.name)
        return
    name, checksum = PurePosixPath(unquote(parts.path)).name, CHECKSUM.fullmatch(fragment)
    if checksum is None or not FILE_NAME.fullmatch(name):
        msg = f"{VARIABLE} names {address}, which is no wheel with a checksum"
        raise RequirementsFailed(msg, do="write URL#sha256=HEX")
    sha256 = checksum[1].lower()
    if parts.scheme == "file":
        file = Path(unquote(parts.path))
        if not file.is_file():
            msg = f"{VARIABLE} names {file}, which does not exist"
            raise RequirementsFailed(msg, do="name folders with wheels, or URL#sha256=HEX")
        require_sha256(file, sha256)
        shutil.copyfile(file, folder / name)
        return
    fetch(address, folder / name, sha256=sha256, size=LARGEST, limits=LIMITS, plain_http=True)
