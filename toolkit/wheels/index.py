"""Where wheels come from: the image's wheelhouse first, the configured package index then.

Asking no index when the wheelhouse has everything keeps builds the same from day to day
and lets the demo build without a network.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.disk import require_room
from toolkit.errors import RequirementsFailed
from toolkit.index import pip_configuration
from toolkit.pins import WHEELHOUSE
from toolkit.process import Finished, run


@dataclass(frozen=True, kw_only=True)
class Wheelhouse:
    """The image's wheels.

    Attributes
    ----------
    native
        For the machine that builds: build backends, NumPy.
    target
        For the runtime: pytest, NumPy.
    kernel
        For the runtime: what the JupyterLite kernel consists of.
    """

    native: Path = WHEELHOUSE / "native"
    target: Path = WHEELHOUSE / "target"
    kernel: Path = WHEELHOUSE / "kernel"


def uv_environment(
    cache: Path, *, offline: bool = False, extra_index: Sequence[str] = ()
) -> dict[str, str]:
    """Give uv's variables: our cache, the wheelhouse, and the index that pip is configured for.

    uv reads no pip configuration, and a company's mirror stands nowhere else. `offline`
    keeps uv from asking it. What `extra_index` names is asked first: uv takes a package from
    the first index that knows it.
    """
    environment = {
        "UV_CACHE_DIR": str(cache / "uv"),
        "UV_FIND_LINKS": str(Wheelhouse().native),
        "UV_NO_PROGRESS": "1",
        "UV_LINK_MODE": "copy",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    if offline:
        environment["UV_OFFLINE"] = "1"
    configured = pip_configuration(os.environ)
    if index := configured.get("index-url"):
        environment["UV_DEFAULT_INDEX"] = index
    if extra := (*extra_index, *configured.get("extra-index-url", "").split()):
        environment["UV_INDEX"] = " ".join(extra)
    return environment


def offline_then_index(
    command: Sequence[str | Path],
    *,
    offline: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    what: str,
) -> Finished:
    """Run an installer on the wheelhouse alone; where that does not suffice, with the index.

    Parameters
    ----------
    command
        The installer's words.
    offline
        Words added for the first try (``--no-index``).
    cwd, env
        Passed on.
    what
        What is installed, for the error.

    Raises
    ------
    RequirementsFailed
        When neither suffices; the detail has what both said.
    """
    first = run([*command, *offline], cwd=cwd, env=env)
    if first.code == 0:
        return first
    require_room(first.output, cwd)
    second = first if env.get("UV_OFFLINE") else run(command, cwd=cwd, env=env)
    if second.code != 0:
        require_room(second.output, cwd)
        msg = f"the requirements of {what} cannot be had: {_last_error(second)}"
        raise RequirementsFailed(
            msg,
            do="correct the requirement, or see that the package index can be reached",
            detail=(
                f"with the image's wheels alone:\n{first.tail(8)}\n"
                f"with the index:\n{second.tail(12)}"
            ),
        )
    return second


def _last_error(done: Finished) -> str:
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    # uv draws a multiplication sign before its errors.
    told = [line for line in lines if line.lower().startswith(("error", "\N{MULTIPLICATION SIGN}"))]
    return (told or lines or ["no reason given"])[-1]
