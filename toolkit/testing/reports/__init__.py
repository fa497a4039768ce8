"""What a run of the tests leaves behind: ``tests.json``, ``tests.html``, coverage, annotations.

Plugins for a pytest session that sees ordinary reports, wherever the tests run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.project import Project
from toolkit.testing.coverage import CoveragePlugin
from toolkit.testing.recorder import Recorder
from toolkit.testing.reports.writer import Facts, Writer
from toolkit.wheels.build import BuiltWheel

__all__ = ["Facts", "plugins"]


def plugins(project: Project, wheel: BuiltWheel, options: Mapping[str, Any]) -> list[object]:
    """Give the plugins to register in the session.

    Parameters
    ----------
    project
        The project; the caller holds its lock. The files go to its folder of reports.
    wheel
        The wheel that is tested.
    options
        pytest's options as a worker tells them, and: ``arguments`` (words of the command line),
        ``workers`` (their number), ``shard`` (two numbers or ``None``), ``dealt`` (fingerprint of
        the dealing, known after collection), ``runtime`` (versions by name), ``rootdir``
        (pytest's root folder) and ``site_packages`` (where the wheel is installed, as the
        workers see it). What is not there is not told.

    Returns
    -------
    list
        Plugin objects. The files are written when the session finishes, with the exit code
        that it has then.
    """
    recorder = Recorder()
    made: list[object] = [recorder, Writer(project, wheel, lambda: _facts(options), recorder)]
    if site_packages := options.get("site_packages"):
        made.append(CoveragePlugin(project, wheel, Path(site_packages), options))
    return made


def _facts(options: Mapping[str, Any]) -> Facts:
    shard = options.get("shard")
    root = options.get("rootdir")
    return Facts(
        arguments=tuple(options.get("arguments", ())),
        workers=options.get("workers", 1),
        shard=None if shard is None else f"{shard[0]}/{shard[1]}",
        dealt=options.get("dealt", ""),
        runtime={name: str(value) for name, value in options.get("runtime", {}).items()},
        root=None if root is None else Path(root),
    )
