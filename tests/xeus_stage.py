"""A project with a conda channel of its own, whose packages are a few bytes: no kernel starts."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.artefacts import GREETINGS, make_wheel, write_tree
from tests.conda_channel import PREFIX, Package, kernel
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.project import with_wheels
from toolkit.lite.xeus.wanted import Wanted, prepare_wanted, read_wanted
from toolkit.project import Project, prepare_output, read_project

PACKAGES = "lib/python3.13/site-packages"
CHANNEL = [
    Package(
        name="python",
        version="3.13.1",
        files={"lib/python3.13/_build.py": f"prefix = '{PREFIX}'\n".encode()},
    ),
    Package(name="xeus-python", files=kernel("xpython"), depends=["python", "tiny"]),
    Package(name="xeus-lua", files=kernel("xlua")),
    Package(
        name="tiny",
        version="2.0",
        files={
            f"{PACKAGES}/tiny.py": b"here = True\n",
            f"{PACKAGES}/tiny-2.0.dist-info/METADATA": (
                b"Metadata-Version: 2.1\nName: tiny\nVersion: 2.0\n"
            ),
        },
        subdir="noarch",
    ),
]
CONF = """
project = "greetings"
extensions = ["sphinx.ext.autodoc", "numpydoc", "jupyterlite_sphinx"]
html_theme = "alabaster"
jupyterlite_contents = ["more.ipynb"]
"""
GUIDE = """
Guide
=====

.. notebooklite:: lua.ipynb

.. notebooklite:: python.ipynb

.. replite::

   1 + 1

.. replite::
   :kernel: xlua

   return 1
"""
SETTINGS = """\
[project]
name = "greetings"

[tool.spec14]
kernel = "{kernel}"

[tool.spec14.xeus]
languages = ["python", "lua"]
channels = ["./channel"]
"""


def notebook(name: str) -> str:
    metadata = {"kernelspec": {"name": name, "display_name": name}} if name else {}
    return json.dumps({"cells": [], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A project with a channel of its own."""

    folder: Path
    wheel: Path
    said: list[str]

    def project(self, kernel: str = "xeus", more: str = "") -> Project:
        text = SETTINGS.format(kernel=kernel) + more
        (self.folder / "pyproject.toml").write_text(text)
        return read_project(self.folder)

    def wanted(self, project: Project) -> Wanted:
        return read_wanted(project, self.folder / "docs", {})

    def packed(self, project: Project, wheel: Path | None = None) -> Packed:
        prepare_output(project)
        wanted = self.wanted(project)
        packed = prepare_wanted(wanted, offline=False, say=self.said.append)
        found = wheel or self.wheel
        return with_wheels(project, wanted.environment, packed, found, say=self.said.append)


def make_stage(tmp_path: Path, channel: Path) -> Stage:
    """Write the project, with a copy of a channel."""
    folder = write_tree(
        tmp_path / "project",
        {
            "src/greetings.py": GREETINGS,
            "docs/conf.py": CONF,
            "docs/index.rst": "Greetings\n=========\n\n.. toctree::\n\n   api\n   guide\n",
            "docs/api.rst": "API\n===\n\n.. autofunction:: greetings.greet\n",
            "docs/guide.rst": GUIDE,
            "docs/lua.ipynb": notebook("xlua"),
            "docs/python.ipynb": notebook("python3"),
            "docs/more.ipynb": notebook("python3"),
        },
    )
    shutil.copytree(channel, folder / "channel")
    requires = ["tiny>=1", "decorator"]
    files = {"greetings.py": GREETINGS}
    wheel = make_wheel(tmp_path / "made", "greetings", requires=requires, files=files)
    return Stage(folder=folder, wheel=wheel, said=[])


def packed_names(packed: Packed) -> tuple[str, ...]:
    assert packed.wheels is not None
    return packed.wheels.names


def in_a_file(stage: Stage, dependencies: str) -> Project:
    """Let the environment stand in a file, with both kernels."""
    text = f"channels: [./channel]\ndependencies: {dependencies}\n"
    (stage.folder / "docs" / "environment.yml").write_text(text)
    (stage.folder / "pyproject.toml").write_text(
        '[project]\nname = "greetings"\n[tool.spec14]\nkernel = "both"\n'
    )
    return read_project(stage.folder)
