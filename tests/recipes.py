"""Facts of a package for the tests of recipes."""

from dataclasses import replace
from typing import Any, Final

from packaging.requirements import Requirement

from toolkit.distributions.facts import Facts
from toolkit.wheels.plan import BuildPlan

PURE: Final = Facts(
    name="my-package",
    version="1.0",
    summary="Waves: on strings",
    license="BSD-3-Clause",
    license_files=("LICENSE",),
    urls={"home": "https://docs.example.org/", "repository": "https://code.example.org/my"},
    imports=("my_package",),
    modules=(),
    requires=(Requirement("NumPy>=2"),),
    build_requires=(Requirement("flit-core>=3.2,<4"),),
    backend="flit_core",
    languages=(),
    libraries=(),
    plan=BuildPlan(),
)
COMPILED: Final = replace(
    PURE,
    modules=("my_package._core",),
    build_requires=(Requirement("meson-python"), Requirement("numpy>=2")),
    backend="mesonpy",
    languages=("c",),
    plan=BuildPlan(exports="requested"),
)


def with_plan(facts: Facts, **values: Any) -> Facts:
    """Give facts of another build."""
    return replace(facts, plan=replace(facts.plan, **values))
