"""The upstream pair, fetched from a server on this machine that plays upstream.

No byte of these tests comes from upstream; no compiler is run.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.upstream import (
    COMPILER,
    ENVIRONMENT,
    METADATA,
    NODE,
    REPOSITORY,
    Upstream,
    played,
    playing,
)
from toolkit.crossenv.emsdk import archives
from toolkit.crossenv.fetch import Limits, fetch, require_safe, shown
from toolkit.crossenv.upstream import SOURCES, find_release, read_sources
from toolkit.errors import UpstreamFailed
from toolkit.pins import PINS, read_pins
from toolkit.toolchain import read_toolchain

ROOT: Final = Path(__file__).resolve().parents[2]
LIMITS: Final = Limits(silence=1.0, total=20.0)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    with played(tmp_path / "upstream", None, {"emscripten/emcc": "echo 'emcc (none) 0'"}) as found:
        yield found


def install(upstream: Upstream, place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run what the image build runs."""
    own = ("PYODIDE", "SKIP_EMSCRIPTEN", "EM_", "EMSDK")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    environment |= {"PYTHONPATH": str(ROOT), "SPEC14_SOURCES": str(upstream.sources)}
    words: list[str | Path] = ["--home", place / "home", "--emsdk", place / "emsdk"]
    words += ["--record", place / "toolchain.json", "--pins", upstream.pins]
    return subprocess.run(
        [sys.executable, "-m", "toolkit.crossenv.upstream", *words, *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


# ------------------------------------------------------------------ all is well


def test_the_pair_is_installed_as_pinned(upstream: Upstream, tmp_path: Path) -> None:
    place = tmp_path / "image"
    place.mkdir()
    done = install(upstream, place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in place.iterdir()) == ["emsdk", "home", "toolchain.json"]
    version = read_pins().runtime["pyodide"]
    selected = place / "home" / "xbuildenv"
    assert selected.readlink() == Path(version)
    assert (selected / "xbuildenv" / "pyodide-root" / "Makefile.envs").is_file()
    # pyodide-build looks for the compiler beside the environment.
    assert (place / "home" / version / "emsdk").resolve() == place / "emsdk"
    assert (place / "emsdk" / ".emscripten").is_file()
    assert not (place / "emsdk" / "downloads").exists()
    calls = (place / "emsdk" / "calls").read_text().splitlines()
    assert calls == ["install --build=Release 5.0.3", "activate --embedded --build=Release 5.0.3"]
    # Upstream's patch was applied: the archive itself says 0.0.0.
    assert (place / "emsdk" / "upstream" / "emscripten" / "version").read_text() == "5.0.3\n"


def test_the_record_says_what_was_got(upstream: Upstream, tmp_path: Path) -> None:
    assert install(upstream, tmp_path).returncode == 0
    made = read_toolchain(tmp_path / "toolchain.json")
    files = upstream.player.files
    pinned = read_pins(upstream.pins, source="emsdk").upstream
    assert made.source == "emsdk"
    assert made.emscripten == "5.0.3"
    assert made.pyodide == read_pins().runtime["pyodide"]
    assert made.upstream == {
        **pinned,
        "xbuildenv-sha256": hashlib.sha256(files[ENVIRONMENT]).hexdigest(),
    }
    assert made.upstream["build-sha256"] == hashlib.sha256(files[COMPILER]).hexdigest()


def test_nothing_is_fetched_twice_and_the_installer_fetches_nothing(
    upstream: Upstream, tmp_path: Path
) -> None:
    assert install(upstream, tmp_path).returncode == 0
    files = [path for path in upstream.player.asked if not path.startswith(REPOSITORY)]
    assert sorted(files) == sorted([METADATA, ENVIRONMENT, COMPILER, NODE])


# ------------------------------------------------------------------ all that goes wrong


def refused(upstream: Upstream, place: Path, *options: str) -> str:
    """Run it and give the line that says what is wrong; nothing may be left."""
    place.mkdir()
    done = install(upstream, place, "--silence=1", *options)
    assert done.returncode == 33, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    *_detail, what, do = done.stderr.rstrip().splitlines()
    assert what.startswith("error: ")
    assert do.startswith("  next: ")
    assert list(place.iterdir()) == []
    return what


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("tampered", "has SHA-256"),
        ("truncated", "was cut short"),
        ("missing", "answers 404"),
        ("stalled", "silent for 1 seconds"),
        ("moved", "http://192.0.2.1/elsewhere is not https"),
    ],
)
@pytest.mark.parametrize("path", [ENVIRONMENT, COMPILER, NODE], ids=["xbuildenv", "emcc", "node"])
def test_a_file_that_goes_wrong(
    upstream: Upstream, tmp_path: Path, path: str, fault: str, words: str
) -> None:
    upstream.player.faults[path] = fault
    what = refused(upstream, tmp_path / "image")
    assert words in what
    assert path in what or fault == "moved"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("tampered", "cannot be read"),
        ("truncated", "was cut short"),
        ("missing", "answers 404"),
        ("stalled", "silent for 1 seconds"),
        ("endless", "has more than"),
    ],
)
def test_a_list_that_goes_wrong(upstream: Upstream, tmp_path: Path, fault: str, words: str) -> None:
    upstream.player.faults[METADATA] = fault
    assert words in refused(upstream, tmp_path / "image")


def test_a_download_that_never_ends(upstream: Upstream, tmp_path: Path) -> None:
    upstream.player.faults[ENVIRONMENT] = "endless"
    assert "not there after 0.5 seconds" in refused(upstream, tmp_path / "image", "--total=0.5")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sha256": None}, "gives no SHA-256"),
        ({"sha256": "0" * 64}, f"not {'0' * 64}"),
        ({"python_version": "3.13.2"}, "python 3.13.2"),
        ({"emscripten_version": "4.0.9"}, "emscripten 4.0.9"),
        ({"max_pyodide_build_version": "0.30"}, "not for pyodide-build"),
        ({"url": "http://192.0.2.1/a.tar.gz"}, "is not https"),
        ({"url": "file:///etc/passwd"}, "is not https"),
        ({"url": None}, "None is not https"),
    ],
)
def test_a_list_that_says_something_else(
    upstream: Upstream, tmp_path: Path, changed: dict[str, str | None], words: str
) -> None:
    upstream.publish(**changed)
    assert words in refused(upstream, tmp_path / "image")


def test_a_list_without_the_version(upstream: Upstream, tmp_path: Path) -> None:
    upstream.player.files[METADATA] = b'{"releases": {}}'
    version = read_pins().runtime["pyodide"]
    assert f"does not have Pyodide {version}" in refused(upstream, tmp_path / "image")


def test_a_commit_that_is_not_there(upstream: Upstream, tmp_path: Path) -> None:
    pinned = read_pins(upstream.pins, source="emsdk").upstream["commit"]
    text = upstream.pins.read_text().replace(pinned, "f" * 40)
    upstream.pins.write_text(text)
    assert f"does not have commit {'f' * 40}" in refused(upstream, tmp_path / "image")


def test_a_repository_that_is_not_there(upstream: Upstream, tmp_path: Path) -> None:
    upstream.sources.write_text(upstream.sources.read_text().replace("/emsdk.git", "/none.git"))
    assert "cannot be fetched" in refused(upstream, tmp_path / "image")


def test_a_repository_that_does_not_answer(upstream: Upstream, tmp_path: Path) -> None:
    upstream.player.faults[REPOSITORY] = "stalled"
    assert "/emsdk.git" in refused(upstream, tmp_path / "image", "--total=4")


def test_a_compiler_of_another_version(upstream: Upstream, tmp_path: Path) -> None:
    """pyodide-build's own check is not the only one: the record must be true."""
    text = upstream.pins.read_text()
    wanted = read_pins(upstream.pins).runtime["emscripten"]
    assert wanted == "5.0.3"
    upstream.pins.write_text(text.replace('emscripten = "5.0.3"', 'emscripten = "5.0.4"'))
    upstream.publish(emscripten_version="5.0.4")
    assert "installed Emscripten 5.0.3, not 5.0.4" in refused(upstream, tmp_path / "image")


def test_what_is_there_already_is_not_touched(upstream: Upstream, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("mine")
    done = install(upstream, tmp_path)
    assert done.returncode == 33
    assert "exists already" in done.stderr
    assert (tmp_path / "home" / "mine").read_text() == "mine"
    assert upstream.player.asked == []


# ------------------------------------------------------------------ the parts


def test_a_size_said_beforehand_is_believed(tmp_path: Path) -> None:
    with playing(tmp_path) as player:
        player.files["/a"] = b"x" * 100
        with pytest.raises(UpstreamFailed, match="more than 99 bytes"):
            fetch(f"{player.url}/a", tmp_path / "a", sha256=None, size=99, limits=LIMITS)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_fetched_whole(tmp_path: Path) -> None:
    content = os.urandom(200_000)
    with playing(tmp_path) as player:
        player.files["/a"] = content
        url = f"{player.url}/a"
        got = fetch(url, tmp_path / "a", sha256=None, size=200_000, limits=LIMITS)
    assert got == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "a").read_bytes() == content


@pytest.mark.parametrize(
    "url", ["https://host.test/a", "http://127.0.0.1:8/a", "http://[::1]/a", "http://localhost/a"]
)
def test_addresses_that_may_be_fetched(url: str) -> None:
    assert require_safe(url) == url


@pytest.mark.parametrize(
    "url", ["http://host.test/a", "ftp://host.test/a", "file:///a", "https:///a", "ssh://a/b", "a"]
)
def test_addresses_that_may_not(url: str) -> None:
    with pytest.raises(UpstreamFailed, match="not https"):
        require_safe(url)


def test_credentials_are_never_printed() -> None:
    assert shown("https://user:secret@host.test/a?token=1") == "https://host.test/a"


def test_our_own_addresses_are_whole() -> None:
    sources = read_sources([SOURCES])
    for url in (sources.repository, sources.builds, sources.metadata):
        assert url.startswith("https://")


def test_a_mirror_needs_no_more_than_what_differs(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror.toml"
    mirror.write_text('[emsdk]\nbuilds = "https://mirror.test/emscripten/"\n')
    sources = read_sources([SOURCES, mirror])
    assert sources.builds == "https://mirror.test/emscripten"
    assert sources.repository == read_sources([SOURCES]).repository


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[emsdk]\ncommit = "0"\n', "not https"),
        ('[emsdk]\ncommit = "https://host.test"\n', "other keys"),
        ("[emsdk", "does not name"),
        ("", "does not name"),
        ("emsdk = 1", "does not name"),
    ],
)
def test_a_file_of_mirrors_that_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    mirror = tmp_path / "mirror.toml"
    mirror.write_text(text)
    with pytest.raises(UpstreamFailed, match=words):
        read_sources([SOURCES, mirror])


def test_the_addresses_are_those_of_the_installer() -> None:
    """As emsdk.py 5.0.3 makes them of its manifest."""
    pins = read_pins(source="emsdk")
    found = archives(pins.upstream, "https://host.test")
    build = "065bfade0ee2c02138b83cb10049d8be95e146b6"
    assert {name: url for name, (url, _) in found.items()} == {
        f"{build}-wasm-binaries.tar.xz": f"https://host.test/linux/{build}/wasm-binaries.tar.xz",
        "node-v22.16.0-linux-x64.tar.xz": "https://host.test/deps/node-v22.16.0-linux-x64.tar.xz",
    }
    assert all(len(sha256) == 64 for _, sha256 in found.values())


def test_a_pinned_sum_of_the_environment_wins(tmp_path: Path) -> None:
    pins = read_pins(source="emsdk")
    version = pins.runtime["pyodide"]
    release = {
        "version": version,
        "url": "https://host.test/a.tar.gz",
        "sha256": "1" * 64,
        "python_version": pins.runtime["python"],
        "emscripten_version": pins.runtime["emscripten"],
    }
    metadata = json.dumps({"releases": {version: release}})
    assert find_release(metadata, pins).sha256 == "1" * 64
    changed = tmp_path / "pins.toml"
    table = "[toolchain.emsdk.upstream]\n"
    line = f'xbuildenv-sha256 = "{"2" * 64}"\n'
    changed.write_text(PINS.read_text("utf-8").replace(table, table + line))
    with pytest.raises(UpstreamFailed, match="the pins have 2222"):
        find_release(metadata, read_pins(changed, source="emsdk"))
