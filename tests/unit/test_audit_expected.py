"""Which projects should have compiled modules in their wheel."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import make_loading_runtime, make_wheel, write_tree
from toolkit.audit.expected import evidence_of_modules
from toolkit.audit.findings import require_kinds
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.errors import AuditFailed, SettingsError


def evidence(
    folder: Path, files: Mapping[str, str], pyproject: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    write_tree(folder, files)
    return evidence_of_modules(folder, sorted(map(Path, files)), pyproject or {})


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"setup.py": "Extension('a', ['a.c'])", "a.c": ""}, ("setup.py", "a.c")),
        ({"setup.py": "ext_modules=cythonize('a.pyx')", "a/a.pyx": ""}, ("setup.py", "a/a.pyx")),
        ({"src/meson.build": "py.extension_module('a')", "a.pyx.in": ""}, None),
        ({"CMakeLists.txt": "pybind11_add_module(a a.cpp)", "a.cpp": ""}, None),
        ({"src/CMakeLists.txt": "add_library(a MODULE a.cpp)", "src/a.cpp": ""}, None),
        ({"CMakeLists.txt": "add_library(a STATIC a.cpp)", "a.cpp": ""}, ()),
        ({"Cargo.toml": 'crate-type = ["cdylib"]', "src/lib.rs": ""}, None),
        # Sources that nothing makes a module of; a declaration without sources; tests.
        ({"setup.py": "setup()", "a/template.c": ""}, ()),
        ({"setup.py": "Extension('a', ['a.c'])", "a.py": ""}, ()),
        ({"setup.py": "Extension('a', ['a.c'])", "tests/a.c": ""}, ()),
        ({"meson.build": "py.install_sources('a.py')", "a.c": ""}, ()),
        ({"tests/setup.py": "Extension('a', ['a.c'])", "a.c": ""}, ()),
    ],
)
def test_evidence(tmp_path: Path, files: dict[str, str], found: tuple[str, ...] | None) -> None:
    if found is None:
        found = tuple(files)
    assert evidence(tmp_path, files) == found


def test_declared_in_pyproject(tmp_path: Path) -> None:
    modules = {"tool": {"setuptools": {"ext-modules": [{"name": "a", "sources": ["a.c"]}]}}}
    assert evidence(tmp_path, {"a.c": ""}, modules)[0].startswith("pyproject.toml")
    assert evidence(tmp_path, {"a.c": ""}) == ()


def test_a_build_that_fell_back_to_pure(tmp_path: Path) -> None:
    runtime = make_loading_runtime(tmp_path / "runtime")
    wheel = make_wheel(tmp_path, "a")
    seen = ("setup.py", "yaml/_yaml.pyx")
    with pytest.raises(AuditFailed, match=r"though .* \(setup.py, yaml/_yaml.pyx\)") as error:
        require_sound(audit_wheel(wheel, runtime, expected=seen))
    assert 'allow = ["pure"]' in error.value.do
    require_sound(audit_wheel(wheel, runtime, expected=seen, allow=["pure"]))
    require_sound(audit_wheel(wheel, runtime))


def test_a_kind_that_is_none() -> None:
    require_kinds(["pure", "debug"], "here")
    with pytest.raises(SettingsError, match=r"here: .* 'pur'; did you mean 'pure'"):
        require_kinds(["pur"], "here")
