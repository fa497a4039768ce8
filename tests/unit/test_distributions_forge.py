"""``recipe.yaml``: rattler-build's own library reads it and fills it in."""

import ast
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from rattler_build import Stage0Recipe, VariantConfig
from rattler_build.render import RenderConfig
from rattler_build.tool_config import PlatformConfig

from tests.recipes import COMPILED, PURE, with_plan
from toolkit.distributions.facts import Facts
from toolkit.distributions.forge import CROSS_NAME, beside, match, recipe
from toolkit.distributions.linked import libraries
from toolkit.distributions.source import Source
from toolkit.distributions.write import as_yaml

SDIST = Source(url="https://files.example.org/1.0/my_package-1.0.tar.gz", sha256="a" * 64)
VARIANTS = """
c_compiler: [emscripten]
cxx_compiler: [emscripten]
python: ['3.13.* *_cp313']
numpy: ['2.3']
"""


def rendered(facts: Facts, folder: Path, source: Source = SDIST) -> dict[str, Any]:
    """Read a recipe as rattler-build does, for emscripten-forge's platform."""
    file = folder / "recipe.yaml"
    file.write_text(as_yaml(recipe(facts, source, ["somebody"])))
    target = "emscripten-wasm32"
    platform = PlatformConfig(
        target_platform=target, host_platform=target, build_platform="linux-64"
    )
    variants = VariantConfig.from_yaml(VARIANTS)
    (variant,) = Stage0Recipe.from_file(file).render(variants, RenderConfig(platform=platform))
    content: dict[str, Any] = variant.recipe.to_dict()
    return content


def test_a_pure_package(tmp_path: Path) -> None:
    read = rendered(PURE, tmp_path)
    assert read["package"] == {"name": "my-package", "version": "1.0"}
    assert read["source"] == [{"url": SDIST.url, "sha256": SDIST.sha256}]
    assert "/1.0/my_package-${{ version }}.tar.gz" in (tmp_path / "recipe.yaml").read_text()
    assert read["build"]["noarch"] == "python"
    assert read["build"]["script"] == "${PYTHON} -m pip install . ${PIP_ARGS}"
    assert read["requirements"] == {
        "build": ["cross-python_emscripten-wasm32", "python", "pip", "flit-core >=3.2,<4"],
        "host": ["python", "pip"],
        "run": ["python", "numpy >=2"],
    }
    assert read["tests"][0]["files"]["recipe"] == ["test_import_my_package.py"]
    assert read["about"]["license_file"] == ["LICENSE"]
    assert read["extra"] == {"recipe-maintainers": ["somebody"]}
    assert list(beside(PURE)) == ["test_import_my_package.py"]


def test_a_package_built_with_meson(tmp_path: Path) -> None:
    library = next(one for one in libraries() if one.name == "libjpeg")
    facts = with_plan(
        replace(COMPILED, libraries=(library,)),
        config_settings=("setup-args=-Dx=$(touch evil)",),
        environment={"CFLAGS": "-O3 -DNAME='a b'", "MODE": "`id`"},
    )
    read = rendered(facts, tmp_path)
    assert "noarch" not in read["build"]
    assert "script" not in read["build"]
    assert read["requirements"]["build"] == [
        *("emscripten_emscripten-wasm32", "cross-python_emscripten-wasm32", "python", "pip"),
        *("meson-python", "numpy >=2", "ninja", "pkg-config"),
    ]
    assert read["requirements"]["host"] == ["python", "numpy >=2", "libjpeg-turbo"]
    files = beside(facts)
    assert set(files) == {"test_import_my_package.py", "build.sh", CROSS_NAME}
    assert "import my_package._core" in files["test_import_my_package.py"]
    ast.parse(files["test_import_my_package.py"])


def test_a_script_gives_pip_the_words_of_the_build(tmp_path: Path) -> None:
    facts = with_plan(
        COMPILED,
        config_settings=("setup-args=-Dx=$(touch evil)",),
        environment={"CFLAGS": "-O3 -DNAME='a b'", "MODE": "`id`"},
        before_build=("echo made > generated.txt",),
    )
    for name, text in beside(facts).items():
        (tmp_path / name).write_text(text)
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > words\nenv > environment\n')
    python.chmod(0o755)
    place = str(tmp_path)
    (tmp_path / "source").mkdir()
    done = subprocess.run(
        ["bash", str(tmp_path / "build.sh")],
        cwd=tmp_path / "source",
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHON": str(python),
            "CFLAGS": "-fPIC",
            "PIP_ARGS": "--prefix=/p --no-deps",
            "RECIPE_DIR": place,
            "SRC_DIR": str(tmp_path / "source"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    source = tmp_path / "source"
    assert (source / "words").read_text().splitlines() == [
        *("-m", "pip", "install", ".", "--prefix=/p", "--no-deps", "--no-build-isolation"),
        f"-Csetup-args=--cross-file={source / CROSS_NAME}",
        "-Csetup-args=-Dx=$(touch evil)",
    ]
    assert not (source / "evil").exists()
    environment = (source / "environment").read_text()
    assert "\nCFLAGS=-fPIC -O3 -DNAME='a b'\n" in f"\n{environment}"
    assert "\nMODE=`id`\n" in f"\n{environment}"
    assert (source / "generated.txt").is_file()
    assert f"python = '{python}'" in (source / CROSS_NAME).read_text()


def test_nothing_of_the_metadata_is_filled_in(tmp_path: Path) -> None:
    facts = replace(PURE, summary='${{ env.get("HOME") }}', license="My own: licence")
    read = rendered(facts, tmp_path)
    assert read["about"]["summary"] == '$ {{ env.get("HOME") }}'
    assert read["about"]["license"] == "LicenseRef-My-own-licence"


def test_a_source_beside_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    assert rendered(PURE, tmp_path, Source())["source"][0]["path"] == "src"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("NumPy", "numpy"),
        ("numpy<3,>=2", "numpy >=2,<3"),
        ("numpy==2.*", "numpy 2.*"),
        ("numpy==2.4.6", "numpy ==2.4.6"),
        ("numpy===2.4.6", "numpy ==2.4.6"),
        ("numpy~=2.4.1", "numpy >=2.4.1,2.4.*"),
        ("numpy!=2.3,>2", "numpy !=2.3,>2"),
        ("msgpack>1", "msgpack-python >1"),
        ("a_b.c[extra]", "a-b-c"),
    ],
)
def test_requirements_as_conda_writes_them(said: str, expected: str, tmp_path: Path) -> None:
    assert match(Requirement(said)) == expected
    facts = replace(PURE, requires=(Requirement(said),))
    assert rendered(facts, tmp_path)["requirements"]["run"] == ["python", expected]


def test_yaml_keeps_what_stands_first() -> None:
    content = yaml.safe_load(as_yaml(recipe(COMPILED, SDIST, [])))
    assert list(content)[:4] == ["schema_version", "context", "package", "source"]
    assert content["requirements"]["build"][0] == "${{ compiler('c') }}"
