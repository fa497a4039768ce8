"""The keys of JupyterLite's own configuration: the one place that writes them.

Build configuration is that of ``jupyterlite-core`` 0.8.6 (``jupyterlite_core/config.py``),
run-time configuration the kernel's ``kernel.v0.schema.json`` (0.8.6).
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.errors import LiteFailed

ALWAYS_APPS: Final = ("notebooks", "tree", "edit", "consoles")
"""What "Try it" and the notebook pages open, and what can be opened from there."""

APPS: Final = (*ALWAYS_APPS, "lab", "repl")

DEFAULT_KERNEL: Final = "defaultKernelName"
PYTHON: Final = "python"
"""What the Pyodide kernel is called."""
KERNEL_PLUGIN: Final = "@jupyterlite/pyodide-kernel-extension:kernel"
PYODIDE: Final = "static/pyodide"
LOCK: Final = "pyodide-lock.json"
START: Final = "spec14-start.mjs"
"""What the kernel's worker imports for the runtime (``toolkit/lite/start``)."""

DATA_OPTION: Final = "spec14DataURL"
"""Among the options of loadPyodide, which passes over it (``toolkit/lite/start``)."""

# The first would resolve packages by itself, the second writes what distribution.py writes.
OUR_ADDONS: Final = ("jupyterlite-pyodide-kernel-lock", "jupyterlite-pyodide-kernel-pyodide")
CONTENTS_ADDON: Final = "contents"

# These would take whatever else is installed; "icons" takes the favicons the pages ask for.
ONLY_NAMED: Final = ("federated_extensions", "translation")


def application_config(
    own: Mapping[str, Any], *, apps: Sequence[str], extension: Path | None, cache: Path
) -> dict[str, Any]:
    """Give the configuration of ``jupyter lite build`` for the application layer.

    Parameters
    ----------
    own
        What the project's own configuration file says; it stands where it does not make
        the site depend on another origin or on what else is installed.
    apps
        Applications to include.
    extension
        Folder of the Pyodide kernel's labextension: the only one taken unasked. ``None``: the
        site has another kernel.
    cache
        Folder for the build's temporary files.
    """
    given = own.get("LiteBuildConfig", {})
    unasked = () if extension is None else (str(extension),)
    build = {
        **given,
        "apps": list(apps),
        "cache_dir": str(cache),
        "disable_addons": [*given.get("disable_addons", ()), *OUR_ADDONS, CONTENTS_ADDON],
        "federated_extensions": [*given.get("federated_extensions", ()), *unasked],
        "ignore_sys_prefix": list(ONLY_NAMED),
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    others = {key: value for key, value in own.items() if key != "PyodideAddon"}
    return {**others, "LiteBuildConfig": build}


def contents_config(
    own: Mapping[str, Any], *, addons: Sequence[str], cache: Path
) -> dict[str, Any]:
    """Give the configuration of ``jupyter lite build`` for the contents layer alone.

    Parameters
    ----------
    own
        What the project's own configuration file says.
    addons
        All add-ons there are; each but the contents' is switched off.
    cache
        Folder for the build's temporary files.
    """
    build = {
        **own.get("LiteBuildConfig", {}),
        "cache_dir": str(cache),
        "disable_addons": [name for name in addons if name != CONTENTS_ADDON],
        "federated_extensions": [],
    }
    return {**own, "LiteBuildConfig": build}


def configure_kernel(
    file: Path, *, preload: Sequence[str], data: str | None = None, pypi: bool = False
) -> None:
    """Point the kernel at the runtime in the site and at nothing else.

    Parameters
    ----------
    file
        ``jupyter-lite.json`` at the root of a built site.
    preload
        Packages loaded while the runtime starts. The kernel installs those of its own
        that are not named here one after the other, through piplite, once it has started
        (``worker.ts`` of pyodide-kernel 0.8.6).
    data
        The manifest of the examples' data in the site; ``None`` where there is none. The
        kernel makes a key whose name ends in ``URL`` absolute.
    pypi
        Whether a package that is not in the site is taken from PyPI.
    """
    config = read_json(file)
    plugins = config.setdefault("jupyter-config-data", {}).setdefault("litePluginSettings", {})
    kernel = plugins.setdefault(KERNEL_PLUGIN, {})
    options = kernel.setdefault("loadPyodideOptions", {})
    options["packages"] = sorted({*options.get("packages", ()), *preload})
    options["lockFileURL"] = f"./{PYODIDE}/{LOCK}"
    if data is not None:
        options[DATA_OPTION] = f"./{data}"
    kernel["pyodideUrl"] = f"./{PYODIDE}/{START}"
    kernel["disablePyPIFallback"] = not pypi
    file.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")


def name_default_kernel(file: Path, name: str) -> None:
    """Say which kernel is meant where none is named, unless the project says it.

    jupyterlite-core 0.8.6 names Pyodide's, whether there is one or not (``jupyter-lite.json``).

    Parameters
    ----------
    file
        ``jupyter-lite.json`` at the root of a built site.
    name
        Of the kernel.
    """
    config = read_json(file)
    data = config.setdefault("jupyter-config-data", {})
    if data.get(DEFAULT_KERNEL, PYTHON) == PYTHON:
        data[DEFAULT_KERNEL] = name
    file.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")


def labextensions(file: Path) -> list[str]:
    """Give the names of the labextensions that ``jupyter-lite.json`` loads."""
    data = read_json(file).get("jupyter-config-data", {})
    return sorted(str(entry["name"]) for entry in data.get("federated_extensions", ()))


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object of the project's or of JupyterLite's.

    Raises
    ------
    LiteFailed
        When it is missing or is none.
    """
    try:
        loaded = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{file} cannot be read: {error}"
        raise LiteFailed(msg, do="correct the file") from error
    if not isinstance(loaded, dict):
        msg = f"{file} does not hold a JSON object"
        raise LiteFailed(msg, do="correct the file")
    return loaded
