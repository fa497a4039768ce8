"""A tiny project for each build backend: ``sample``, whose ``twice`` doubles a number."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.backends.meson import meson_c
from tests.backends.pure import flit, hatchling, poetry, setuptools_pure, uv_build
from tests.backends.scikit_build import (
    scikit_build_c,
    scikit_build_nanobind,
    scikit_build_pybind11,
)
from tests.backends.setuptools import (
    setuptools_c,
    setuptools_cffi,
    setuptools_cmake,
    setuptools_cython,
)

type Backend = Callable[[Path], Path]

COMPILED: Final[Mapping[str, Backend]] = {
    "setuptools-c": setuptools_c,
    "setuptools-cython": setuptools_cython,
    "setuptools-cmake": setuptools_cmake,
    "meson-c": meson_c,
    "scikit-build-c": scikit_build_c,
    "scikit-build-pybind11": scikit_build_pybind11,
}
"""Their build requirements are in the image's wheelhouse."""
FROM_THE_INDEX: Final[Mapping[str, Backend]] = {
    "scikit-build-nanobind": scikit_build_nanobind,
    "setuptools-cffi": setuptools_cffi,
}
"""Theirs are not."""
WITHOUT_A_COMPILER: Final[Mapping[str, Backend]] = {
    "setuptools-pure": setuptools_pure,
    "hatchling": hatchling,
    "flit": flit,
    "poetry": poetry,
    "uv-build": uv_build,
}
