"""``meta.yaml``: what stands in it, and that pyodide-build takes it."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pyodide_build.recipe.spec import MetaConfig

from tests.recipes import COMPILED, PURE, with_plan
from toolkit.distributions.linked import libraries
from toolkit.distributions.pyodide import DEFAULT_EXPORTS, lacking, meta
from toolkit.distributions.source import Source
from toolkit.distributions.write import as_yaml
from toolkit.errors import RecipeFailed

SDIST = Source(url="https://files.example.org/my_package-1.0.tar.gz", sha256="a" * 64)
LIBRARIES = {library.name: library for library in libraries()}


def test_a_pure_package_reads_like_this() -> None:
    assert as_yaml(meta(PURE, SDIST, ["somebody"])) == (
        "package:\n"
        "  name: my-package\n"
        "  version: '1.0'\n"
        "  top-level:\n"
        "    - my_package\n"
        "source:\n"
        "  url: https://files.example.org/my_package-1.0.tar.gz\n"
        f"  sha256: {'a' * 64}\n"
        "requirements:\n"
        "  run:\n"
        "    - numpy\n"
        "test:\n"
        "  imports:\n"
        "    - my_package\n"
        "about:\n"
        "  home: https://docs.example.org/\n"
        "  summary: 'Waves: on strings'\n"
        "  license: BSD-3-Clause\n"
        "extra:\n"
        "  recipe-maintainers:\n"
        "    - somebody\n"
    )


def test_a_compiled_package(tmp_path: Path) -> None:
    facts = replace(COMPILED, libraries=(LIBRARIES["libyaml"], LIBRARIES["libjpeg"]))
    facts = with_plan(
        facts,
        config_settings=("setup-args=-Dx=false", "setup-args=-Dy=1"),
        environment={"CFLAGS": "-O3", "MY_OPTION": "it's on"},
        before_build=("python tools/make.py",),
        exports="whole_archive",
    )
    file = tmp_path / "meta.yaml"
    file.write_text(as_yaml(meta(facts, Source(), [])))
    read = MetaConfig.from_yaml(file)
    assert read.source.path == tmp_path / "src"
    assert read.build.backend_flags.split() == ["setup-args=-Dx=false", "setup-args=-Dy=1"]
    assert read.build.cflags == "-O3 -I$(WASM_LIBRARY_DIR)/include -sUSE_LIBJPEG=1"
    assert read.build.ldflags == "-L$(WASM_LIBRARY_DIR)/lib -sUSE_LIBJPEG=1"
    assert read.build.script == "export MY_OPTION='it'\"'\"'s on'\npython tools/make.py"
    assert read.build.exports == "whole_archive"
    assert read.requirements.host == ["numpy", "libyaml"]
    assert read.requirements.executable == ["pkg-config"]
    assert read.test.imports == ["my_package", "my_package._core"]


def test_what_is_exported() -> None:
    (default,) = {
        MetaConfig.from_dict(
            {"package": {"name": "x", "version": "1"}, "source": {"path": "."}}
        ).build.exports
    }
    assert default == DEFAULT_EXPORTS
    assert meta(COMPILED, SDIST, [])["build"]["exports"] == "requested"
    assert "build" not in meta(with_plan(COMPILED, exports="pyinit"), SDIST, [])
    named = meta(with_plan(COMPILED, exports="PyInit_a,PyInit_b"), SDIST, [])
    assert named["build"]["exports"] == ["PyInit_a", "PyInit_b"]
    assert "build" not in meta(PURE, SDIST, [])


def test_a_setting_that_the_form_cannot_hold() -> None:
    with pytest.raises(RecipeFailed, match="has blanks"):
        meta(with_plan(COMPILED, config_settings=("setup-args=-Dx=a b",)), SDIST, [])


def test_what_the_model_of_pyodide_build_refuses() -> None:
    with pytest.raises(RecipeFailed, match="pyodide-build does not take"):
        meta(PURE, Source(url="https://files.example.org/x.tar.gz"), [])


def test_what_needs_a_recipe_of_its_own() -> None:
    facts = replace(COMPILED, libraries=(LIBRARIES["libyaml"], LIBRARIES["libqhull"]))
    assert lacking(facts, ["numpy"]) == ("libqhull",)
    assert lacking(facts, []) == ("numpy", "libqhull")


def test_texts_are_texts() -> None:
    facts = replace(PURE, summary="- !!python/object:os.system {a: b} # no", version="1e3")
    read = yaml.safe_load(as_yaml(meta(facts, SDIST, [])))
    assert read["about"]["summary"] == facts.summary
    assert read["package"]["version"] == "1e3"
