"""An index as a folder: what is in it, what stays, and that nothing is lost."""

import json
import shutil
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.artefacts import COMPILED, make_loading_runtime, make_wheel
from toolkit.errors import AuditFailed, IndexRefused, Untrusted
from toolkit.lite.kernel import extension_folder
from toolkit.nightly.folder import RECORD, Admission, add_wheels
from toolkit.nightly.pages import HEADERS, HTML, JSON, JSON_TYPE, PIPLITE


class Links(HTMLParser):
    """Collects the attributes of links, by their text."""

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[str, Mapping[str, str | None]] = {}
        self._open: Mapping[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open = dict(attrs) if tag == "a" else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.links[data] = self._open
            self._open = None


def links(page: Path) -> dict[str, Mapping[str, str | None]]:
    reader = Links()
    reader.feed(page.read_text("utf-8"))
    return reader.links


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def admission(tmp_path: Path) -> Admission:
    return Admission(runtime=make_loading_runtime(tmp_path / "runtime"))


@pytest.fixture
def index(tmp_path: Path, admission: Admission) -> Path:
    wheels = [
        make_wheel(tmp_path / "w", "My_Pkg", version="1.1.dev2+g1", fields=["Requires-Python: >3"]),
        make_wheel(tmp_path / "w", "other", tag=COMPILED, files={"other.py": ""}),
    ]
    # A wheel that says of itself what it is: its tag is for one ABI, so it must hold a module.
    with pytest.raises(AuditFailed, match="holds no compiled module"):
        add_wheels(tmp_path / "index", wheels, admission)
    assert not (tmp_path / "index").exists()
    wheels[1] = make_wheel(tmp_path / "w", "other")
    add_wheels(tmp_path / "index", wheels, admission)
    return tmp_path / "index"


def test_the_pages_for_pip_and_uv(index: Path) -> None:
    assert {text: link["href"] for text, link in links(index / HTML).items()} == {
        "my-pkg": "my-pkg/",
        "other": "other/",
    }
    file = "My_Pkg-1.1.dev2+g1-py3-none-any.whl"
    link = links(index / "my-pkg" / HTML)[file]
    record = json.loads((index / RECORD).read_text())["wheels"]
    assert link["href"] == f"{file.replace('+', '%2B')}#sha256={record[f'my-pkg/{file}']}"
    assert link["data-requires-python"] == ">3"
    assert 'data-requires-python="&gt;3"' in (index / "my-pkg" / HTML).read_text()
    said = json.loads((index / "my-pkg" / JSON).read_text())
    (about,) = said["files"]
    assert said["versions"] == ["1.1.dev2+g1"]
    assert about["requires-python"] == ">3"
    assert about["size"] == (index / "my-pkg" / file).stat().st_size
    assert link["data-core-metadata"] == f"sha256={about['core-metadata']['sha256']}"
    assert (index / "my-pkg" / f"{file}.metadata").read_bytes().startswith(b"Metadata-Version")
    names = [project["name"] for project in json.loads((index / JSON).read_text())["projects"]]
    assert names == ["my-pkg", "other"]


def test_the_list_for_piplite(index: Path) -> None:
    (release,) = json.loads((index / PIPLITE).read_text())["my-pkg"]["releases"]["1.1.dev2+g1"]
    # piplite puts such an address behind the folder of all.json.
    assert release["url"] == "./my-pkg/My_Pkg-1.1.dev2%2Bg1-py3-none-any.whl"
    assert release["requires_python"] == ">3"
    schema = extension_folder() / "static" / "schema" / "piplite.v0.schema.json"
    jsonschema.validate(  # type: ignore[no-untyped-call]
        json.loads((index / PIPLITE).read_text()), json.loads(schema.read_text("utf-8"))
    )


def test_the_headers(index: Path, tmp_path: Path, admission: Admission) -> None:
    lines = (index / HEADERS).read_text().splitlines()
    assert lines[:2] == ["/*", "  Access-Control-Allow-Origin: *"]
    assert lines[-2:] == [f"/*/{JSON}", f"  Content-Type: {JSON_TYPE}"]
    below = tmp_path / "below"
    add_wheels(
        below, [make_wheel(tmp_path, "x")], admission, base_url="https://host.example/nightly/"
    )
    assert (below / HEADERS).read_text().startswith("/nightly/*\n")
    assert links(below / "x" / HTML)["x-1.0-py3-none-any.whl"]["href"].startswith(  # type: ignore[union-attr]
        "https://host.example/nightly/x/x-1.0-py3-none-any.whl#sha256="
    )
    assert json.loads((below / "x" / JSON).read_text())["files"][0]["url"].startswith("https://")


def test_the_same_wheels_give_the_same_bytes(
    index: Path, tmp_path: Path, admission: Admission
) -> None:
    again = tmp_path / "again"
    wheels = sorted(index.rglob("*.whl"), reverse=True)
    add_wheels(again, wheels[:1], admission)
    add_wheels(again, wheels, admission)
    assert content(again) == content(index)


def test_the_newest_stay(tmp_path: Path, admission: Admission) -> None:
    index = tmp_path / "index"
    versions = ["1.0", "1.1.dev9", "1.1.dev10", "1.1a1"]
    for version in versions:
        wheel = make_wheel(tmp_path / "w", "x", version=version)
        changed = add_wheels(index, [wheel], admission, keep=2)
    assert [name.split("-")[1] for name in changed.wheels] == ["1.1.dev10", "1.1a1"]
    assert changed.removed == ("x-1.1.dev9-py3-none-any.whl",)
    assert {path.name.split("-")[1] for path in (index / "x").glob("*.whl*")} == {
        "1.1.dev10",
        "1.1a1",
    }
    old = add_wheels(index, [make_wheel(tmp_path / "w", "x")], admission, keep=2)
    assert (old.added, old.removed) == ((), ())
    assert old.passed_over == ("x-1.0-py3-none-any.whl",)


def test_each_platform_keeps_its_own(tmp_path: Path, admission: Admission) -> None:
    any_tag = Admission(runtime=admission.runtime, any_tag=True)
    tags = ("py3-none-any", "cp314-cp314-manylinux_2_28_x86_64")
    wheels = [
        make_wheel(tmp_path, "x", version=version, tag=tag)
        for version in ("1", "2")
        for tag in tags
    ]
    changed = add_wheels(tmp_path / "index", wheels, any_tag, keep=1)
    assert {name.split("-")[1] for name in changed.wheels} == {"2"}
    assert len(changed.wheels) == 2


def test_a_wheel_does_not_change_under_its_name(
    index: Path, tmp_path: Path, admission: Admission
) -> None:
    before = content(index)
    other = make_wheel(tmp_path / "new", "other", files={"other.py": "new = True\n"})
    with pytest.raises(IndexRefused, match="does not change under its name"):
        add_wheels(index, [make_wheel(tmp_path / "new", "third"), other], admission)
    assert content(index) == before
    twice = make_wheel(tmp_path / "w2", "third", files={"third.py": "x = 1\n"})
    with pytest.raises(IndexRefused, match="two files are called"):
        add_wheels(index, [tmp_path / "new" / twice.name, twice], admission)


def test_a_folder_of_somebody_else(tmp_path: Path, admission: Admission) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("three years")
    with pytest.raises(IndexRefused, match="no index that spec14 wrote"):
        add_wheels(folder, [make_wheel(tmp_path, "x")], admission)
    assert (folder / "thesis.txt").read_text() == "three years"


@pytest.mark.parametrize(
    "record", ["{", "[]", '{"wheels": {"../x.whl": "0"}}', '{"wheels": {"a/../b.whl": "0"}}']
)
def test_a_record_that_leads_elsewhere(index: Path, admission: Admission, record: str) -> None:
    (index / RECORD).write_text(record)
    with pytest.raises(IndexRefused, match="no index that spec14 wrote"):
        add_wheels(index, list(index.rglob("other*.whl")), admission)


def test_a_wheel_of_the_index_was_changed(
    index: Path, tmp_path: Path, admission: Admission
) -> None:
    wheel = make_wheel(tmp_path, "third")
    (there,) = index.rglob("other*.whl")
    kept = there.read_bytes()
    there.write_bytes(b"something else")
    with pytest.raises(Untrusted, match="SHA-256"):
        add_wheels(index, [wheel], admission)
    there.unlink()
    with pytest.raises(IndexRefused, match=f"lacks other/{there.name}"):
        add_wheels(index, [wheel], admission)
    there.write_bytes(kept)
    assert len(add_wheels(index, [wheel], admission).wheels) == 3


def test_what_an_ended_run_left_is_put_right(
    index: Path, tmp_path: Path, admission: Admission
) -> None:
    before = content(index)
    shutil.move(index, index.with_name("index.old"))
    add_wheels(index, list(index.with_name("index.old").rglob("other*.whl"))[:0], admission)
    assert content(index) == before
