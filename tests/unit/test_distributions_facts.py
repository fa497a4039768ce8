"""What a recipe says of a package: its metadata, its modules, its libraries, its source."""

from pathlib import Path

import pytest

from tests import wasm
from tests.artefacts import COMPILED, SUFFIX, make_runtime, make_wheel, write_tree
from toolkit.distributions import source as sources
from toolkit.distributions.facts import Facts, read_facts
from toolkit.distributions.linked import ENOUGH, linked_libraries
from toolkit.distributions.source import Source, find_source, require_whole_beside
from toolkit.errors import RecipeFailed
from toolkit.project import read_project
from toolkit.runtime.distribution import read_runtime
from toolkit.sdist import Published, published_sdist

PYPROJECT = """
[build-system]
requires = ["meson-python>=0.18", "numpy>=2", "tool; sys_platform == 'win32'"]
build-backend = "mesonpy"
[project]
name = "My_Pkg"
version = "1.0"
[tool.spec14.wheel]
config-settings = ["setup-args=-Dx=1"]
"""
FIELDS = (
    "Summary: UNKNOWN",
    "License-Expression: mit",
    "License-File: LICENSES/MIT.txt",
    "Home-page: javascript:alert(1)",
    "Project-URL: Source Code, https://code.example.org/my",
    "Project-URL: docs, https://docs.example.org",
)
TEXTS = (b"invalid block type", b"incorrect header check", b"too many symbols here")


def facts_of(tmp_path: Path, requires: tuple[str, ...] = (), pyproject: str = PYPROJECT) -> Facts:
    files = {"pyproject.toml": pyproject, "src/core.cpp": "", "src/more.pyx": ""}
    project = read_project(write_tree(tmp_path / "p", files))
    module = wasm.module(exports=["PyInit__core"])
    wheel = make_wheel(
        tmp_path / "w",
        "my-pkg",
        tag=COMPILED,
        requires=requires,
        fields=FIELDS,
        files={
            "my_pkg/__init__.py": "",
            f"my_pkg/sub/_core{SUFFIX}": module,
            f"my_pkg/tests/_helper{SUFFIX}": module,
            "lonely.so": module,
        },
    )
    return read_facts(project, wheel, read_runtime(make_runtime(tmp_path / "runtime")))


def test_what_the_metadata_says(tmp_path: Path) -> None:
    facts = facts_of(tmp_path)
    assert (facts.name, facts.version, facts.summary) == ("my-pkg", "1.0", "")
    assert facts.license == "MIT"
    assert facts.license_files == ("LICENSES/MIT.txt",)
    assert facts.urls == {
        "repository": "https://code.example.org/my",
        "documentation": "https://docs.example.org",
    }


def test_what_the_wheel_holds(tmp_path: Path) -> None:
    facts = facts_of(tmp_path)
    assert facts.imports == ("lonely", "my_pkg")
    assert facts.modules == ("lonely", "my_pkg.sub._core")
    assert facts.languages == ("c", "cxx")


def test_requirements_hold_for_the_runtime(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        requires=(
            "numpy>=2",
            "NumPy<3",
            'pywin32; sys_platform == "win32"',
            'browser; sys_platform == "emscripten"',
            'old; python_version < "3.12"',
            'rich; extra == "shell"',
        ),
    )
    assert [str(one) for one in facts.requires] == ["browser", "NumPy<3,>=2"]
    assert [one.name for one in facts.build_requires] == ["meson-python", "numpy"]
    assert facts.plan.config_settings == ("setup-args=-Dx=1",)


def test_a_requirement_from_an_address(tmp_path: Path) -> None:
    with pytest.raises(RecipeFailed, match="upper from an address"):
        facts_of(tmp_path, requires=("upper @ https://host.example/upper-1-py3-none-any.whl",))


def test_a_build_requirement_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(RecipeFailed, match="is built with 'a b c'"):
        facts_of(tmp_path, pyproject=PYPROJECT.replace("numpy>=2", "a b c"))


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    folder = tmp_path / "libraries" / "lib"
    folder.mkdir(parents=True)
    (folder / "libz.a").write_bytes(b"!<arch>\n\0" + b"\0".join([*TEXTS, b"in both of them"]))
    (folder / "libyaml.a").write_bytes(b"!<arch>\n\0did not find expected\0in both of them\0")
    return folder.parent


def with_texts(folder: Path, *texts: bytes) -> Path:
    module = wasm.module(exports=["PyInit__core"]) + wasm.section(0, b"\x01x\0" + b"\0".join(texts))
    return make_wheel(folder, "x", tag=COMPILED, files={f"x/_core{SUFFIX}": module})


def test_a_library_is_known_by_its_texts(tmp_path: Path, libraries: Path) -> None:
    assert len(TEXTS) == ENOUGH
    (found,) = linked_libraries(with_texts(tmp_path, *TEXTS), [], libraries)
    assert (found.name, found.pyodide, found.forge) == ("libz", "libzlib", "zlib")
    few = with_texts(tmp_path / "few", *TEXTS[1:], b"in both of them")
    assert linked_libraries(few, [], libraries) == ()
    assert linked_libraries(make_wheel(tmp_path / "pure", "x"), [], libraries) == ()


def test_a_library_in_the_projects_own_source(tmp_path: Path, libraries: Path) -> None:
    carried = tmp_path / "inflate.c"
    carried.write_bytes(b'msg = "invalid block type";\n')
    wheel = with_texts(tmp_path, *TEXTS)
    assert linked_libraries(wheel, [tmp_path / "gone.c", carried], libraries) == ()


def project_in(tmp_path: Path, text: str = PYPROJECT) -> Path:
    return write_tree(tmp_path / "p", {"pyproject.toml": text})


def test_an_address_that_is_stated(tmp_path: Path) -> None:
    project = read_project(project_in(tmp_path))
    url = "https://files.example.org/my_pkg-1.0.tar.gz"
    found = find_source(project, "1.0", url=url, sha256="a" * 64, offline=True)
    assert found == Source(url=url, sha256="a" * 64)


@pytest.mark.parametrize(
    ("url", "sha256", "said"),
    [
        ("https://u:p@files.example.org/x.tar.gz", "a" * 64, "not the public address"),
        ("ftp://files.example.org/x.tar.gz", "a" * 64, "not the public address"),
        ("https://files.example.org/${{ evil }}.tar.gz", "a" * 64, "not the public address"),
        ("https://files.example.org/$(HOME).tar.gz", "a" * 64, "not the public address"),
        ("https://files.example.org/x.tar.gz", None, "is not known"),
        ("https://files.example.org/x.tar.gz", "A" * 64, "is not a SHA-256"),
    ],
)
def test_an_address_that_no_recipe_can_hold(
    tmp_path: Path, url: str, sha256: str | None, said: str
) -> None:
    project = read_project(project_in(tmp_path))
    with pytest.raises(RecipeFailed, match=said):
        find_source(project, "1.0", url=url, sha256=sha256, offline=False)


@pytest.mark.parametrize("name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"])
def test_a_mirror_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "https://mirror.internal.example/simple")
    with pytest.raises(RecipeFailed, match="may be a private mirror") as caught:
        find_source(read_project(project_in(tmp_path)), "1.0", url=None, sha256=None, offline=False)
    assert "mirror.internal" not in caught.value.what + caught.value.do


def index_page(folder: Path, *, with_hash: bool) -> str:
    page = folder / "my-pkg" / "index.html"
    page.parent.mkdir(parents=True)
    fragment = f"#sha256={'b' * 64}" if with_hash else ""
    href = f"https://files.example.org/my_pkg-1.0.tar.gz{fragment}"
    page.write_text(f'<!DOCTYPE html><html><body><a href="{href}">my_pkg-1.0.tar.gz</a></body>')
    return folder.as_uri()


@pytest.mark.parametrize("with_hash", [True, False])
def test_where_an_index_has_an_sdist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, with_hash: bool
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", index_page(tmp_path / "index", with_hash=with_hash))
    expected = Published(url="https://files.example.org/my_pkg-1.0.tar.gz", sha256="b" * 64)
    assert published_sdist("my-pkg", "1.0") == (expected if with_hash else None)
    assert published_sdist("my-pkg", "2.0") is None


def test_the_default_index_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its answer, read off a page of this machine: nothing is configured for pip."""
    monkeypatch.setattr(sources, "pip_configuration", lambda _environ: {})
    monkeypatch.setenv("PIP_INDEX_URL", index_page(tmp_path / "index", with_hash=True))
    project = read_project(project_in(tmp_path))
    found = find_source(project, "1.0", url=None, sha256=None, offline=False)
    assert found.url == "https://files.example.org/my_pkg-1.0.tar.gz"
    with pytest.raises(RecipeFailed, match=r"has no sdist of My_Pkg 1\.1"):
        find_source(project, "1.1", url=None, sha256=None, offline=False)


def test_a_version_that_git_says(tmp_path: Path) -> None:
    dynamic = """
        [build-system]
        requires = ["hatchling", "hatch-vcs"]
        build-backend = "hatchling.build"
        [project]
        name = "x"
        dynamic = ["version"]
        [tool.hatch.version]
        source = "vcs"
        """
    with pytest.raises(RecipeFailed, match="has its version from git"):
        require_whole_beside(read_project(project_in(tmp_path, dynamic)))
    require_whole_beside(read_project(project_in(tmp_path / "two")))
