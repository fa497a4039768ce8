"""The ``xeus`` folder of a site: kernels and packed packages, as ``jupyterlite-xeus`` 5.1.0 does.

Its addon runs alone, on an empty site; what the interface needs besides is copied and mended by
``extension.py``. What it publishes of itself (``empack_env_meta.json``) are the addresses of
channels: those of the machine that built the site are taken out.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.cache import key_of
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.archives import write_anew
from toolkit.lite.xeus.channels import NOWHERE, Channel
from toolkit.lite.xeus.names import FOLDER, KERNELS, META, PACKAGES
from toolkit.lite.xeus.packs import kept
from toolkit.lite.xeus.prefix import Prefix
from toolkit.lite.xeus.tools import xeus_python
from toolkit.process import run

ADDON: Final = "jupyterlite-xeus"

OTHERS: Final = (
    *("archive", "contents", "federated_extensions", "icons", "lite", "mimetypes", "report"),
    *("serve", "settings", "static", "translation", "workspaces"),
)
"""Add-ons of jupyterlite-core 0.8.6: the site has been through them."""

LIMIT: Final = 1800.0


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Wheels that were installed into a folder.

    Attributes
    ----------
    folder
        It holds nothing else.
    place
        Where it goes in the browser's file system.
    names
        Files of the wheels.
    """

    folder: Path
    place: PurePosixPath
    names: tuple[str, ...]

    def digest(self) -> str:
        """Give what they are known by: every file's name and content."""
        files = sorted(one for one in self.folder.rglob("*") if one.is_file())
        return key_of(
            [[one.relative_to(self.folder).as_posix(), file_sha256(one)] for one in files]
        )


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
    lock_sha256
        Of the ``spec14-xeus.lock`` that it was installed from.
    wheels
        Pure wheels beside it.
    """

    prefix: Prefix
    channels: tuple[Channel, ...]
    packages: tuple[str, ...]
    lock_sha256: str = ""
    wheels: Installed | None = None

    def parts(self) -> list[object]:
        """Give all that goes into what is packed of it, besides the tools that do it."""
        return [
            self.prefix.folder.name,
            [dict(one) for one in self.prefix.packages],
            [(channel.url, channel.public) for channel in self.channels],
            self.packages,
            self.wheels and [str(self.wheels.place), self.wheels.digest()],
        ]


def build_layer(environments: Sequence[Packed], site: Path) -> list[str]:
    """Write the folder into a site; give the names of its kernels.

    Raises
    ------
    XeusFailed
        When the addon fails, or finds no kernel.
    """
    kernels: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as name:
        whole = Path(name) / FOLDER
        for one in environments:
            # One after the other: what is mounted is mounted in all that are packed together.
            _add(one, whole)
            kernels += json.loads((whole / KERNELS).read_text("utf-8"))
        if not kernels:
            msg = "the environments have no kernel that a browser can start"
            raise XeusFailed(msg, do="name one in them: xeus-python for instance")
        kernels.sort(key=lambda kernel: (kernel["env_name"], kernel["kernel"]))
        (whole / KERNELS).write_text(json.dumps(kernels), "utf-8")
        shutil.copytree(whole, site / FOLDER)
    return sorted(kernel["kernel"] for kernel in kernels)


def _add(environment: Packed, whole: Path) -> None:
    """Pack an environment into a folder, or take what was kept of it."""
    if (packs := environment.prefix.packs) is None:
        whole.mkdir(exist_ok=True)
        _pack(environment, whole)
    else:
        kept(packs, environment.parts(), lambda made: _pack(environment, made), whole)


def _pack(environment: Packed, target: Path) -> None:
    """Pack an environment into a folder that is there."""
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as name:
        made = _addon(Path(name), environment)
        _publish(made / environment.prefix.folder.name, environment)
        shutil.copytree(made, target, dirs_exist_ok=True)


def _addon(work: Path, environment: Packed) -> Path:
    out, empty, config = work / "out", work / "empty", work / "jupyter_lite_config.json"
    for folder in (out, empty):
        folder.mkdir()
    (out / "jupyter-lite.json").write_text('{"jupyter-config-data": {}}', "utf-8")
    build = {"apps": [], "disable_addons": list(OTHERS), "ignore_sys_prefix": True}
    # The addon wants channels where no history names them; `published` puts in the true ones.
    addon = {"prefix": [str(environment.prefix.folder)], "default_channels": [NOWHERE]}
    if environment.wheels is not None:
        # By another name: a colon in its own would end it.
        folder = work / "wheels"
        folder.symlink_to(environment.wheels.folder)
        addon["mounts"] = [f"{folder}:{environment.wheels.place}"]
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


def _publish(folder: Path, environment: Packed) -> None:
    """Take out of what was packed what readers are not told of."""
    file = folder / META
    meta = published(json.loads(file.read_text("utf-8")), environment)
    meta["packages"].sort(key=lambda package: str(package["name"]))
    file.write_text(json.dumps(meta, indent=1) + "\n", "utf-8")
    public = _public(environment)
    for archive in sorted((folder / PACKAGES).glob("*.tar.gz")):
        write_anew(archive, environment.prefix.folder, public)


def published(meta: Mapping[str, Any], environment: Packed) -> dict[str, Any]:
    """Give what may be published of an environment."""
    public = _public(environment)
    packages = [
        {**package, "channel": _named(str(package.get("channel", "")), public)}
        for package in meta.get("packages", ())
    ]
    specs = list(environment.packages)
    # Without any, kernels do not start ("No channels specified" of mambajs in jupyterlite-xeus).
    channels = public or [NOWHERE]
    return {**meta, "packages": packages, "specs": specs, "channels": channels}


def _public(environment: Packed) -> list[str]:
    return [channel.url for channel in environment.channels if channel.public]


def _named(channel: str, public: Sequence[str]) -> str:
    bare = channel.rstrip("/")
    return channel if bare in public else NOWHERE
