"""Install an assembled cross-build environment through pyodide-build itself.

``pyodide xbuildenv install --url file:///…`` unpacks the archive and selects it, so
that ``pyodide build`` and ``pyodide venv`` find it as they would an upstream one.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit.crossenv.assemble import assemble, find_headers, pack
from toolkit.crossenv.numpy import NUMPY, overlay
from toolkit.errors import CrossEnvFailed
from toolkit.pins import RUNTIME
from toolkit.process import run
from toolkit.runtime.distribution import Runtime, read_runtime


def installed_root(home: Path) -> Path:
    """Give the selected environment below `home` (pyodide-build's ``xbuildenv_path``)."""
    return home / "xbuildenv" / "xbuildenv"


def install(
    runtime_folder: Path,
    home: Path,
    *,
    wheels: Sequence[Path],
    cross: Mapping[str, Path],
    include: Path = Path("/usr/include"),
) -> Runtime:
    """Assemble the environment for a runtime and install it below `home`.

    Parameters
    ----------
    runtime_folder
        The npm package ``pyodide``, unpacked.
    home
        Folder of pyodide-build's environments (``PYODIDE_XBUILDENV_PATH``).
    wheels
        Wheels for every ``pyodide venv`` (micropip and what it requires).
    cross
        Wheels for the target, by name, whose headers and libraries builds need.
    include
        Where CPython's headers are.

    Raises
    ------
    CrossEnvFailed
        When pyodide-build refuses it.
    """
    runtime = read_runtime(runtime_folder)
    versions = {name: path.name.split("-")[1] for name, path in cross.items()}
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        folder = Path(scratch) / "tree"
        assemble(
            runtime,
            find_headers(runtime.python_minor, include),
            folder,
            prefix=installed_root(home),
            cross_packages=versions,
            wheels=wheels,
        )
        if NUMPY in cross:
            overlay(cross[NUMPY], folder / "xbuildenv" / "site-packages-extras")
        # pyodide-build names the installed environment after the URL: a fixed one keeps
        # every include path, and with it the compiler cache, the same from build to build.
        archive = home / "spec14.tar.gz"
        pack(folder, archive)
        done = run(
            ["pyodide", "xbuildenv", "install", "--url", archive.as_uri(), "--path", home],
        )
        archive.unlink()
    if done.code != 0 or not (installed_root(home) / "pyodide-root").is_dir():
        msg = "pyodide-build did not take the cross-build environment"
        raise CrossEnvFailed(msg, do="read its message above", detail=done.tail())
    return runtime


def install_native(home: Path, versions: Mapping[str, str]) -> None:
    """Install the native side of the cross-build packages ahead of the first build.

    pyodide-build would do so on first use, into a folder that the image's user
    cannot write.
    """
    from pyodide_build.build_env import init_environment  # noqa: PLC0415
    from pyodide_build.xbuildenv import CrossBuildEnvManager  # noqa: PLC0415

    init_environment(quiet=True, xbuildenv_path=home)
    CrossBuildEnvManager(home).ensure_cross_build_packages_installed(versions.items())


def describe(home: Path) -> dict[str, str]:
    """Give the versions that the installed environment states."""
    root = installed_root(home) / "pyodide-root"
    lock = json.loads((root / "dist" / "pyodide-lock.json").read_text("utf-8"))
    package = json.loads((root / "dist" / "package.json").read_text("utf-8"))
    return {"pyodide": package["version"], **lock["info"]}


def target_python() -> Path:
    """Give the runtime's own Python of the selected environment, a program of this machine."""
    home = Path(os.environ.get("PYODIDE_XBUILDENV_PATH") or RUNTIME.parent / "xbuildenv")
    python = installed_root(home) / "pyodide-root" / "dist" / "python"
    if not python.is_file():
        msg = f"{home} holds no cross-build environment with a Python of the target"
        raise CrossEnvFailed(msg, do="run this inside the spec14-toolkit image (`spec14 info`)")
    return python
