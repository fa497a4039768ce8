"""Compiled or pure? One line for each kind of project."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import SettingsError
from toolkit.project import Project
from toolkit.settings import Settings
from toolkit.wheels.backend import is_compiled, is_surely_compiled

HATCH = 'build-system.build-backend = "hatchling.build"\n'
SETUPTOOLS = 'build-system.build-backend = "setuptools.build_meta"\n'
POETRY = 'build-system.build-backend = "poetry.core.masonry.api"\n'


def project(text: str) -> Project:
    return Project(
        folder=Path("/x"),
        root=Path("/x"),
        name="x",
        pyproject=tomllib.loads(text),
        root_pyproject={},
        settings=Settings(),
        out=Path("/x/.spec14"),
    )


@pytest.mark.parametrize(
    ("text", "files", "compiled"),
    [
        ('build-system.build-backend = "mesonpy"', [], True),
        ('build-system.build-backend = "scikit_build_core.build"', [], True),
        ('build-system.build-backend = "maturin"', [], True),
        ('build-system.build-backend = "flit_core.buildapi"', [], False),
        ('build-system.build-backend = "flit_scm:buildapi"', [], False),
        ('build-system.build-backend = "uv_build"', [], False),
        ('build-system.build-backend = "uv_build_of_another_kind"', [], True),
        ('build-system.build-backend = "pdm.backend"', [], True),
        ('build-system.build-backend = "ours"\nbuild-system.backend-path = ["."]', [], True),
        (HATCH, ["src/a.c"], False),
        (HATCH + "[tool.hatch.build.hooks.vcs]\nversion-file = 'v.py'", [], False),
        (HATCH + "[tool.hatch.build.hooks.custom]", [], True),
        (HATCH + "[tool.hatch.build.targets.wheel.hooks.cython]", [], True),
        (HATCH + "[tool.hatch.build.targets.sdist.hooks.custom]", [], False),
        (POETRY, [], False),
        (POETRY + 'tool.poetry.build.script = "build.py"', [], True),
        (SETUPTOOLS, ["src/a.py", "docs/b.rst"], False),
        (SETUPTOOLS, ["setup.py"], True),
        (SETUPTOOLS, ["tools/setup.py"], False),
        (SETUPTOOLS, ["src/fast.pyx"], True),
        (SETUPTOOLS, ["src/fast.pyx.in"], True),
        (SETUPTOOLS, ["src/FAST.F90"], True),
        (SETUPTOOLS, ["src/a.CPP"], True),
        (SETUPTOOLS, ["c", "notes.c.txt"], False),
        (SETUPTOOLS + '[[tool.setuptools.ext-modules]]\nname = "a"\nsources = []', [], True),
        # PEP 517: without a backend it is setuptools.
        ("", ["setup.py"], True),
        ("", ["a.py"], False),
    ],
)
def test_detection(text: str, files: list[str], *, compiled: bool) -> None:
    assert is_compiled(project(text), [Path(name) for name in files]) is compiled


@pytest.mark.parametrize("text", ["build-system = 3", SETUPTOOLS + "tool.setuptools = 'x'"])
def test_tables_that_are_none(text: str) -> None:
    with pytest.raises(SettingsError, match="must be a table"):
        is_compiled(project(text), [])


MESON = 'build-system.build-backend = "mesonpy"'
MODULE = "py.extension_module(\n  '_a', 'a.c',\n  install: true,\n)\n"


@pytest.mark.parametrize(
    ("text", "files", "sure"),
    [
        (MESON, {"meson.build": f"project('a', 'c')\nmodule = {MODULE}"}, True),
        (MESON, {"meson.build": "subdir('src/a')\n", "src/a/meson.build": MODULE}, True),
        (MESON, {"meson.build": f"if true\n  x = 1\nendif\n{MODULE}"}, True),
        (MESON, {"meson.build": f"if get_option('c')\n{MODULE}endif\n"}, False),
        (MESON, {"meson.build": "if x\nsubdir('a')\nendif", "a/meson.build": MODULE}, False),
        (MESON, {"meson.build": f"foreach x : modules\n{MODULE}endforeach\n"}, False),
        (MESON, {"meson.build": MODULE.replace("true", "false")}, False),
        (MESON, {"meson.build": f"# {MODULE}".replace("\n", " ")}, False),
        (MESON, {"meson.build": "subdir('a/..')\nsubdir('..')\nsubdir('.')\n"}, False),
        (MESON, {"a/meson.build": MODULE}, False),
        (MESON, {}, False),
        (SETUPTOOLS, {"setup.py": "", "a.c": ""}, False),
        (SETUPTOOLS + '[[tool.setuptools.ext-modules]]\nname = "a"', {}, True),
        (HATCH, {"meson.build": MODULE}, False),
        ("", {}, False),
    ],
)
def test_what_is_compiled_whatever_is_chosen(
    tmp_path: Path, text: str, files: dict[str, str], *, sure: bool
) -> None:
    write_tree(tmp_path / "x", files)
    assert is_surely_compiled(replace(project(text), folder=tmp_path / "x")) is sure
