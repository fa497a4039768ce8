"""What a project has in its xeus kernels: packages, its own wheel, pure ones; and every error."""

import shutil
from pathlib import Path

import pytest

from tests.artefacts import COMPILED, make_wheel
from tests.conda_channel import Package, make_channel
from tests.indexes import make_index
from tests.integration.conftest import Spec14, copy_project, error_lines
from tests.xeus_stage import CHANNEL, PACKAGES, Stage, in_a_file, packed_names
from toolkit.archive import file_sha256
from toolkit.errors import RequirementsFailed, XeusFailed
from toolkit.project import read_project, with_choices
from toolkit.wheels.lockfile import read_lock


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
    with pytest.raises(XeusFailed, match=r"no conda package of .* is greetings") as raised:
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
    spec14: Spec14, tmp_path: Path, tiny_channel: Path, *, table: str, said: str, next_step: str
) -> None:
    project = copy_project("pure", tmp_path / "pure")
    shutil.copytree(tiny_channel, project / "channel")
    sha256 = file_sha256(project / "README.md")
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.spec14]\nkernel = 'xeus'\n" + table.replace("{sha256}", sha256))
    done = spec14("docs", "--project", project)
    what, do = error_lines(done)
    assert done.returncode == XeusFailed.exit_code
    assert said in what
    assert next_step in do


def test_a_compiled_project_is_refused_before_it_is_compiled(
    spec14: Spec14, tmp_path: Path, tiny_channel: Path
) -> None:
    project = copy_project("demo", tmp_path / "demo")
    shutil.copytree(tiny_channel, project / "channel")
    with (project / "pyproject.toml").open("a") as file:
        file.write("[tool.spec14]\nkernel = 'xeus'\n")
        file.write("[tool.spec14.xeus]\nlanguages = ['python']\nchannels = ['./channel']\n")
    done = spec14("docs", "--project", project)
    assert done.returncode == XeusFailed.exit_code
    what, do = error_lines(done)
    assert what.startswith("ripple-demo is compiled, and no conda package")
    assert "recipe.yaml" in do
    assert list((project / ".spec14" / "dist").iterdir()) == []
    assert "building the wheel" not in done.stdout
