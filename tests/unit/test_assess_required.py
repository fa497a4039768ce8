"""Who says what a project requires; what the index has; which hosts let browsers read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.artefacts import make_runtime, make_wheel, write_tree
from tests.indexes import make_index
from tests.upstream import Player, playing
from toolkit.assess.dependencies import Source, Walk
from toolkit.assess.downloads import ask_hosts, download_findings
from toolkit.assess.findings import Guard, Stage
from toolkit.assess.on_index import index_for
from toolkit.assess.required import UNKNOWN, required_by
from toolkit.assess.rules import Url
from toolkit.project import read_project
from toolkit.runtime.distribution import read_runtime

SETUPTOOLS = '[build-system]\nrequires = ["setuptools"]\n'
DYNAMIC = '[project]\nname = "p"\ndynamic = ["dependencies", "version"]\n'


@pytest.mark.parametrize(
    ("files", "names", "origin"),
    [
        (
            {"pyproject.toml": '[project]\nname = "p"\ndependencies = ["a>=1", "b; x"]\n'},
            ["a"],
            "pyproject.toml [project]",
        ),
        ({"pyproject.toml": '[project]\nname = "p"\n'}, [], "pyproject.toml [project]"),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "p"\n[tool.poetry.dependencies]\n'
                'python = "^3.9"\na = "^1"\nb = {version = "*", optional = true}\n'
            },
            ["a"],
            "pyproject.toml [tool.poetry] (without versions)",
        ),
        (
            {
                "pyproject.toml": DYNAMIC,
                "PKG-INFO": "Metadata-Version: 2.2\nRequires-Dist: a\n\nRequires-Dist: b\n",
            },
            ["a"],
            "PKG-INFO",
        ),
        (
            {
                "pyproject.toml": DYNAMIC,
                "PKG-INFO": "Metadata-Version: 2.2\nDynamic: Requires-Dist\nRequires-Dist: a\n",
            },
            ["a"],
            "PKG-INFO (dynamic: the wheel may say otherwise)",
        ),
        (
            {
                "pyproject.toml": DYNAMIC,
                "PKG-INFO": "Metadata-Version: 2.1\nName: p\n",
                "p.egg-info/requires.txt": "a\n\n[extra]\nb\n",
            },
            ["a"],
            "p.egg-info/requires.txt",
        ),
        (
            {
                "pyproject.toml": SETUPTOOLS,
                "setup.cfg": "[options]\ninstall_requires =\n    a>=1\n    c\n",
            },
            ["a", "c"],
            "setup.cfg",
        ),
        ({"setup.py": "setup(name='p', install_requires=['a', 'c'])"}, ["a", "c"], "setup.py"),
        ({"setup.py": "setup(name='p')"}, [], "setup.py"),
        ({"setup.py": "setup(name='p', install_requires=read('r.txt'))"}, [], UNKNOWN),
        ({"setup.py": "setup(**words)"}, [], UNKNOWN),
        ({"setup.py": "def ("}, [], UNKNOWN),
    ],
)
def test_who_says_so(tmp_path: Path, files: dict[str, str], names: list[str], origin: str) -> None:
    required = required_by(read_project(write_tree(tmp_path / "p", files)))
    assert [one.name for one in required.requirements] == names
    assert required.origin == origin
    assert required.known is (origin != UNKNOWN)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "index"
    make_wheel(folder / "a", "a", requires=["b>1; extra == 'more'", "c", "me", "a"])
    make_wheel(folder / "b", "b", version="2.0")
    make_wheel(folder / "c", "c", tag="cp314-cp314-win_amd64")
    monkeypatch.setenv("PIP_INDEX_URL", make_index(folder))
    return folder


def test_dependencies_are_followed(index: Path, tmp_path: Path) -> None:
    del index
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    walk = Walk(runtime=runtime, ask=index_for(runtime))
    found = walk.follow(
        [Requirement("a[more]"), Requirement("x; sys_platform == 'win32'")],
        [Requirement("c"), Requirement("t")],
        frozenset({"me"}),
    )
    told = {one.name: (one.source, one.stage, one.via, one.index) for one in found}
    assert told == {
        "a": (Source.PURE, Stage.INSTALL, (), "pure 1.0"),
        "b": (Source.PURE, Stage.INSTALL, ("a",), "pure 2.0"),
        "c": (Source.MISSING, Stage.INSTALL, ("a",), "foreign 1.0"),
        "t": (Source.MISSING, Stage.TESTS, (), ""),
    }


def test_offline_nothing_is_asked(tmp_path: Path) -> None:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    (one,) = Walk(runtime=runtime, ask=None).follow([Requirement("a")], [], frozenset())
    assert one.source is Source.UNKNOWN
    assert one.silent == "not asked (offline)"


def test_an_index_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    (one,) = Walk(runtime=runtime, ask=index_for(runtime)).follow(
        [Requirement("a")], [], frozenset()
    )
    assert one.source is Source.UNKNOWN
    assert "did not answer" in one.silent


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    with playing(tmp_path) as server:
        yield server


def url(address: str, line: int = 1, guard: Guard = Guard.NONE) -> Url:
    return Url(url=address, file="a.py", line=line, stage=Stage.USE, guard=guard, by="urlopen")


@pytest.mark.parametrize(
    ("headers", "readable", "said"),
    [
        ({"Access-Control-Allow-Origin": "*"}, True, "sends Access-Control-Allow-Origin"),
        ({"Access-Control-Allow-Origin": "https://one.example"}, False, "no Access-Control"),
        ({}, False, "no Access-Control"),
    ],
)
def test_hosts_are_asked(
    player: Player, headers: dict[str, str], readable: object, said: str
) -> None:
    player.files["/a.csv"] = b"1"
    player.headers["/a.csv"] = headers
    first, second = url(f"{player.url}/a.csv"), url(f"{player.url}/b.csv", 2)
    guarded = url("https://other.example/c", 3, Guard.SCRIPT)
    (host,) = ask_hosts([first, second, guarded], offline=False)
    assert (host.readable, player.asked) == (readable, ["/a.csv"])
    assert said in host.said
    found = download_findings([first, second, guarded, url("", 4)], [host])
    assert [one.line for one in found] == [1, 2, 3, 4]
    assert ("no browser can read it" in found[0].happens) is (readable is False)
    assert "not known before it runs" in found[3].happens


def test_hosts_that_say_nothing(player: Player) -> None:
    (missing,) = ask_hosts([url(f"{player.url}/gone")], offline=False)
    assert (missing.readable, "404" in missing.said) == (None, True)
    (unasked,) = ask_hosts([url("https://h.example/a")], offline=True)
    assert unasked.said == "not asked (offline)"
    (ftp,) = ask_hosts([url("ftp://h.example/a")], offline=False)
    assert ftp.readable is False


def test_what_is_no_url(player: Player) -> None:
    broken = url("https://[bad/a")
    assert ask_hosts([broken], offline=False) == ()
    assert len(download_findings([broken], [])) == 1
    (blank,) = ask_hosts([url(f"{player.url}/a b")], offline=False)
    assert blank.readable is None


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "169.254.169.254", "10.0.0.1", "[::1]", "localhost", "db.internal"]
)
def test_a_project_of_others_asks_nobody_nearby(host: str) -> None:
    (near,) = ask_hosts([url(f"http://{host}/a")], offline=False, given=True)
    assert near.said == "not asked (an address of this machine or its network)"
