"""Backends with nothing to compile."""

from pathlib import Path
from typing import Final

from tests.artefacts import write_tree
from tests.backends.package import PACKAGE, pyproject

PURE: Final = {**PACKAGE, "sample/_core.py": "def twice(number):\n    return 2 * number\n"}


def setuptools_pure(folder: Path) -> Path:
    """Setuptools with nothing to compile."""
    text = pyproject("setuptools.build_meta", '"setuptools"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def hatchling(folder: Path) -> Path:
    """Hatchling."""
    return write_tree(
        folder, {**PURE, "pyproject.toml": pyproject("hatchling.build", '"hatchling"')}
    )


def flit(folder: Path) -> Path:
    """Flit."""
    text = pyproject("flit_core.buildapi", '"flit_core"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def poetry(folder: Path) -> Path:
    """Poetry's backend."""
    text = pyproject("poetry.core.masonry.api", '"poetry-core"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def uv_build(folder: Path) -> Path:
    """uv's backend."""
    more = '[tool.uv.build-backend]\nmodule-root = ""\n'
    text = pyproject("uv_build", '"uv_build"', more)
    return write_tree(folder, {**PURE, "pyproject.toml": text})
