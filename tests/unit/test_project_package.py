"""A package in a folder of the project: ``[tool.spec14] package``."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.docs.source import find_source
from toolkit.errors import ProjectIncomplete, SettingsError
from toolkit.project import read_project, requirements_of_docs
from toolkit.testing.command import test_command as command_of_tests
from toolkit.testing.skips import read_skips
from toolkit.verify.policy import baseline
from toolkit.wheels.upload import why_nobody_else_has_it

ROOT = '[tool.spec14]\npackage = "python"\n'
PACKAGE = '[project]\nname = "inner"\n'


def files(root: str = "", package: str = "") -> dict[str, str]:
    return {"pyproject.toml": ROOT + root, "python/pyproject.toml": PACKAGE + package}


def test_wheel_and_tests_are_the_packages_the_rest_is_the_roots(tmp_path: Path) -> None:
    write_tree(tmp_path, {**files(), "docs/conf.py": "", "python/docs/conf.py": ""})
    project = read_project(tmp_path)
    assert (project.folder, project.root) == (tmp_path / "python", tmp_path)
    assert project.name == "inner"
    assert project.out == tmp_path / ".spec14"
    assert not project.is_given
    assert find_source(project) == tmp_path / "docs"
    assert baseline(project) == tmp_path / "spec14-examples.json"


def test_without_the_key_both_are_one(tmp_path: Path) -> None:
    project = read_project(write_tree(tmp_path, {"pyproject.toml": PACKAGE}))
    assert project.root == project.folder
    assert project.root_pyproject == project.pyproject


def test_the_folder_itself_may_be_named(tmp_path: Path) -> None:
    text = f'{PACKAGE}[tool.spec14]\npackage = "."\n'
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    assert project.folder == project.root == tmp_path


def test_the_package_of_the_folder_is_a_project_of_its_own(tmp_path: Path) -> None:
    project = read_project(write_tree(tmp_path, files()) / "python")
    assert project.out == tmp_path / "python" / ".spec14"


def test_the_root_wins_key_by_key(tmp_path: Path) -> None:
    project = read_project(
        write_tree(
            tmp_path,
            files(
                'distribution = "never"\n[tool.spec14.docs]\nbuilder = "dirhtml"\n',
                "[tool.spec14]\ndistribution = 'pyodide'\noffline = true\n"
                "[tool.spec14.docs]\nbuilder = 'html'\nlite-packages = ['a']\n"
                "[tool.spec14.test]\nargs = ['-v']\n",
            ),
        )
    )
    settings = project.settings
    assert (settings.distribution, settings.offline) == ("never", True)
    assert (settings.docs.builder, settings.docs.lite_packages) == ("dirhtml", ("a",))
    assert settings.test.args == ("-v",)


@pytest.mark.parametrize(
    ("root", "package", "expected"),
    [
        ("docs = ['of-root']", "docs = ['of-package']", ("of-root",)),
        ("documentation = []", "docs = ['of-package']", ()),
        ("test = ['x']", "doc = ['of-package']", ("of-package",)),
        ("", "", ()),
    ],
)
def test_the_docs_require_what_the_root_says(
    tmp_path: Path, root: str, package: str, expected: tuple[str, ...]
) -> None:
    head = "[dependency-groups]\n"
    project = read_project(write_tree(tmp_path, files(head + root, head + package)))
    assert requirements_of_docs(project) == expected


def test_the_settings_come_before_any_group(tmp_path: Path) -> None:
    text = "[tool.spec14.docs]\nrequires = []\n[dependency-groups]\ndocs = ['x']\n"
    assert requirements_of_docs(read_project(write_tree(tmp_path, files(text)))) == ()


def test_a_skip_is_found_where_it_stands(tmp_path: Path) -> None:
    skip = "\n[[tool.spec14.test.skip]]\ntest = 't.py'\nreason = 'r'\n"
    write_tree(tmp_path / "a", files(skip))
    (entry,) = read_skips(read_project(tmp_path / "a"))
    assert entry.where == f"{tmp_path}/a/pyproject.toml:4"
    write_tree(tmp_path / "b", files(package=skip))
    (entry,) = read_skips(read_project(tmp_path / "b"))
    assert entry.where == "pyproject.toml:4"


def test_cibuildwheels_project_is_the_root(tmp_path: Path) -> None:
    text = "[tool.cibuildwheel]\ntest-command = 'pytest {project}/a {package}/b'\n"
    project = read_project(write_tree(tmp_path, files(package=text)))
    assert command_of_tests(project).pytest == (f"{tmp_path}/a", f"{tmp_path}/python/b")


def test_a_package_with_metadata_of_an_sdist_is_not_unpacked_by_us(tmp_path: Path) -> None:
    project = read_project(write_tree(tmp_path, {**files(), "python/PKG-INFO": ""}))
    assert "neither an sdist nor a commit" in str(why_nobody_else_has_it(project))


@pytest.mark.parametrize("name", ["..", "/", "../other", "python/../../other", "link", "python/up"])
def test_no_way_leads_out_of_the_project(tmp_path: Path, name: str) -> None:
    other = write_tree(tmp_path / "other", {"pyproject.toml": PACKAGE})
    root = write_tree(tmp_path / "root", files())
    (root / "link").symlink_to(other)
    (root / "python" / "up").symlink_to("../..")
    (root / "pyproject.toml").write_text(f"[tool.spec14]\npackage = {name!r}\n")
    with pytest.raises(SettingsError, match="leads out of the project"):
        read_project(root)


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"pyproject.toml": ROOT, "src/pyproject.toml": PACKAGE})
    (root / "python").symlink_to("src")
    assert read_project(root).folder == root / "python"


@pytest.mark.parametrize("name", ["nowhere", "pyproject.toml", "loop", r"a\u0000b"])
def test_what_is_no_folder_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "pyproject.toml").write_text(f'[tool.spec14]\npackage = "{name}"\n')
    with pytest.raises(SettingsError, match="there is no such folder"):
        read_project(tmp_path)


def test_a_folder_without_a_package(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"pyproject.toml": ROOT, "python/x.py": ""})
    with pytest.raises(ProjectIncomplete, match=r"/python has no pyproject\.toml"):
        read_project(root)


def test_a_package_in_a_package_is_an_error(tmp_path: Path) -> None:
    write_tree(tmp_path, files(package=ROOT))
    with pytest.raises(SettingsError, match=r"stands in .*/python too"):
        read_project(tmp_path)
