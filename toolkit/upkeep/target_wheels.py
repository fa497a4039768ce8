"""The wheels for the runtime that come from the index: each needs one with the runtime's tag."""

import re
from collections.abc import Mapping
from typing import Final

from packaging.utils import canonicalize_name

from toolkit.disk import require_room
from toolkit.errors import IndexFailed
from toolkit.runtime.distribution import Runtime
from toolkit.upkeep.candidates import Unfit
from toolkit.upkeep.clients import for_runtime, index_versions, last, pip
from toolkit.upkeep.uv import Uv

NO_WHEEL: Final = re.compile(
    r"No matching distribution found for (?P<name>[\w.-]+)==(?P<version>\S+)"
)
"""pip's words for it (26.0)."""
ROUNDS: Final = 12
"""How many packages may be held back before it is taken for a mistake."""


def with_wheels(
    uv: Uv, text: str, compiled: Mapping[str, str], runtime: Runtime
) -> tuple[str, dict[str, str]]:
    """Lock ``target.in``; what has no wheel for the runtime at its newest is held back.

    Parameters
    ----------
    uv
        The resolver.
    text
        ``target.in``.
    compiled
        Versions that the image compiles itself: they are no part of the lock.
    runtime
        What the wheels have to load in.

    Returns
    -------
    tuple
        The lock, and the reason for each package that is held back.

    Raises
    ------
    Unfit
        When a package has no wheel for the runtime at all, or there is no solution.
    IndexFailed
        When the index does not answer.
    """
    held = dict(compiled)
    notes: dict[str, str] = {}
    constraints = uv.folder / "held.txt"
    omitted = [word for name in compiled for word in ("--no-emit-package", name)]
    for _ in range(ROUNDS):
        lines = [f"{name}=={version}" for name, version in held.items()]
        constraints.write_text("\n".join([*lines, ""]), "utf-8")
        words = ("--generate-hashes", "-c", str(constraints), *omitted)
        locked = uv.compiled("target", text, *words)
        lacking = _lacking(uv, runtime)
        if lacking is None:
            return locked, notes
        name, version = lacking
        held[name] = _newest_with_wheel(name, uv, runtime)
        notes[name] = f"{version} has no wheel for {runtime.platform_tag}"
    msg = f"{len(notes)} packages have no wheel for {runtime.platform_tag}: {', '.join(notes)}"
    raise Unfit(msg)


def _lacking(uv: Uv, runtime: Runtime) -> tuple[str, str] | None:
    """Fetch the wheels as the image's build does; give the first that there is none of."""
    of_runtime = (*for_runtime(runtime), "--python-version", runtime.python_minor)
    words = ("download", "-q", "--require-hashes", "--no-deps", "--only-binary", ":all:")
    folder = uv.folder / "target-wheels"
    done = pip(*words, *of_runtime, "-r", uv.folder / "target.txt", "-d", folder)
    if done.code == 0:
        return None
    require_room(done.output, folder)
    found = NO_WHEEL.search(done.output)
    if found is None:
        msg = f"the wheels for the runtime cannot be had: {last(done)}"
        do = "see that the package index can be reached (pip's configuration)"
        raise IndexFailed(msg, do=do, detail=done.tail(8))
    return canonicalize_name(found["name"]), found["version"]


def _newest_with_wheel(name: str, uv: Uv, runtime: Runtime) -> str:
    try:
        return index_versions(name, uv.python, for_runtime(runtime))[0]
    except (IndexFailed, IndexError) as error:
        msg = f"{name} has no wheel for {runtime.platform_tag} on the index"
        raise Unfit(msg) from error
