"""Which packages emscripten-forge has: asked of its channels, where they can be reached."""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from toolkit.errors import ToolMissing
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.site import upstream
from toolkit.lite.xeus.tools import xeus_python
from toolkit.lite.xeus.wanted import mirrors
from toolkit.process import run
from toolkit.project import Project

QUERY: Final = Path(__file__).with_name("forge_query.py")
CHANNEL: Final = "emscripten-forge"
LIMIT: Final = 30
"""Seconds for the indexes of all channels."""


@dataclass(frozen=True, kw_only=True)
class Forge:
    """What the channels said.

    Attributes
    ----------
    versions
        By name.
    silent
        Why they were not asked, or did not answer; empty where they did.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    silent: str = ""


def ask_forge(names: Sequence[str], project: Project, cache: Path) -> Forge:
    """Ask the project's channels (``[tool.spec14.xeus] channels``), or emscripten-forge.

    Parameters
    ----------
    names
        Normalised names of packages.
    project
        The project.
    cache
        Folder for the channels' indexes.

    Raises
    ------
    XeusFailed
        When the project names a channel that nobody knows.
    """
    settings = project.settings.xeus
    if project.settings.offline:
        return Forge(silent="not asked (offline)")
    channels = resolve(
        settings.channels or (CHANNEL,),
        upstream().channels,
        root=project.root,
        private=settings.private,
    )
    request = {
        "channels": [channel.url for channel in channels],
        "names": list(names),
        "cache": str(cache),
        "configuration": [str(file) for file in mirrors("rattler")],
    }
    return _asked(request) if names else Forge()


def _asked(request: Mapping[str, object]) -> Forge:
    with tempfile.TemporaryDirectory(prefix="spec14-forge-") as work:
        asked, result = Path(work) / "request.json", Path(work) / "result.json"
        asked.write_text(json.dumps(request), "utf-8")
        try:
            done = run([xeus_python(), QUERY, asked, result], timeout=LIMIT)
        except ToolMissing as error:
            return Forge(silent=f"not asked ({error.what})")
        except subprocess.TimeoutExpired:
            return Forge(silent=f"not asked (no answer in {LIMIT} s)")
        if not result.is_file():
            return Forge(silent=f"not asked ({done.tail(1)})")
        told = json.loads(result.read_text("utf-8"))
    if told["reason"]:
        return Forge(silent=f"not asked ({told['reason']})")
    return Forge(versions=told["versions"])
