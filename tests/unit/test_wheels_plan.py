"""The plan of a build: which of several settings counts, and where it came from."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import SettingsError
from toolkit.project import Project, read_project
from toolkit.wheels.plan import BuildPlan, Value, plan_of, with_options

CIBUILDWHEEL = """
[tool.cibuildwheel]
config-settings = {a = "1"}
environment = {A = "1", B = "$A$A"}
before-build = "python {project}/make.py {package}"
build-frontend = {name = "build", args = ["--exports", "whole_archive", "-Cb=2", "--no-isolation"]}
[tool.cibuildwheel.pyodide]
pyodide-version = "0.27.7"
[tool.pyodide.build]
cflags = "-O1"
xbuildenv_path = "/somewhere"
"""


def project(folder: Path, text: str) -> Project:
    return read_project(write_tree(folder, {"pyproject.toml": text}))


def origins(plan: BuildPlan, name: str) -> list[str]:
    return [value.origin for value in plan.explained if value.name == name]


def test_nothing_said(tmp_path: Path) -> None:
    default = Value(name="exports", value="requested", origin="default")
    assert plan_of(project(tmp_path, "")) == BuildPlan(explained=(default,))


def test_what_stands_for_cibuildwheel(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path, CIBUILDWHEEL))
    assert plan.config_settings == ("a=1", "b=2")
    assert plan.environment == {"A": "1", "B": "11"}
    assert plan.before_build == ("python ./make.py .",)
    assert plan.exports == "whole_archive"
    shown = {(value.name, value.value, value.origin) for value in plan.explained}
    everywhere = "[tool.cibuildwheel]"
    assert ("environment B", "11", everywhere) in shown
    assert ("build-frontend", "pyodide-build (build --no-isolation ignored)", everywhere) in shown
    assert ("pyodide-build cflags", "-O1", "[tool.pyodide.build]") in shown
    assert origins(plan, "pyodide-version") == [
        "[tool.cibuildwheel.pyodide] (not used: the runtime is the image's)"
    ]
    assert "not used" in origins(plan, "pyodide-build xbuildenv_path")[0]


def test_our_own_settings_win(tmp_path: Path) -> None:
    ours = """
    [tool.spec14.wheel]
    config-settings = ["c=3"]
    environment = {B = "ours $A", C = "3"}
    before-build = []
    exports = "PyInit_a,PyInit_b"
    """
    plan = plan_of(project(tmp_path, CIBUILDWHEEL.replace('"-Cb=2", ', "") + ours))
    assert plan.config_settings == ("c=3",)
    assert plan.environment == {"A": "1", "B": "ours $A", "C": "3"}
    assert plan.before_build == ()
    assert plan.exports == "PyInit_a,PyInit_b"
    assert origins(plan, "environment A") == ["[tool.cibuildwheel]"]
    assert origins(plan, "environment B") == ["[tool.spec14.wheel]"]


def test_the_command_line_is_laid_over_it(tmp_path: Path) -> None:
    given = project(tmp_path, 'tool.cibuildwheel = {before-build = "x", config-settings = "a=1"}')
    with_both = with_options(given, config_settings=("a=2", "b=3"), no_before_build=True)
    assert plan_of(with_both).config_settings == ("a=1", "a=2", "b=3")
    assert plan_of(with_both).before_build == ()
    assert with_options(given, config_settings=(), no_before_build=False) == given


@pytest.mark.parametrize(
    "frontend",
    [
        "'pyodide-build; args: --exports=pyinit'",
        "{name = 'pyodide-build', args = ['--exports=pyinit']}",
    ],
)
def test_forms_of_the_frontend(tmp_path: Path, frontend: str) -> None:
    plan = plan_of(project(tmp_path, f"tool.cibuildwheel.build-frontend = {frontend}"))
    assert plan.exports == "pyinit"
    assert [v.value for v in plan.explained if v.name == "build-frontend"] == ["pyodide-build"]


@pytest.mark.parametrize(
    "text",
    [
        'tool.spec14.wheel.exports = "all"',
        "tool.cibuildwheel.build-frontend = 3",
        'tool.cibuildwheel.environment = "A=$(exit 3)"',
        "tool.cibuildwheel.environment = 3",
        "tool.cibuildwheel.config-settings = 3",
        "tool.cibuildwheel.before-build = 3",
        "tool.spec14.wheel.environment = {A = 3}",
        'tool.spec14.wheel.environment = "A=3"',
    ],
)
def test_what_cannot_be_read(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError):
        plan_of(project(tmp_path, text))


def test_exports_of_the_environment(tmp_path: Path) -> None:
    """As `pyodide build` takes them."""
    stated = 'tool.cibuildwheel.pyodide.environment.PYODIDE_BUILD_EXPORTS = "pyinit"'
    assert plan_of(project(tmp_path, stated)).exports == "pyinit"
