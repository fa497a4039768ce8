"""Xeus kernels in a built JupyterLite site: their folder, and the interface's part."""

import json
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.lite.config import read_json
from toolkit.lite.xeus.extension import NAME, copy_extension
from toolkit.lite.xeus.layer import Packed, build_layer
from toolkit.lite.xeus.tools import xeus_python
from toolkit.pins import FILES

OUR_NAME: Final = "@spec14/xeus"
OURS: Final = Path(__file__).parent / "labextension"
"""The labextension that tells the page around a frame when a kernel is ready."""


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """What ``images/sources.toml`` says of conda packages.

    Attributes
    ----------
    channels
        Addresses of channels by name.
    table
        The address that jupyterlite-xeus asks with each start, to be taken out.
    """

    channels: Mapping[str, str]
    table: str


def upstream() -> Upstream:
    """Read it."""
    named = tomllib.loads((FILES / "sources.toml").read_text("utf-8"))["xeus"]
    return Upstream(channels=dict(named["channels"]), table=str(named["table"]))


def add_xeus(site: Path, environments: Sequence[Packed]) -> list[str]:
    """Put kernels into a site that ``jupyter lite build`` has made; give their names.

    To be called before :func:`toolkit.lite.interface.add_interface`, which joins the scripts of all
    labextensions.

    Raises
    ------
    XeusFailed
        When an environment cannot be packed, or jupyterlite-xeus is not as it was.
    """
    kernels = build_layer(environments, site)
    installed = xeus_python().parents[1]
    extensions = site / "extensions"
    copied = (
        copy_extension(installed, extensions, table=upstream().table),
        shutil.copytree(OURS, extensions / OUR_NAME),
    )
    file = site / "jupyter-lite.json"
    config = read_json(file)
    data = config.setdefault("jupyter-config-data", {})
    loaded = [*data.get("federated_extensions", ())]
    for name, folder in zip((NAME, OUR_NAME), copied, strict=True):
        loaded.append({"name": name, **read_json(folder / "package.json")["jupyterlab"]["_build"]})
    data["federated_extensions"] = loaded
    file.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", "utf-8")
    return kernels
