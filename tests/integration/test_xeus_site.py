"""Sites with xeus kernels, of packages from a local channel: alone, and beside Pyodide."""

import json
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import COMPILED, GREETINGS, make_python, make_wheel, write_tree
from tests.conda_channel import PREFIX, Package, kernel, make_channel
from tests.indexes import make_index
from tests.integration.conftest import Spec14, copy_project, error_lines
from toolkit.archive import file_sha256
from toolkit.check.site import read_site
from toolkit.check.static import findings
from toolkit.docs.build import Parts, build_docs
from toolkit.errors import RequirementsFailed, XeusFailed
from toolkit.lite.application import Application
from toolkit.lite.config import ALWAYS_APPS
from toolkit.lite.distribution import Distribution
from toolkit.lite.kernel import EXTENSION, kernel_wheels
from toolkit.lite.site import LiteSite, build_lite
from toolkit.lite.xeus.extension import NAME as XEUS_EXTENSION
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.project import with_wheels
from toolkit.lite.xeus.wanted import Wanted, prepare_wanted, read_wanted
from toolkit.pins import IMAGE
from toolkit.project import Project, prepare_output, read_project, with_choices
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse
from toolkit.wheels.lockfile import read_lock

PACKAGES = "lib/python3.13/site-packages"
CHANNEL = [
    Package(
        name="python",
        version="3.13.1",
        files={"lib/python3.13/_build.py": f"prefix = '{PREFIX}'\n".encode()},
    ),
    Package(name="xeus-python", files=kernel("xpython"), depends=["python", "tiny"]),
    Package(name="xeus-lua", files=kernel("xlua")),
    Package(
        name="tiny",
        version="2.0",
        files={
            f"{PACKAGES}/tiny.py": b"here = True\n",
            f"{PACKAGES}/tiny-2.0.dist-info/METADATA": (
                b"Metadata-Version: 2.1\nName: tiny\nVersion: 2.0\n"
            ),
        },
        subdir="noarch",
    ),
]
CONF = """
project = "greetings"
extensions = ["sphinx.ext.autodoc", "numpydoc", "jupyterlite_sphinx"]
html_theme = "alabaster"
jupyterlite_contents = ["more.ipynb"]
"""
GUIDE = """
Guide
=====

.. notebooklite:: lua.ipynb

.. notebooklite:: python.ipynb

.. replite::

   1 + 1

.. replite::
   :kernel: xlua

   return 1
"""
SETTINGS = """\
[project]
name = "greetings"

[tool.spec14]
kernel = "{kernel}"

[tool.spec14.xeus]
languages = ["python", "lua"]
channels = ["./channel"]
"""


def notebook(name: str) -> str:
    metadata = {"kernelspec": {"name": name, "display_name": name}} if name else {}
    return json.dumps({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A project with a channel of its own."""

    folder: Path
    wheel: Path
    said: list[str]

    def project(self, kernel: str = "xeus", more: str = "") -> Project:
        text = SETTINGS.format(kernel=kernel) + more
        (self.folder / "pyproject.toml").write_text(text)
        return read_project(self.folder)

    def wanted(self, project: Project) -> Wanted:
        return read_wanted(project, self.folder / "docs", {})

    def packed(self, project: Project, wheel: Path | None = None) -> Packed:
        prepare_output(project)
        wanted = self.wanted(project)
        packed = prepare_wanted(wanted, offline=False, say=self.said.append)
        found = wheel or self.wheel
        return with_wheels(project, wanted.environment, packed, found, say=self.said.append)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.delenv("SPEC14_CACHE", raising=False)
    folder = write_tree(
        tmp_path / "project",
        {
            "src/greetings.py": GREETINGS,
            "docs/conf.py": CONF,
            "docs/index.rst": "Greetings\n=========\n\n.. toctree::\n\n   api\n   guide\n",
            "docs/api.rst": "API\n===\n\n.. autofunction:: greetings.greet\n",
            "docs/guide.rst": GUIDE,
            "docs/lua.ipynb": notebook("xlua"),
            "docs/python.ipynb": notebook("python3"),
            "docs/more.ipynb": notebook("python3"),
        },
    )
    make_channel(folder / "channel", CHANNEL)
    requires = ["tiny>=1", "decorator"]
    files = {"greetings.py": GREETINGS}
    wheel = make_wheel(tmp_path / "made", "greetings", requires=requires, files=files)
    return Stage(folder=folder, wheel=wheel, said=[])


def pyodide() -> Distribution:
    return Distribution(
        runtime=read_runtime(IMAGE / "runtime"),
        kernel=kernel_wheels(Wheelhouse().kernel),
        project=(),
    )


def config(lite: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((lite / "jupyter-lite.json").read_text())
    return dict(read["jupyter-config-data"])


def loaded(lite: Path) -> set[str]:
    return {one["name"] for one in config(lite)["federated_extensions"]}


def members(lite: Path) -> Iterator[tuple[str, bytes]]:
    """Give all files of a site, those in archives too."""
    for file in sorted(lite.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(lite)), file.read_bytes()
        if file.name.endswith(".tar.gz"):
            with tarfile.open(file) as archive:
                for one in archive:
                    content = archive.extractfile(one)
                    assert content is not None
                    yield one.name, content.read()


def test_documentation_with_xeus_kernels_alone(stage: Stage, tmp_path: Path) -> None:
    project = stage.project()
    packed = stage.packed(project)
    built = build_docs(
        project,
        Parts(
            wheels=[stage.wheel],
            kernel_wheels=tmp_path / "none",
            runtime=tmp_path / "none",
            xeus=(packed,),
        ),
        native_python=make_python(tmp_path / "env", stage.folder / "src"),
    )
    lite = built.site / "lite"
    assert loaded(lite) == {XEUS_EXTENSION, "@spec14/kernel", "@spec14/xeus"}
    assert not (lite / "static" / "pyodide").exists()
    assert not (lite / "extensions" / EXTENSION).exists()
    assert "pyodide" not in (lite / "notebooks" / "index.html").read_text().lower()
    assert "early.js" not in (lite / "notebooks" / "index.html").read_text()
    assert config(lite)["defaultKernelName"] == "xpython"

    named = {
        file.name: json.loads(file.read_text())["metadata"]["kernelspec"]["name"]
        for file in (lite / "files").glob("*.ipynb")
    }
    (example,) = set(named) - {"lua.ipynb", "python.ipynb", "more.ipynb"}
    assert named == {
        example: "xpython",
        "lua.ipynb": "xlua",
        "python.ipynb": "xpython",
        "more.ipynb": "xpython",
    }
    assert "python3" in (stage.folder / "docs" / "more.ipynb").read_text()
    guide = (built.site / "guide.html").read_text()
    assert re.findall(r"kernel=(\w+)", guide) == ["xpython", "xlua"]

    assert json.loads((built.site / "spec14-site.json").read_text())["xeus"] == [
        {
            "name": "xeus",
            "kernels": ["xlua", "xpython"],
            "python": "3.13.1",
            "packages": 4,
            "lock_sha256": packed.lock_sha256,
            "wheels": [stage.wheel.name, *packed_names(packed)[1:]],
        }
    ]
    errors = [one for one in findings(read_site(built.site)) if one.severity == "error"]
    assert errors == []
    texts = list(members(built.site))
    assert [name for name, text in texts if str(tmp_path).encode() in text] == []
    assert [name for name, text in texts if b"file:/" in text and name.endswith(".json")] == []


def packed_names(packed: Packed) -> tuple[str, ...]:
    assert packed.wheels is not None
    return packed.wheels.names


def test_the_wheel_and_what_conda_lacks_are_mounted(stage: Stage, tmp_path: Path) -> None:
    packed = stage.packed(stage.project("both"))
    own, decorator = packed_names(packed)
    assert own == stage.wheel.name
    assert decorator.startswith("decorator-")
    site = LiteSite(
        application=Application(apps=ALWAYS_APPS), distribution=pyodide(), xeus=(packed,)
    )
    build_lite(site, tmp_path / "lite", cache=tmp_path / "cache")
    folder = tmp_path / "lite" / "xeus" / "xeus"
    meta = json.loads((folder / "empack_env_meta.json").read_text())
    (mount,) = meta["mounts"]
    with tarfile.open(folder / "kernel_packages" / mount["filename"]) as archive:
        names = archive.getnames()
    assert f"{PACKAGES}/greetings.py" in names
    assert f"{PACKAGES}/decorator.py" in names
    assert f"{PACKAGES}/tiny.py" not in names
    assert not [name for name in names if "direct_url" in name or "/bin/" in name]
    build = dict(members(tmp_path / "lite"))[f"{PACKAGES.rpartition('/')[0]}/_build.py"]
    assert build == b"prefix = '/'\n"


def test_both_kernels_in_one_site(stage: Stage, tmp_path: Path) -> None:
    packed = stage.packed(stage.project("both"))
    application = Application(apps=ALWAYS_APPS)
    alone = LiteSite(application=application, distribution=pyodide())
    build_lite(alone, tmp_path / "alone", cache=tmp_path / "cache")
    build_lite(replace(alone, xeus=(packed,)), tmp_path / "both", cache=tmp_path / "cache")
    before, after = (dict(members(tmp_path / name)) for name in ("alone", "both"))
    assert [name for name in before if "xeus" in name] == []
    assert loaded(tmp_path / "alone") == {EXTENSION, "@spec14/kernel"}
    assert loaded(tmp_path / "both") == {
        EXTENSION,
        XEUS_EXTENSION,
        "@spec14/kernel",
        "@spec14/xeus",
    }
    assert config(tmp_path / "both")["defaultKernelName"] == "python"
    kernels = json.loads(after["xeus/kernels.json"])
    assert [one["kernel"] for one in kernels] == ["xlua", "xpython"]
    same = [name for name in before if name.startswith("static/pyodide/")]
    assert same
    assert [name for name in same if before[name] != after[name]] == []


def test_what_is_packed_is_the_same_each_time(stage: Stage, tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        packed = stage.packed(stage.project("xeus"))
        site = LiteSite(
            application=Application(apps=ALWAYS_APPS), distribution=None, xeus=(packed,)
        )
        build_lite(site, tmp_path / name, cache=tmp_path / "cache")
        files = (tmp_path / name / "xeus").rglob("*")
        made.append(
            {
                str(file.relative_to(tmp_path / name)): file.read_bytes()
                for file in files
                if file.is_file()
            }
        )
    assert made[0] == made[1]


def test_the_lock_is_written_once_and_told(stage: Stage) -> None:
    stage.packed(stage.project("both"))
    lock = stage.folder / "spec14-xeus.lock"
    assert [line for line in stage.said if str(lock) in line] == [
        f"wrote {lock} (4 packages): commit it"
    ]
    stage.said.clear()
    before = lock.read_bytes()
    stage.packed(stage.project("both"))
    assert (stage.said, lock.read_bytes()) == ([], before)


def test_a_compiled_project_is_in_one_of_two_kernels(stage: Stage, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "greetings", tag=COMPILED)
    assert stage.packed(stage.project("both"), wheel).wheels is None
    (line,) = [line for line in stage.said if "not in the xeus kernels" in line]
    assert line.startswith("greetings is compiled")
    with pytest.raises(XeusFailed, match="no conda package is greetings") as raised:
        stage.packed(stage.project("xeus"), wheel)
    assert "recipe.yaml" in raised.value.do


@pytest.mark.parametrize(
    ("version", "check", "said"),
    [("1.0", "true", ""), ("1.1", "true", "is 1.1"), ("1.1", "false", "")],
)
def test_a_compiled_project_that_conda_has(
    stage: Stage, tmp_path: Path, version: str, check: str, said: str
) -> None:
    own = Package(
        name="greetings",
        version=version,
        files={
            f"{PACKAGES}/greetings-{version}.dist-info/METADATA": (
                f"Metadata-Version: 2.1\nName: greetings\nVersion: {version}\n".encode()
            )
        },
    )
    make_channel(stage.folder / "channel", [*CHANNEL, own])
    more = f"packages = ['greetings']\n[tool.spec14.docs]\ncheck-version = {check}\n"
    wheel = make_wheel(tmp_path, "greetings", tag=COMPILED)
    if said:
        with pytest.raises(XeusFailed, match=said):
            stage.packed(stage.project("xeus", more), wheel)
    else:
        assert stage.packed(stage.project("xeus", more), wheel).wheels is None
    with pytest.raises(XeusFailed, match=r"among the packages"):
        stage.packed(stage.project("xeus", more))


@pytest.mark.parametrize(
    ("requires", "said"),
    [
        (["tiny>=9"], "tiny 2.0 is what the environment of .* has, and another is required"),
        (["nowhere"], "no pure wheel of nowhere is here, and this run is offline"),
        (["numpy"], "no pure wheel of numpy is here"),
    ],
)
def test_requirements_that_cannot_be(
    stage: Stage, tmp_path: Path, requires: list[str], said: str
) -> None:
    wheel = make_wheel(tmp_path, "greetings", requires=requires)
    project = with_choices(stage.project("xeus"), offline=True)
    with pytest.raises(XeusFailed, match=said):
        stage.packed(project, wheel)


def in_a_file(stage: Stage, dependencies: str) -> Project:
    """Let the environment stand in a file, with both kernels."""
    text = f"channels: [./channel]\ndependencies: {dependencies}\n"
    (stage.folder / "docs" / "environment.yml").write_text(text)
    (stage.folder / "pyproject.toml").write_text(
        '[project]\nname = "greetings"\n[tool.spec14]\nkernel = "both"\n'
    )
    return read_project(stage.folder)


def test_pip_entries_are_installed(stage: Stage) -> None:
    packed = stage.packed(in_a_file(stage, "[xeus-python, {pip: [wcwidth, tiny]}]"))
    assert [name.partition("-")[0] for name in packed_names(packed)] == [
        "greetings",
        "decorator",
        "wcwidth",
    ]


def test_what_an_index_has_is_fetched_once_and_locked(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    index.mkdir()
    make_wheel(index / "farther", "farther", requires=["tiny"])
    monkeypatch.setenv("PIP_INDEX_URL", make_index(index))
    project = in_a_file(stage, "[xeus-python, {pip: [farther]}]")
    first = packed_names(stage.packed(project))
    assert first == (stage.wheel.name, first[1], "farther-1.0-py3-none-any.whl")
    lock = read_lock(project.out / "spec14.lock")
    assert lock is not None
    assert [one.name for one in lock.groups["xeus"].packages] == ["decorator", "farther"]
    shutil.rmtree(index)
    assert packed_names(stage.packed(project)) == first

    (tmp_path / "index").mkdir()
    tag = "cp313-cp313-pyodide_2024_0_wasm32"
    make_wheel(index / "heavy", "heavy", tag=tag)
    make_index(index)
    with pytest.raises(XeusFailed, match="heavy") as raised:
        stage.packed(in_a_file(stage, "[xeus-python, {pip: [heavy]}]"))
    assert "conda packages" in raised.value.do


def test_pip_entries_need_a_python(stage: Stage) -> None:
    with pytest.raises(XeusFailed, match="has no Python"):
        stage.packed(in_a_file(stage, "[xeus-lua, {pip: [wcwidth]}]"))
    assert stage.packed(in_a_file(stage, "[xeus-lua]")).wheels is None


def test_a_pip_entry_that_is_no_requirement(stage: Stage) -> None:
    with pytest.raises(RequirementsFailed, match="'a b' is not a requirement"):
        stage.packed(in_a_file(stage, "[xeus-python, {pip: [a b]}]"))


def test_a_renamed_environment_is_another_prefix(stage: Stage) -> None:
    project = in_a_file(stage, "[xeus-python]")
    first = stage.packed(project)
    file = stage.folder / "docs" / "environment.yml"
    file.write_text(f"name: other\n{file.read_text()}")
    packed = stage.packed(project)
    assert packed.prefix.folder.name == "other"
    assert packed.prefix.folder.is_dir()
    assert packed.prefix.packages == first.prefix.packages


def test_examples_need_a_kernel_for_python(stage: Stage) -> None:
    project = stage.project("xeus")
    text = (stage.folder / "pyproject.toml").read_text().replace('"python", ', "")
    (stage.folder / "pyproject.toml").write_text(text)
    project = read_project(stage.folder)
    with pytest.raises(XeusFailed, match="no kernel xpython") as raised:
        stage.packed(project)
    assert "xeus-python" in raised.value.do


DATA = """\
[tool.spec14.xeus]
languages = ['python']
channels = ['./channel']
[[tool.spec14.data.files]]
url = 'https://data.example/a.csv'
path = 'README.md'
sha256 = '{sha256}'
"""


@pytest.mark.parametrize(
    ("table", "said", "next_step"),
    [
        ("", "nothing says which xeus kernels there are", 'languages = ["python"]'),
        (DATA, "a xeus kernel cannot read them", 'set kernel to "both"'),
        (
            "[tool.spec14.xeus]\nlanguages = ['lua']\nchannels = ['./channel']\n",
            "no kernel xpython",
            "add xeus-python",
        ),
    ],
)
def test_what_cannot_be_is_said_by_the_command(
    spec14: Spec14, tmp_path: Path, table: str, said: str, next_step: str
) -> None:
    project = copy_project("pure", tmp_path / "pure")
    make_channel(project / "channel", CHANNEL)
    sha256 = file_sha256(project / "README.md")
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.spec14]\nkernel = 'xeus'\n" + table.replace("{sha256}", sha256))
    done = spec14("docs", "--project", project)
    what, do = error_lines(done)
    assert done.returncode == XeusFailed.exit_code
    assert said in what
    assert next_step in do
