"""Run inside the image: the site that upstream's tools make of the same documentation.

::

    python -m tests.benchmarks.stock_site PROJECT OUT [--no-buttons]

`PROJECT` is a project on which ``spec14 docs`` has been run (it is, where it was not): the wheels
and the environment are taken from there, so both sites have the same. `OUT` does not exist yet.

What a maintainer gets who follows upstream: Sphinx with jupyterlite-sphinx and its defaults
(``stock/conf.py``, ``stock/jupyter_lite_config.json``), every labextension of the documentation's
environment, Pyodide's own files and a lock in ``static/pyodide`` of the documentation's folder
(which JupyterLite finds by itself), the project's wheel in piplite's index and an install cell at
the head of each example. The lock names exactly the wheels that lie there: the one that Pyodide
publishes would lead to another origin. With ``--no-buttons`` it is the pages alone, without
JupyterLite.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.benchmarks.build_wheels import SPEC14, Words
from toolkit.docs.build import NOT_PUBLISHED, own_wheel
from toolkit.docs.source import find_source
from toolkit.errors import DocsFailed
from toolkit.lite.config import LOCK, PYODIDE
from toolkit.lite.distribution import Distribution
from toolkit.lite.kernel import OWN, kernel_wheels
from toolkit.pins import RUNTIME
from toolkit.process import run
from toolkit.project import Project, read_project
from toolkit.runtime.distribution import RUNTIME_FILES, read_runtime
from toolkit.runtime.lock import make_lock, read_wheel
from toolkit.wheels.build import build_wheel
from toolkit.wheels.dependencies import site_wheels
from toolkit.wheels.index import Wheelhouse
from toolkit.working import working_on

STOCK: Final = Path(__file__).parent / "stock"
CONF: Final = "conf.py"
PROJECT_CONF: Final = "project_conf.py"
WHEELS: Final = "wheels"
"""Where ``jupyter_lite_config.json`` looks for the wheels of piplite's index."""

WITHOUT_BUTTONS: Final = """
extensions.remove("jupyterlite_sphinx")
extensions.append("without_lite")
global_enable_try_examples = False
"""


def build_stock(project: Project, out: Path) -> None:
    """Build the pages and the JupyterLite site with upstream's tools.

    Parameters
    ----------
    project
        The project.
    out
        Folder that does not exist.

    Raises
    ------
    DocsFailed
        When Sphinx fails.
    """
    with tempfile.TemporaryDirectory() as name:
        source = _source_in(Path(name), project)
        for file in STOCK.glob("*.json"):
            shutil.copyfile(file, source / file.name)
        (source / CONF).rename(source / PROJECT_CONF)
        shutil.copyfile(STOCK / CONF, source / CONF)
        _write_packages(project, source)
        _sphinx(project, source, out)


def build_without_buttons(project: Project, out: Path) -> None:
    """Build the pages alone.

    Raises
    ------
    DocsFailed
        When Sphinx fails.
    """
    with tempfile.TemporaryDirectory() as name:
        source = _source_in(Path(name), project)
        with (source / CONF).open("a", encoding="utf-8") as file:
            file.write(WITHOUT_BUTTONS)
        shutil.copyfile(STOCK / "without_lite.py", source / "without_lite.py")
        _sphinx(project, source, out)


def _source_in(folder: Path, project: Project) -> Path:
    source = folder / "docs"
    foreign = shutil.ignore_patterns("_build", "_contents", ".spec14", "__pycache__")
    shutil.copytree(find_source(project), source, ignore=foreign)
    return source


def _write_packages(project: Project, source: Path) -> None:
    """Write the runtime, its lock and its wheels, and the wheel for piplite's index."""
    with working_on(project):
        built = build_wheel(project)
        wheels = site_wheels(project, built, project.settings.docs.lite_packages)
    own = own_wheel(project, wheels)
    runtime = read_runtime(RUNTIME)
    distribution = Distribution(
        runtime=runtime,
        kernel=kernel_wheels(Wheelhouse().kernel),
        project=tuple(wheel for wheel in wheels if wheel != own),
    )
    # The kernel's own three wheels lie in its labextension, which has an index for piplite.
    locked = [wheel for wheel in distribution.wheels if read_wheel(wheel).name not in OWN]
    pyodide = source / PYODIDE
    _copy([*(runtime.folder / name for name in RUNTIME_FILES), *locked], pyodide)
    make_lock(runtime, locked, provided=OWN).to_json(pyodide / LOCK)
    _copy([own], source / WHEELS)


def _copy(files: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


def _sphinx(project: Project, source: Path, out: Path) -> None:
    """Run plain Sphinx; what it does not mean to publish, and source maps, are left out."""
    html = source.with_name("html")
    python = project.cache / "docs-env" / "bin" / "python"
    words: Words = [python, "-m", "sphinx", "-q", "-b", "html", source, html]
    home = source.with_name("home")
    home.mkdir()
    places = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
    done = run(words, cwd=source, env={name: str(home) for name in places})
    if done.code != 0:
        msg = f"Sphinx failed (exit code {done.code})"
        raise DocsFailed(msg, do="read its output", detail=done.tail(40))
    shutil.copytree(html, out, ignore=shutil.ignore_patterns(*NOT_PUBLISHED))


def main() -> None:
    """Build."""
    parser = argparse.ArgumentParser()
    parser.add_argument("project", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--no-buttons", action="store_true")
    arguments = parser.parse_args()
    project = read_project(arguments.project.resolve())
    if not (project.cache / "docs-env").is_dir():
        words: Words = [*SPEC14, "docs", "--project", project.folder]
        done = run(words)
        if done.code != 0:
            raise SystemExit(done.tail(40))
    build = build_without_buttons if arguments.no_buttons else build_stock
    build(project, arguments.out.resolve())


if __name__ == "__main__":
    main()
