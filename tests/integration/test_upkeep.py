"""``nox -s update-pins`` from the host's side: real pip and uv, an engine that writes down.

What the engine starts in a container is started here, on the registries of tests/registries.py.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.registries import NATIVE, Registries, make_registries
from toolkit.pins import read_pins
from toolkit.upkeep.candidates import KERNEL
from toolkit.upkeep.tree import PINS, disagreements, read_tree

ROOT: Final = Path(__file__).resolve().parents[2]
COPIED: Final = ("images", "toolkit", "Dockerfile", "CHANGELOG.md", "compose.yaml")
ENGINE: Final = """\
#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
    version*) echo 28.1 ;;
    "compose version"*) echo 2.40.0 ;;
    *" build toolkit")
        [ ! -e "$LOG.waits" ] || { : >"$LOG.begun"; exec sleep 60; }
        [ ! -e "$LOG.meanwhile" ] || echo '# mine' >>"$ROOT/Dockerfile"
        [ ! -e "$LOG.no-build" ] || { echo 'smoke: it does not load'; exit 17; } ;;
    *" cat /opt/spec14/images/debian.lock") cat "$LOG.debian" ;;
    *" run "*" nox -s corpus")
        echo "of the new set" >>"$ROOT/docs/corpus.md"
        [ ! -e "$LOG.no-corpus" ] || exit 1 ;;
    *" run "*" python -m toolkit.upkeep")
        mkdir -p "$ROOT/.spec14/upkeep"
        cp -r "$LOG.proposal" "$ROOT/.spec14/upkeep/proposal" ;;
    *" run "*)
        while [ "$1" != python ]; do shift; done
        cd "$ROOT" && exec "$@" ;;
esac
"""
START: Final = """\
import sys
from pathlib import Path
from toolkit.host.moving import update_pins
from toolkit.host.report import exit_codes, exit_with
with exit_codes():
    exit_with(update_pins(Path.cwd(), sys.argv[1:]))
"""
NEW: Final = "99.0"
"""Of the kernel and what it needs, in the newer set."""
DEBIAN: Final = read_tree(ROOT).debian


@dataclass(frozen=True, kw_only=True)
class World:
    """A checkout, the registries, an engine.

    Attributes
    ----------
    folder
        Where they are.
    registries
        The registries.
    """

    folder: Path
    registries: Registries

    @property
    def tree(self) -> Path:
        return self.folder / "tree"

    def mark(self, name: str, text: str = "") -> None:
        (self.folder / f"log.{name}").write_text(text)

    def asked(self) -> str:
        return (self.folder / "log").read_text()

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **self.registries.environment("/usr/bin:/bin"),
            "LOG": str(self.folder / "log"),
            "ROOT": str(self.tree),
            "PYTHONPATH": str(self.tree),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SPEC14_IMAGE": "",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", START, *words],
            cwd=self.tree,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def update(self, *words: str) -> tuple[int, str]:
        with self.start(*words) as started:
            output, _ = started.communicate(timeout=120)
        return started.returncode, output

    def unfinished(self) -> bool:
        return (self.tree / ".spec14" / "upkeep" / "before").exists()

    def files(self) -> dict[str, str]:
        paths = [path for path in self.tree.rglob("*") if path.is_file()]
        return {
            str(path.relative_to(self.tree)): path.read_text("utf-8", "replace")
            for path in paths
            if not {"toolkit", ".spec14"} & set(path.relative_to(self.tree).parts)
        }


def publish_newer_set(registries: Registries, pyodide: str) -> None:
    """Publish a newer kernel that needs a newer core, and a newer Sphinx, which stands alone."""
    registries.add("jupyterlite-core", NEW)
    registries.add_kernel(NEW, pyodide, requires=[f"jupyterlite-core>={NEW}"])
    registries.add("sphinx", NEW)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a checkout whose pins are all there is, once."""
    folder = tmp_path_factory.mktemp("plain")
    tree = folder / "tree"
    ignored = shutil.ignore_patterns("__pycache__", "ca.pem", "pip.conf", "npmrc", "apt-mirror")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=ignored)
        else:
            shutil.copyfile(ROOT / name, tree / name)
    (tree / "docs").mkdir()
    (tree / "docs" / "corpus.md").write_text("# Corpus\n")
    pins = read_pins()
    registries = make_registries(
        folder / "registries", tree, minor=pins.python_minor, debian=DEBIAN
    )
    core = pins.packages["jupyterlite-core"]
    registries.add_kernel(
        pins.packages[KERNEL], pins.runtime["pyodide"], requires=[f"jupyterlite-core=={core}"]
    )
    integrity = registries.add_pyodide(pins.runtime["pyodide"], {"ipython": "9.12.0"})
    for name in (PINS, "images/npm/package-lock.json"):
        text = (tree / name).read_text()
        (tree / name).write_text(text.replace(pins.runtime["npm-integrity"], integrity))
    (folder / "log.debian").write_text((tree / "images" / "debian.lock").read_text())
    engine = registries.programs / "docker"
    engine.write_text(ENGINE)
    engine.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def proposed(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Publish a newer set that belongs together, and have the move to it proposed, once."""
    folder = shutil.copytree(plain, tmp_path_factory.mktemp("newer"), dirs_exist_ok=True)
    world = World(folder=folder, registries=Registries(folder=folder / "registries"))
    publish_newer_set(world.registries, "999.0.1")
    world.registries.add_pyodide("999.0.1", {"ipython": "9.12.1"})
    world.registries.add("ipython", "9.12.1")
    world.registries.add("contourpy", NEW, tag=NATIVE)
    done = subprocess.run(
        [sys.executable, "-m", "toolkit.upkeep"],
        cwd=world.tree,
        env=world.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shutil.move(world.tree / ".spec14" / "upkeep" / "proposal", folder / "log.proposal")
    shutil.rmtree(world.tree / ".spec14")
    return world


@pytest.fixture
def newer(proposed: World, tmp_path: Path) -> World:
    return copied(proposed.folder, tmp_path)


def copied(folder: Path, to: Path) -> World:
    shutil.copytree(folder, to, dirs_exist_ok=True)
    return World(folder=to, registries=Registries(folder=to / "registries"))


def test_a_whole_set_is_moved_and_proved(newer: World) -> None:
    code, output = newer.update()
    assert code == 0, output
    tree = read_tree(newer.tree)
    assert disagreements(tree) == []
    assert tree.pins.runtime["pyodide"] == "999.0.1"
    assert {tree.pins.packages[name] for name in (KERNEL, "jupyterlite-core", "sphinx")} == {NEW}
    assert tree.locked["xeus"]["jupyterlite-core"] == NEW
    assert tree.wanted["kernel"]["ipython"] == tree.locked["kernel"]["ipython"] == "9.12.1"
    assert tree.locked["target"]["contourpy"] == "1.0", f"{NEW} has no wheel for the runtime"
    assert "PYODIDE_VERSION=999.0.1" in (newer.tree / "Dockerfile").read_text()
    changes = (newer.tree / "CHANGELOG.md").read_text()
    assert f"  - {KERNEL}: {read_pins().packages[KERNEL]} → {NEW}\n" in changes
    assert "of the new set" in (newer.tree / "docs" / "corpus.md").read_text()
    asked = [line.split(" ")[-1] for line in newer.asked().splitlines()]
    order = ["upkeep", "toolkit", "/opt/spec14/images/debian.lock", "--whole", "corpus"]
    assert [word for word in asked if word in order and word != "toolkit.upkeep"] == order
    assert not newer.unfinished()


def test_a_kernel_that_is_newer_than_npm_stays_where_it_is(plain: Path, tmp_path: Path) -> None:
    world = copied(plain, tmp_path)
    publish_newer_set(world.registries, "999.0.1")
    code, output = world.update("--check", "--json")
    assert code == 82, output
    now = read_pins().packages["sphinx"]
    assert "error: there is a newer set: " in output
    assert f"sphinx {now} → {NEW}" in output
    table = output[output.index("[\n") : output.index("\n]\n") + 3]
    rows = {row["name"]: row for row in json.loads(table)}
    kernel = rows[KERNEL]
    assert (kernel["new"], kernel["newest"], kernel["moves"]) == (kernel["now"], NEW, False)
    assert kernel["why"] == "it names Pyodide 999.0.1, which npm does not have"
    core = rows["jupyterlite-core"]
    assert f"Because {KERNEL}" in core["why"], "uv's own words"
    assert f"depends on jupyterlite-core=={core['now']}" in core["why"]
    moved = [name for name, row in rows.items() if row["moves"] and not name.endswith(".txt")]
    assert moved == ["sphinx"]
    assert rows["sphinx"]["new"] == NEW, "it does not hang on the kernel"
    assert not (world.tree / ".spec14" / "upkeep" / "proposal").exists()


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("no-build", "the image spec14-toolkit could not be built (exit code 17)"),
        ("no-corpus", "the corpus does not end as it should (exit code 1)"),
    ],
)
def test_a_set_that_fails_its_proof_changes_nothing(newer: World, mark: str, words: str) -> None:
    newer.mark(mark)
    before = newer.files()
    code, output = newer.update()
    assert code == 81, output
    assert words in output
    assert "  next: " in output
    assert newer.files() == before
    assert not newer.unfinished()
    assert (newer.tree / ".spec14/upkeep/proposal/files/images/pins.toml").is_file()
    assert "tag spec14-toolkit:before-move spec14-toolkit\n" in newer.asked()


def test_debian_that_moves_meanwhile_changes_nothing(newer: World) -> None:
    lock = (newer.tree / "images" / "debian.lock").read_text()
    newer.mark("debian", lock.replace(f"nodejs {DEBIAN['node']}", "nodejs 24.99.9"))
    before = newer.files()
    code, output = newer.update()
    assert code == 81, output
    assert "Dockerfile: NODE_VERSION has" in output
    assert newer.files() == before
    assert not newer.unfinished()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_is_interrupted_is_undone(newer: World, number: signal.Signals) -> None:
    newer.mark("waits")
    before = newer.files()
    with newer.start() as started:
        begun = newer.folder / "log.begun"
        until = time.monotonic() + 90
        while not begun.exists():
            assert started.poll() is None, started.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.05)
        assert newer.files() != before
        started.send_signal(number)
        started.wait(30)
    if number == signal.SIGKILL:
        assert newer.files() != before
        (newer.folder / "log.waits").unlink()
        newer.mark("no-build")
        code, output = newer.update()
        assert (code, "interrupted is undone first" in output) == (81, True), output
    else:
        assert started.returncode == 128 + number
    assert newer.files() == before
    assert not newer.unfinished()


def test_what_somebody_writes_meanwhile_is_kept(newer: World) -> None:
    newer.mark("no-build")
    newer.mark("meanwhile")
    before = newer.files()
    code, output = newer.update()
    assert code == 81
    assert "Dockerfile.not-moved: changed by somebody else meanwhile, kept here" in output
    after = newer.files()
    assert after.pop("Dockerfile.not-moved").endswith("# mine\n")
    assert after == before


def test_words_that_would_move_a_half(plain: Path, tmp_path: Path) -> None:
    world = copied(plain, tmp_path)
    code, output = world.update("sphinx")
    assert code == 81
    assert "error: sphinx cannot be moved alone: the pins are moved together" in output
    pins = world.tree / PINS
    pins.write_text(pins.read_text().replace('\nsphinx = "', '\nsphinx = "9'))
    code, output = world.update("--plan")
    assert code == 81
    assert "error: toolkit.in: sphinx has " in output


def test_an_index_that_does_not_answer(plain: Path, tmp_path: Path) -> None:
    world = copied(plain, tmp_path)
    shutil.rmtree(world.registries.folder / "index" / KERNEL)
    code, output = world.update("--plan")
    assert code == 80
    assert f"error: the package index gives no versions of {KERNEL}: " in output


def test_a_folder_of_somebody_else(plain: Path, tmp_path: Path) -> None:
    world = copied(plain, tmp_path)
    folder = world.tree / ".spec14" / "upkeep"
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    try:
        code, output = world.update("--plan")
    finally:
        folder.chmod(0o755)
    assert code == 24, output
    assert f"error: {folder} cannot be written" in output


def test_a_file_that_cannot_be_written(newer: World) -> None:
    before = newer.files()
    folder = newer.tree / "images" / "npm"
    folder.chmod(0o555)
    try:
        code, output = newer.update()
    finally:
        folder.chmod(0o755)
    assert code == 81, output
    assert "error: images/npm/package-lock.json cannot be written: Permission denied" in output
    assert newer.files() == before
    assert not newer.unfinished()


def test_two_at_once(newer: World) -> None:
    newer.mark("waits")
    with newer.start() as started:
        begun = newer.folder / "log.begun"
        while not begun.exists():
            assert started.poll() is None, started.communicate()[0]
            time.sleep(0.05)
        code, output = newer.update()
        started.terminate()
        started.wait(30)
    assert (code, "another nox -s update-pins runs in this checkout" in output) == (25, True)
    assert not newer.unfinished()
