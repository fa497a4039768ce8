"""meson-python."""

from pathlib import Path
from typing import Final

from tests.artefacts import write_tree
from tests.backends.package import PACKAGE, C, pyproject

MESON: Final = """
    project('sample', 'c', version: '1.0')
    py = import('python').find_installation(pure: false)
    py.extension_module('_core', 'sample/_core.c', subdir: 'sample', install: true)
    py.install_sources('sample/__init__.py', 'sample/other.py', subdir: 'sample')
    """


def meson_c(folder: Path) -> Path:
    """meson-python with an extension in C."""
    text = pyproject("mesonpy", '"meson-python"')
    files = {"pyproject.toml": text, "meson.build": MESON, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})
