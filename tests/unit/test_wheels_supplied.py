"""A wheel that somebody else built, in the place of a build."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from tests import wasm
from tests.artefacts import COMPILED, PLATFORM, SUFFIX, make_loading_runtime, make_wheel, write_tree
from tests.indexes import TAMPER, TRUNCATE, serving
from toolkit.errors import AuditFailed, LockFailed, Spec14Error, SuppliedWheelFailed, Untrusted
from toolkit.project import Project, read_project
from toolkit.wheels import place, supplied
from toolkit.wheels.build import BuiltWheel

MODULE: Final[Mapping[str, str | bytes]] = {
    "a/__init__.py": "",
    f"a/x{SUFFIX}": wasm.module(exports=["PyInit_x"]),
}
LEGACY = "cp314-cp314-pyodide_2026_0_wasm32"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    runtime = make_loading_runtime(tmp_path / "runtime")
    monkeypatch.setattr(supplied, "RUNTIME", runtime)
    monkeypatch.setattr(place, "RUNTIME", runtime)
    text = '[project]\nname = "A"\nversion = "1.0"\n'
    found = read_project(write_tree(tmp_path / "project", {"pyproject.toml": text}))
    found.cache.mkdir(parents=True)
    return found


def take(project: Project, word: str | Path, said: list[str] | None = None) -> BuiltWheel:
    told = [] if said is None else said
    return supplied.supplied_wheel(project, str(word), say=told.append)


def kept(project: Project) -> list[str]:
    folder = project.cache / "supplied"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(project: Project, word: str | Path, kind: type[Spec14Error]) -> Spec14Error:
    """Give the error; what was kept is still there, and nothing besides."""
    before = kept(project)
    with pytest.raises(kind) as caught:
        take(project, word)
    assert kept(project) == before
    assert "\n" not in caught.value.what + caught.value.do
    return caught.value


def test_a_file(tmp_path: Path, project: Project) -> None:
    path = make_wheel(tmp_path, "a", tag=COMPILED, files=MODULE)
    said: list[str] = []
    wheel = take(project, path, said)
    assert wheel.path == project.cache / "supplied" / path.name
    assert wheel.path.read_bytes() == path.read_bytes()
    assert (wheel.sha256, wheel.compiled, wheel.fresh) == (sha256(path), True, True)
    assert said == [f"{path.name} takes the place of a build (sha256 {sha256(path)[:12]})"]
    # Known from now on, and not looked at again.
    again = take(project, path)
    assert (again.path, again.sha256, again.compiled) == (wheel.path, wheel.sha256, True)
    assert not again.fresh
    # A copy that was touched is not what was audited.
    wheel.path.write_bytes(b"")
    assert take(project, path).fresh
    assert wheel.path.read_bytes() == path.read_bytes()
    # Another file takes its place.
    other = make_wheel(tmp_path, "a", version="2.0")
    assert not take(project, other).compiled
    assert kept(project) == [other.name, "supplied.json"]


def test_what_the_audit_hangs_on(tmp_path: Path, project: Project) -> None:
    path = make_wheel(tmp_path, "a", files={"a/tests/test_a.py": ""})
    said: list[str] = []
    (found,) = take(project, path, said).findings
    assert found in said
    assert take(project, path).findings == (found,)
    wheel = replace(project.settings.wheel, allow=("tag",))
    other = replace(project, settings=replace(project.settings, wheel=wheel))
    assert take(other, path).fresh


def test_the_older_spelling_of_the_platform(tmp_path: Path, project: Project) -> None:
    assert take(project, make_wheel(tmp_path, "a", tag=LEGACY, files=MODULE)).compiled


def test_a_folder(tmp_path: Path, project: Project) -> None:
    folder = tmp_path / "wheelhouse"
    folder.mkdir()
    assert refused(project, folder, SuppliedWheelFailed).what == f"{folder} has no wheel in it"
    for tag in ("cp314-cp314-manylinux_2_28_x86_64", "cp313-cp313-pyodide_2025_0_wasm32"):
        make_wheel(folder, "a", tag=tag, files=MODULE)
    make_wheel(folder, "b")
    error = refused(project, folder, SuppliedWheelFailed)
    assert error.what.startswith(f"{folder} has no wheel of A for the runtime: ")
    assert "pyodide_2025_0_wasm32.whl is for pyodide_2025_0_wasm32, Python cp313" in error.what
    assert "b-1.0-py3-none-any.whl is another project's" in error.what
    assert "cp314-pyodide_wasm32" in error.do
    fitting = make_wheel(folder, "a", tag=COMPILED, files=MODULE)
    assert take(project, folder).path.name == fitting.name
    make_wheel(folder, "a", version="2.0", tag=COMPILED, files=MODULE)
    error = refused(project, folder, SuppliedWheelFailed)
    assert f"has 2 wheels of A for the runtime: {fitting.name}, a-2.0-" in error.what


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "--wheel names nothing"),
        ("nowhere.whl", "nowhere.whl does not exist"),
        ("{tmp}/b-1.0-py3-none-any.whl", "is a wheel of b, and the project is A"),
        ("{tmp}/download.whl", "download.whl is no file name of a wheel"),
        ("https://host.invalid/a-1.0-py3-none-any.whl", "has no checksum"),
        ("https://host.invalid/a-1.0-py3-none-any.whl#sha256=12", "is no SHA-256"),
        ("https://host.invalid/a-1.0-py3-none-any.whl#egg=a", "is no SHA-256"),
        ("ftp://host.invalid/a-1.0-py3-none-any.whl#sha256={ok}", "is no address that a wheel"),
        ("file://host.invalid/a-1.0-py3-none-any.whl", "is no address that a wheel"),
        ("https://[host/a-1.0-py3-none-any.whl", "is no address"),
        ("https://host.invalid/a/..%2f..%2f#sha256={ok}", "is no file name of a wheel"),
        ("https://host.invalid/a-1.0-py3-none-a%00.whl#sha256={ok}", "is no file name of a wheel"),
        ("https://host.invalid/b-1.0-py3-none-any.whl#sha256={ok}", "is a wheel of b"),
    ],
)
def test_words_that_name_no_wheel(tmp_path: Path, project: Project, word: str, said: str) -> None:
    make_wheel(tmp_path, "b")
    (tmp_path / "download.whl").write_bytes(b"")
    text = word.replace("{tmp}", str(tmp_path)).replace("{ok}", "ab" * 32)
    assert said in refused(project, text, SuppliedWheelFailed).what


def test_what_the_audit_refuses(tmp_path: Path, project: Project) -> None:
    good = take(project, make_wheel(tmp_path, "a"))
    wrong = make_wheel(tmp_path, "a", tag=f"cp313-cp313-{PLATFORM}", files=MODULE)
    assert "is for cp313-cp313" in refused(project, wrong, AuditFailed).what
    wants = wasm.module(functions=[("env", "sem_wait")], exports=["PyInit_x"])
    lacking = make_wheel(tmp_path, "a", tag=COMPILED, files={f"a/x{SUFFIX}": wants})
    assert "sem_wait" in refused(project, lacking, AuditFailed).what
    no_zip = tmp_path / "a-3.0-py3-none-any.whl"
    no_zip.write_bytes(b"not a zip file")
    assert "is no zip file" in refused(project, no_zip, Untrusted).what
    assert take(project, tmp_path / good.path.name).sha256 == good.sha256


def test_a_pure_wheel_of_a_compiled_project(tmp_path: Path, project: Project) -> None:
    text = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"
    write_tree(project.folder, {"setup.py": text, "x.c": "int x;\n"})
    assert "setup.py" in refused(project, make_wheel(tmp_path, "a"), AuditFailed).what


def test_an_address(tmp_path: Path, project: Project) -> None:
    path = make_wheel(tmp_path / "served", "a")
    with serving(path.parent) as (url, asked):
        word = f"{url}x/{path.name}#sha256={sha256(path).upper()}"
        offline = replace(project, settings=replace(project.settings, offline=True))
        assert "run once without --offline" in refused(offline, word, LockFailed).do
        assert asked == []
        said: list[str] = []
        assert take(project, word, said).sha256 == sha256(path)
        assert said[0] == f"fetching {url}x/{path.name}"
        assert not take(project, word).fresh
        assert asked == [path.name]
    assert take(offline, word).sha256 == sha256(path)


@pytest.mark.parametrize(
    ("trick", "said"),
    [
        (TAMPER, "has SHA-256"),
        (TRUNCATE, "was cut short"),
        ("gone", "answers 404"),
        ("large", "has more than 10 bytes"),
    ],
)
def test_what_comes_is_not_what_was_meant(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch, trick: str, said: str
) -> None:
    path = make_wheel(tmp_path / "served", "a")
    take(project, make_wheel(tmp_path, "a", version="0.9"))
    word = f"{path.name}#sha256={sha256(path)}"
    if trick == "gone":
        path.unlink()
    if trick == "large":
        monkeypatch.setattr(supplied, "LARGEST", 10)
    kind = Untrusted if trick == TAMPER else SuppliedWheelFailed
    with serving(path.parent, {path.name: trick}) as (url, _asked):
        assert said in refused(project, url + word, kind).what
    assert kept(project) == ["a-0.9-py3-none-any.whl", "supplied.json"]


@pytest.fixture
def sent_elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Give a server that sends whoever asks to the place in the list."""
    place: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", place[0])
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", place
    server.shutdown()
    server.server_close()
    thread.join()


def test_redirections(
    tmp_path: Path, project: Project, sent_elsewhere: tuple[str, list[str]]
) -> None:
    url, elsewhere = sent_elsewhere
    path = make_wheel(tmp_path / "served", "a")
    word = f"{url}{path.name}#sha256={sha256(path)}"
    for address, said in ((path.as_uri(), "is not allowed"), ("ftp://x/a.whl", "is not https")):
        elsewhere[:] = [address]
        assert said in refused(project, word, SuppliedWheelFailed).what
    with serving(path.parent) as (other, _asked):
        elsewhere[:] = [f"{other}{path.name}"]
        assert take(project, word).sha256 == sha256(path)


def test_an_address_of_a_file(tmp_path: Path, project: Project) -> None:
    path = make_wheel(tmp_path / "with space", "a")
    assert take(project, path.as_uri()).sha256 == sha256(path)
    assert take(project, f"{path.parent.as_uri()}#sha256={sha256(path)}").sha256 == sha256(path)
    assert "ab" * 32 in refused(project, f"{path.as_uri()}#sha256={'ab' * 32}", Untrusted).what


def test_the_record_is_of_one_project(tmp_path: Path, project: Project) -> None:
    take(project, make_wheel(tmp_path, "a"))
    (project.cache / "supplied" / "supplied.json").write_text("[]")
    assert take(project, make_wheel(tmp_path, "a")).fresh
    record = json.loads((project.cache / "supplied" / "supplied.json").read_text())
    assert record["wheel"] == "a-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("source", "installed", "wheel", "said"),
    [
        ("1.0", None, "1.0", None),
        ("1.0", None, "1.0+local", None),
        ("1.0", None, "1.1", "a-1.1-py3-none-any.whl is version 1.1, the source is 1.0 ({})"),
        ("", None, "1.1", None),
        ("", "1.2.dev3+gabc", "1.2.dev3", None),
        (
            "",
            "1.2.dev3",
            "1.2",
            "a-1.2-py3-none-any.whl is version 1.2, the source is 1.2.dev3 ({})",
        ),
    ],
)
def test_another_version(
    tmp_path: Path, source: str, installed: str | None, wheel: str, said: str | None
) -> None:
    stated = f'version = "{source}"' if source else 'dynamic = ["version"]'
    text = f'[project]\nname = "a"\n{stated}\n'
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    path = tmp_path / f"a-{wheel}-py3-none-any.whl"
    origin = "pyproject.toml" if source else "the build backend"
    expected = said and said.format(origin)
    assert supplied.another_version(project, path, installed) == expected
