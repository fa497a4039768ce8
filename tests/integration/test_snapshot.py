"""The memory snapshot of a kernel, with real Node: its bytes, its files, its gate, its absence."""

import ast
import contextlib
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.artefacts import make_wheel
from tests.integration.conftest import ROOT, Spec14, copy_project
from toolkit.archive import file_sha256
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.files import METADATA, unpacked
from toolkit.lite.snapshot.gate.compare import Cell, Shown, difference
from toolkit.lite.snapshot.gate.node import compare_in_node, shown_in_node
from toolkit.lite.snapshot.heap import INSIDE, RESTORED, make_heap
from toolkit.lite.snapshot.manifest import MANIFEST, faults
from toolkit.lite.snapshot.site import Snapshots
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.wheels.index import Wheelhouse

PYODIDE: Final = Path("lite/static/pyodide")
CANARY: Final = "qzCanary7391"
"""In every name and text that must not be published."""

MAKE: Final = """
import sys
from pathlib import Path
from toolkit.lite.kernel import kernel_wheels
from toolkit.lite.snapshot.heap import make_heap
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse

heap = make_heap(read_runtime(RUNTIME), kernel_wheels(Wheelhouse().kernel))
for name in ("start", "content", "files"):
    Path(sys.argv[1], name).write_bytes(getattr(heap, name))
"""


@pytest.fixture(scope="module")
def runtime(toolchain: Path) -> Runtime:
    del toolchain
    return read_runtime(RUNTIME)


@pytest.fixture(scope="module")
def kernel(toolchain: Path) -> tuple[Path, ...]:
    del toolchain
    return kernel_wheels(Wheelhouse().kernel)


def planted(folder: Path) -> dict[str, str]:
    """Make a home and a working folder full of canaries; give an environment of such."""
    home, work = folder / f"{CANARY}-home", folder / f"{CANARY}-work"
    for place in (home, work, home / ".config" / "pip"):
        place.mkdir(parents=True)
    pip = f"[global]\ntrusted-host = {CANARY}.invalid\n# {CANARY}\n"
    (home / ".config" / "pip" / "pip.conf").write_text(pip)
    (folder / "pip.conf").write_text(pip)
    for place in (home, work):
        for name in ("notes.txt", ".netrc", ".env", f"{CANARY}.py", "usercustomize.json"):
            (place / name).write_text(f"token = {CANARY}\n")
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PIP_CONFIG_FILE": str(folder / "pip.conf"),
        "PIP_TRUSTED_HOST": f"{CANARY}.invalid",
        "API_TOKEN": f"{CANARY}-token",
        "PYTHON_SECRET": CANARY,
        "HOSTNAME": f"{CANARY}.example",
        "USER": CANARY,
        "LOGNAME": CANARY,
        "NODE_ENV": CANARY,
    }


@pytest.fixture(scope="module")
def heaps(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """Make the heap three times, in processes that have nothing in common."""
    del toolchain
    top = tmp_path_factory.mktemp("heaps")
    canaries = planted(top)
    temporary = top / "elsewhere" / "temporary"
    temporary.mkdir(parents=True)
    cases: list[tuple[Path, dict[str, str]]] = [
        (top, {"PYTHONHASHSEED": "1"}),
        (top / f"{CANARY}-work", {**canaries, "TZ": "Asia/Tokyo", "LANG": "de_DE.UTF-8"}),
        (
            temporary,
            {
                "TZ": "America/New_York",
                "LC_ALL": "C",
                "TMPDIR": str(temporary),
                "PYTHONOPTIMIZE": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPYCACHEPREFIX": str(top / "cache"),
                "NODE_OPTIONS": "--no-warnings",
                "SOURCE_DATE_EPOCH": "1",
            },
        ),
    ]

    def make(number: int) -> dict[str, bytes]:
        cwd, env = cases[number]
        out = top / f"made-{number}"
        out.mkdir()
        base = {"PATH": os.environ["PATH"], "SPEC14_HOME": os.environ["SPEC14_HOME"]}
        done = subprocess.run(
            [sys.executable, "-c", MAKE, out],
            cwd=cwd,
            env={**base, "PYTHONPATH": str(ROOT), **env},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return {file.name: file.read_bytes() for file in out.iterdir()}

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(make, range(len(cases))))


@pytest.mark.parametrize("part", ["start", "content", "files"])
def test_heaps_are_the_same_bytes_whoever_made_them(
    heaps: list[dict[str, bytes]], part: str
) -> None:
    one, *others = (heap[part] for heap in heaps)
    assert len(one) > 500
    for other in others:
        differ = [at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
        assert (len(other), differ[:5]) == (len(one), [])


def traces(content: bytes) -> list[str]:
    """Give the encodings in which a canary stands in something."""
    codings = ("utf-8", "utf-16-le", "utf-32-le")
    return [coding for coding in codings if CANARY.encode(coding) in content]


def test_nothing_of_the_machine_is_in_a_heap(heaps: list[dict[str, bytes]]) -> None:
    assert traces(CANARY.encode("utf-32-le")) == ["utf-32-le"]
    for heap in heaps:
        assert {name: traces(content) for name, content in heap.items() if traces(content)} == {}


@pytest.fixture(scope="module")
def published(documented: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a whole site where canaries are everywhere; give the project."""
    top = tmp_path_factory.mktemp("published")
    env = planted(top)
    project = copy_project("pure", top / "pure")
    before = Path.cwd()
    os.chdir(top / f"{CANARY}-work")
    try:
        done = documented("docs", "--project", project, env=env, timeout=560)
    finally:
        os.chdir(before)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_nothing_of_the_machine_is_in_a_site(published: Path) -> None:
    site = published / ".spec14" / "site"
    manifest = json.loads((site / PYODIDE / MANIFEST).read_text("utf-8"))
    assert manifest["reason"] == ""
    assert list(faults(site / PYODIDE / MANIFEST)) == []
    inflated = 0
    for file in filter(Path.is_file, site.rglob("*")):
        content = file.read_bytes()
        assert traces(content) == [], file
        with contextlib.suppress(gzip.BadGzipFile):
            assert traces(gzip.decompress(content)) == [], file
            inflated += 1
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                for name in archive.namelist():
                    assert traces(archive.read(name)) == [], (file, name)
    assert inflated >= len(list((site / PYODIDE).glob("*.snapshot"))) > 2


def test_without_the_setting_kernels_start_in_the_ordinary_way(
    published: Path, documented: Spec14
) -> None:
    config = published / "pyproject.toml"
    before = config.read_text("utf-8")
    config.write_text(f"{before}\n[tool.spec14.docs]\nsnapshot = false\n", "utf-8")
    done = documented("docs", "--project", published, timeout=560)
    config.write_text(before, "utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = published / ".spec14" / "site" / PYODIDE
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    assert manifest == {"schema": 1, "reason": "the site was built without one"}
    assert list(folder.glob("*.snapshot")) == []


PROBE: Final = """
import sys
from pyodide.code import run_js

_attempts = {attempts!r}
for _name, _code in _attempts.items():
    _said = run_js(
        "(() => {{ try {{ const found = (() => {{ return " + _code + " }})();"
        " found?.catch?.(() => {{}}); found?.on?.('error', () => {{}});"
        " return 'done' }} catch (error) {{ return 'refused: ' + error.message }} }})()"
    )
    sys.modules[f"probe {{_name}}: {{_said}}"] = sys
"""


def attempts(port: int, file: Path) -> dict[str, str]:
    """Give ways out of a process, as JavaScript; all of them can be seen from outside."""
    module = "globalThis.process.getBuiltinModule('node:{}')".format
    dns = module("dns")
    there = f"'http://127.0.0.1:{port}/'"
    servers = f"setServers(['127.0.0.1:{port}'])"
    resolver = f"(() => {{ const r = new ({dns}.Resolver)(); r.{servers}; return r }})()"
    promised = resolver.replace(".Resolver", ".promises.Resolver")
    node = "globalThis.process.execPath"
    return {
        "fetch": f"fetch({there})",
        "xhr": f"new XMLHttpRequest().open('GET', {there}, false)",
        "net": f"{module('net')}.connect({port}, '127.0.0.1')",
        "socket": f"new ({module('net')}.Socket)().connect({port}, '127.0.0.1')",
        "http": f"{module('http')}.get({there})",
        "https": f"{module('https')}.get('https://127.0.0.1:{port}/')",
        "http2": f"{module('http2')}.connect({there})",
        "tls": f"{module('tls')}.connect({port}, '127.0.0.1')",
        "udp": f"{module('dgram')}.createSocket('udp4').send('x', {port}, '127.0.0.1')",
        "lookup": f"{dns}.lookup('localhost', () => {{}})",
        "lookup promise": f"{dns}.promises.lookup('localhost')",
        "resolve": f"{dns}.{servers} ?? {dns}.resolve4('a.example', () => {{}})",
        "resolver": f"{resolver}.resolve4('b.example', () => {{}})",
        "resolver promise": f"{promised}.resolve4('c.example')",
        "child": f"{module('child_process')}.spawnSync({node}, ['--version'])",
        "fork": f"{module('child_process')}.fork('/dev/null')",
        "thread": f"new ({module('worker_threads')}.Worker)('1', {{ eval: true }})",
        "read": f"{module('fs')}.readFileSync({json.dumps(str(file))})",
        "write": f"{module('fs')}.writeFileSync({json.dumps(str(file))}, 'x')",
        "list": f"{module('fs')}.readdirSync('/etc')",
        "binding": "globalThis.process.binding('tcp_wrap').TCP.name",
        "websocket": f"new WebSocket('ws://127.0.0.1:{port}/').send('x')",
        "inspector": f"{module('inspector')}.open({port + 1})",
        "addon": f"globalThis.process.dlopen({{ exports: {{}} }}, {json.dumps(str(file))})",
    }


@dataclass(kw_only=True)
class Server:
    """What has come to a port of this machine."""

    port: int
    came: list[str]


@pytest.fixture
def server() -> Iterator[Server]:
    """Listen for connections and for datagrams, on one port."""
    with (
        socket.create_server(("127.0.0.1", 0)) as stream,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        found = Server(port=stream.getsockname()[1], came=[])
        datagrams.bind(("127.0.0.1", found.port))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    stream.accept()[0].close()
                    found.came.append("a connection")

        def receive() -> None:
            with contextlib.suppress(OSError):
                while True:
                    found.came.append(f"a datagram: {datagrams.recv(99)!r}")

        for listen in (accept, receive):
            threading.Thread(target=listen, daemon=True).start()
        yield found
        stream.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            datagrams.shutdown(socket.SHUT_RDWR)


def rewritten(wheel: Path, folder: Path, name: str, more: str) -> Path:
    """Copy a wheel, with more text at the end of one file."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / wheel.name
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(copy, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, content + more.encode() if info.filename == name else content)
    return copy


def test_what_is_imported_gets_out_of_its_process_nowhere(
    runtime: Runtime, kernel: tuple[Path, ...], server: Server, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY)
    wanted = attempts(server.port, secret)
    (comm,) = (wheel for wheel in kernel if wheel.name.startswith("comm-"))
    changed = rewritten(
        comm, tmp_path / "wheels", "comm/__init__.py", PROBE.format(attempts=wanted)
    )
    heap = make_heap(runtime, [changed, *(wheel for wheel in kernel if wheel != comm)])
    said = dict(
        module.removeprefix("probe ").split(": ", 1)
        for module in heap.modules
        if module.startswith("probe ")
    )
    assert said.keys() == wanted.keys()
    assert {name: text for name, text in said.items() if not text.startswith("refused")} == {}
    assert server.came == []
    assert secret.read_text() == CANARY
    assert traces(heap.content) == []


@dataclass(frozen=True, kw_only=True)
class Site:
    """A distribution with a snapshot.

    Attributes
    ----------
    folder
        Where it lies.
    wheels
        Those that are no part of the kernel.
    packages
        What an ordinary start loads.
    """

    folder: Path
    wheels: tuple[Path, ...]
    packages: list[str]


@pytest.fixture(scope="module")
def site(
    runtime: Runtime, kernel: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Site:
    """Give NumPy and a wheel with data beside the kernel; the gate in Node is for this tree."""
    top = tmp_path_factory.mktemp("site")
    (numpy,) = Wheelhouse().target.glob("numpy-*.whl")
    data = make_wheel(
        top / "wheels",
        "with-data",
        files={
            "with_data/__init__.py": "VALUE = 14\n",
            "with_data/template.py": "this is no {{ python }}\n",
            "with_data/empty.txt": b"",
            "with_data-1.0.data/data/share/with-data/table.csv": "1,2\n",
            "with_data-1.0.data/data/etc/with-data.conf": "on\n",
            "with_data-1.0.data/scripts/with-data": "#!python\n",
        },
    )
    distribution = Distribution(runtime=runtime, kernel=kernel, project=(numpy, data))
    said: list[str] = []
    places = (SNAPSHOTS, top / "kept")
    snapshots = Snapshots(places=places, gate=BothWays(browsers=()), say=said.append)
    made = snapshots(distribution)
    assert made.kernel.reason == "", said
    write_distribution(distribution, top / "pyodide", made)
    return Site(
        folder=top / "pyodide",
        wheels=(numpy, data),
        packages=names(distribution.wheels),
    )


LIST: Final = """
import hashlib, json, os
found = {}
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("dev", "proc")]
    folders[:] = [name for name in folders if name not in ("__pycache__", "spec14-site")]
    for name in folders:
        found[os.path.join(folder, name)] = "folder"
    for name in files:
        with open(os.path.join(folder, name), "rb") as file:
            found[os.path.join(folder, name)] = hashlib.sha256(file.read()).hexdigest()
print(json.dumps(found))
"""
COMPILED: Final = """
from importlib.machinery import SourceFileLoader
compiled, original = [], SourceFileLoader.source_to_code
def noted(self, data, path, *words, **more):
    compiled.append(path)
    return original(self, data, path, *words, **more)
SourceFileLoader.source_to_code = noted
import numpy, numpy.linalg, with_data, wcwidth, json
SourceFileLoader.source_to_code = original
print(json.dumps([compiled, with_data.VALUE, os.path.isfile(numpy.__spec__.cached)]))
"""
LOOKS: Final = (Cell(name="files", code=LIST), Cell(name="compiled", code=COMPILED))


@pytest.fixture(scope="module")
def looks(site: Site) -> list[dict[str, Any]]:
    """Give what files there are and what is compiled: after an ordinary start, from a snapshot."""

    def look(way: bool) -> dict[str, Any]:  # noqa: FBT001 - for map
        shown = shown_in_node(site.folder, site.packages, snapshot=way, cells=LOOKS)
        return {name: json.loads(texts[0][1]) for name, texts in shown["cells"].items()}

    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(look, (False, True)))


def test_files_are_those_that_pyodide_installs(
    looks: list[dict[str, Any]], site: Site, runtime: Runtime, tmp_path: Path
) -> None:
    ordinary, restored = (look["files"] for look in looks)
    assert {
        path: ordinary.get(path) for path in restored if restored[path] != ordinary.get(path)
    } == {}
    assert ordinary.keys() - restored.keys() == set()
    assert ordinary["/share/with-data/table.csv"] != "folder"
    assert "/etc/with-data.conf" in ordinary
    copy = tmp_path / "one"
    for wheel in site.wheels:
        files = unpacked(wheel, runtime)
        assert len(files) > len(METADATA)
        for path, content in files.items():
            copy.write_bytes(content)
            assert ordinary[path] == file_sha256(copy), path


def test_byte_code_is_used(looks: list[dict[str, Any]]) -> None:
    (ordinary, _, _), (restored, value, cached) = (look["compiled"] for look in looks)
    assert len(ordinary) > 50
    assert restored == []
    assert (value, cached) == (14, True)


VISIT: Final = INSIDE / "spec14_visit.py"
SAME: Final = "tempfile._name_sequence = iter(['same'] * 99)"
REPAIRS: Final = {
    "chance": (RESTORED, "random.seed()", "random.seed(14)", "'random' is the same"),
    "temporary names": (
        RESTORED,
        "tempfile._name_sequence = None",
        SAME,
        "'temporary name' is the same",
    ),
    "the time zone": (RESTORED, "_renew_time_zone()", "pass", "'the clock' is"),
    "the environment": (RESTORED, "os.environ[name] = value", "pass", "'the environment' is"),
    "a variable too many": (
        RESTORED,
        "os.environ.clear()",
        "os.environ.update(TOKEN='x')",
        "'the environment' is",
    ),
    "the locale": (VISIT, "locale.setlocale(locale.LC_CTYPE, '')", "pass", "'the locale' is"),
    "the lock": (VISIT, "_renew_lock()", "pass", "'the lock' is"),
    "the path": (VISIT, "sys.path.remove('')", "break", "'the interpreter' is"),
    "the browser's name": (
        VISIT,
        "vars(sys)['_emscripten_info'] = ",
        "unused = ",
        "'the interpreter' is",
    ),
    "the home folder": (
        VISIT,
        "for path, content in _home.items()",
        "for path, content in ()",
        "'the folder' is",
    ),
    "the main module": (
        VISIT,
        "sys.modules['__main__'] = _main[0]",
        "pass",
        "'the main module' is",
    ),
}
"""A repair, what it is changed into, and what the gate says then."""

TWICE: Final = ("chance", "temporary names")
"""What only two kernels show."""


def without(site: Site, folder: Path, repair: str) -> Path:
    """Copy a distribution whose kernels make everything new but one thing."""
    script, old, new, _ = REPAIRS[repair]
    # Written by the same hand: quotes and comments of the source do not count.
    functions = [
        node
        for node in ast.parse(script.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    text = ast.unparse(ast.Module(body=list(functions), type_ignores=[]))
    (renew,) = (
        node
        for node in functions
        if node.name in ("renew", "make_new") and ast.unparse(node).count(old) == 1
    )
    changed = text.replace(ast.unparse(renew), ast.unparse(renew).replace(old, new))
    shutil.copytree(site.folder, folder, copy_function=os.link)
    restore = folder / "spec14-restore.mjs"
    content = restore.read_text("utf-8")
    here = "  const visit = py.pyimport"
    assert here in content
    code = f"exec({changed!r}, vars(__import__({script.stem!r})))"
    restore.unlink()
    restore.write_text(
        content.replace(here, f"  py.runPython({json.dumps(code)});\n{here}"), "utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def differences(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give what the gate in Node says of kernels that lack a repair each; one lacks none."""
    top = tmp_path_factory.mktemp("without")
    folders = {repair: without(site, top / repair, repair) for repair in REPAIRS}
    jobs = [
        (site.folder, False),
        (site.folder, True),
        *((folder, True) for folder in folders.values()),
        *((folders[repair], True) for repair in TWICE),
    ]

    def look(job: tuple[Path, bool]) -> Shown:
        return shown_in_node(job[0], site.packages, snapshot=job[1])

    with ThreadPoolExecutor(max_workers=2) as pool:
        ordinary, good, *shown = pool.map(look, jobs)
    again = dict(zip(TWICE, shown[len(REPAIRS) :], strict=True))
    pairs = zip(REPAIRS, shown, strict=False)
    return {repair: difference(ordinary, one, again.get(repair, good)) for repair, one in pairs}


@pytest.mark.parametrize("repair", REPAIRS)
def test_the_gate_names_what_is_not_made_new(differences: dict[str, str], repair: str) -> None:
    assert differences[repair].startswith(REPAIRS[repair][3]), differences[repair]


def test_the_gate_passes_what_is_shipped(site: Site) -> None:
    assert compare_in_node(site.folder, site.packages) == ""


def other_kernel(runtime: Runtime, kernel: Sequence[Path]) -> Distribution:
    """Give a site whose project brings a package of the kernel's, in another version."""
    (packaging,) = Wheelhouse().target.glob("packaging-*.whl")
    distribution = Distribution(runtime=runtime, kernel=tuple(kernel), project=(packaging,))
    assert packaging in distribution.of_kernel
    assert packaging.name not in {wheel.name for wheel in kernel}
    return distribution


def test_another_version_of_a_kernels_package_has_a_snapshot_of_its_own(
    runtime: Runtime, kernel: tuple[Path, ...], tmp_path: Path
) -> None:
    distribution = other_kernel(runtime, kernel)
    said: list[str] = []
    snapshots = Snapshots(
        places=(SNAPSHOTS, tmp_path / "kept"), gate=BothWays(browsers=()), say=said.append
    )
    made = snapshots(distribution)
    assert made.kernel.reason == "", made.kernel.reason
    assert (tmp_path / "kept") in made.kernel.folder.parents
    write_distribution(distribution, tmp_path / "pyodide", made)
    assert list(faults(tmp_path / "pyodide" / MANIFEST)) == []
    manifest = json.loads((tmp_path / "pyodide" / MANIFEST).read_text("utf-8"))
    (packaging,) = distribution.project
    assert manifest["wheels"]["packaging"] == file_sha256(packaging)
    said.clear()
    assert snapshots(distribution).kernel == made.kernel
    assert said == []


def test_without_a_browser_a_site_is_built_without_one(
    runtime: Runtime,
    kernel: tuple[Path, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    node = shutil.which("node")
    assert node is not None
    (programs / "node").symlink_to(node)
    monkeypatch.setenv("PATH", str(programs))
    distribution = other_kernel(runtime, kernel)
    said: list[str] = []
    kept = tmp_path / "kept"
    made = Snapshots(places=(SNAPSHOTS, kept), gate=BothWays(), say=said.append)(distribution)
    reason = "it could not be compared: there is no chromium and no firefox on this machine"
    assert made.kernel.reason == reason
    assert said == [f"kernels start without a memory snapshot: {reason}"]
    assert not kept.exists() or not list(kept.rglob("*.json"))
    write_distribution(distribution, tmp_path / "pyodide", made)
    manifest = json.loads((tmp_path / "pyodide" / MANIFEST).read_text("utf-8"))
    assert manifest == {"schema": 1, "reason": reason}
    assert list((tmp_path / "pyodide").glob("*.snapshot")) == []
