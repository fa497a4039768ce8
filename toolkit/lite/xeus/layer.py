"""The ``xeus`` folder of a site: kernels and packed packages, as ``jupyterlite-xeus`` 5.1.0 makes it.

Its addon runs alone, on an empty site; what the interface needs besides is copied and mended by
``extension.py``. What it publishes of itself (``empack_env_meta.json``) are the addresses of channels:
those of the machine that built the site are taken out.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import Channel
from toolkit.lite.xeus.prefix import Prefix
from toolkit.lite.xeus.tools import xeus_python
from toolkit.process import run

FOLDER: Final = "xeus"
META: Final = "empack_env_meta.json"
ADDON: Final = "jupyterlite-xeus"

OTHERS: Final = (
    *("archive", "contents", "federated_extensions", "icons", "lite", "mimetypes", "report"),
    *("serve", "settings", "static", "translation", "workspaces"),
)
"""Add-ons of jupyterlite-core 0.8.6: the site has been through them."""

NOWHERE: Final = "local"
"""What stands for a channel that readers are not told of."""

LIMIT: Final = 1800.0


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A prefix, and what may be said of it.

    Attributes
    ----------
    prefix
        What is packed.
    channels
        Where its packages come from.
    packages
        What was asked for.
    """

    prefix: Prefix
    channels: tuple[Channel, ...]
    packages: tuple[str, ...]


def build_layer(environments: Sequence[Packed], site: Path) -> list[str]:
    """Write the folder into a site; give the names of its kernels.

    Raises
    ------
    XeusFailed
        When the addon fails, or finds no kernel.
    """
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
        made = _addon(Path(work), [one.prefix.folder for one in environments])
        for one in environments:
            file = made / one.prefix.folder.name / META
            meta = json.loads(file.read_text("utf-8"))
            file.write_text(json.dumps(published(meta, one), indent=1) + "\n", "utf-8")
        kernels = json.loads((made / "kernels.json").read_text("utf-8"))
        if not kernels:
            msg = "the environments have no kernel that a browser can start"
            raise XeusFailed(msg, do="name one in them: xeus-python for instance")
        shutil.copytree(made, site / FOLDER)
    return sorted(kernel["kernel"] for kernel in kernels)


def _addon(work: Path, prefixes: Sequence[Path]) -> Path:
    out, empty, config = work / "out", work / "empty", work / "jupyter_lite_config.json"
    for folder in (out, empty):
        folder.mkdir()
    (out / "jupyter-lite.json").write_text('{"jupyter-config-data": {}}', "utf-8")
    build = {"apps": [], "disable_addons": list(OTHERS), "ignore_sys_prefix": True}
    # The addon wants channels where no history names them; `published` puts in the true ones.
    addon = {"prefix": [str(one) for one in prefixes], "default_channels": [NOWHERE]}
    config.write_text(json.dumps({"LiteBuildConfig": build, "XeusAddon": addon}), "utf-8")
    words = ("-m", "jupyterlite_core", "build", "--config", config)
    done = run(
        [xeus_python(), *words, "--lite-dir", empty, "--output-dir", out], cwd=work, timeout=LIMIT
    )
    if done.code != 0:
        msg = f"jupyterlite-xeus could not pack the environment (exit code {done.code})"
        raise XeusFailed(
            msg, do="read its output above; the cause stands last", detail=done.tail(30)
        )
    return out / FOLDER


def published(meta: Mapping[str, Any], environment: Packed) -> dict[str, Any]:
    """Give what may be published of an environment."""
    public = [channel.url for channel in environment.channels if channel.public]
    packages = [
        {**package, "channel": _named(str(package.get("channel", "")), public)}
        for package in meta.get("packages", ())
    ]
    specs = list(environment.packages)
    return {**meta, "packages": packages, "specs": specs, "channels": public}


def _named(channel: str, public: Sequence[str]) -> str:
    bare = channel.rstrip("/")
    return channel if bare in public else NOWHERE
