"""The wheels of the kernel: the versions that the runtime's own lock has, and their checksums.

``images/requirements/kernel.txt`` holds the SHA-256 of one file each, the pure wheel: what a
site's lock names.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from packaging.utils import parse_wheel_filename
from packaging.version import InvalidVersion, Version

from toolkit.archive import file_sha256
from toolkit.disk import require_room
from toolkit.upkeep.candidates import Unfit
from toolkit.upkeep.clients import last, pip
from toolkit.upkeep.edits import relaxed, with_versions
from toolkit.upkeep.tree import exact
from toolkit.upkeep.uv import Uv

PLATFORM: Final = ("--python-platform", "wasm32-pyodide2024")
"""uv's name for a Python in WebAssembly (0.13.8): markers are read for Emscripten."""
PURE: Final = ("--platform", "any", "--implementation", "py", "--abi", "none")
HEAD: Final = "# Made from kernel.in: the sha256 of the pure wheel of each.\n"


def locked_kernel(uv: Uv, text: str, packages: Mapping[str, str]) -> tuple[str, str]:
    """Give ``kernel.in`` and ``kernel.txt`` for a runtime.

    Parameters
    ----------
    uv
        The resolver.
    text
        ``kernel.in`` of now. A package that one of its own requires now is added to it.
    packages
        Versions in the runtime's lock, by normalised name.

    Raises
    ------
    Unfit
        When these versions do not go together, or one has no pure wheel.
    IndexFailed
        When the index does not answer.
    """
    names = exact(text)
    constraints = uv.folder / "of-the-runtime.txt"
    lines = [f"{name}=={version}" for name, version in packages.items() if _is_version(version)]
    constraints.write_text("\n".join([*lines, ""]), "utf-8")
    loose = relaxed(text, set(names) - set(packages))
    # The runtime's own version is taken whatever it is, an older one too.
    loose = with_versions(loose, packages)
    try:
        found = uv.versions("kernel", loose, *PLATFORM, "-c", str(constraints))
    except Unfit as unfit:
        raise Unfit(f"the kernel's wheels do not go together: {unfit}") from unfit
    more = "".join(f"{name}=={found[name]}\n" for name in sorted(set(found) - set(names)))
    sums = _sums(uv, found)
    locked = [
        f"{name}=={found[name]} \\\n    --hash=sha256:{sums[name]}\n" for name in sorted(found)
    ]
    return f"{with_versions(text, found)}{more}", f"{HEAD}{''.join(locked)}"


def _sums(uv: Uv, found: Mapping[str, str]) -> dict[str, str]:
    """Fetch the pure wheels and give their SHA-256 by name."""
    folder = uv.folder / "pure"
    wanted = [f"{name}=={version}" for name, version in found.items()]
    words = ("download", "-q", "--no-deps", "--only-binary", ":all:", *PURE)
    done = pip(*words, "--python-version", uv.python, "-d", folder, *wanted)
    if done.code != 0:
        require_room(done.output, folder)
        raise Unfit(f"the kernel's wheels: {last(done)}")
    return {_name(wheel): file_sha256(wheel) for wheel in folder.glob("*.whl")}


def _name(wheel: Path) -> str:
    return str(parse_wheel_filename(wheel.name)[0])


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
