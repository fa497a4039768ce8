"""The kernels of a prefix: their names, and the Python that one of them runs."""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import PurePosixPath
from typing import Final

from packaging.utils import canonicalize_name

from toolkit.lite.xeus.faults import KERNELS
from toolkit.lite.xeus.prefix import Prefix

PYTHON: Final = "python"


def kernel_names(prefix: Prefix) -> tuple[str, ...]:
    """Give the names of a prefix's kernels, sorted."""
    found = (prefix.folder / KERNELS).glob("*/kernel.json")
    return tuple(sorted(file.parent.name for file in found))


def names_in_site(kernels: Sequence[tuple[str, str]]) -> list[str]:
    """Give what the interface calls kernels, each by its environment and its own name.

    One that two environments have is called after both (``extension/index.ts`` of jupyterlite-xeus
    5.1.0).
    """
    counted = Counter(name for _environment, name in kernels)
    return [
        f"{name} ({environment})" if counted[name] > 1 else name for environment, name in kernels
    ]


def python_version(prefix: Prefix) -> str | None:
    """Give the version of a prefix's Python (``3.13.1``); ``None`` where it has none."""
    versions = (one["version"] for one in prefix.packages if one["name"] == PYTHON)
    return next(versions, None)


def site_packages(version: str) -> PurePosixPath:
    """Give the folder of a Python's packages, in the browser's file system."""
    minor = ".".join(version.split(".")[:2])
    return PurePosixPath("/lib", f"{PYTHON}{minor}", "site-packages")


def installed_distributions(prefix: Prefix, version: str) -> dict[str, str]:
    """Give the versions of the Python packages that conda has installed, by name.

    Their own metadata is read: conda has other names for some.
    """
    folder = prefix.folder / site_packages(version).relative_to("/")
    found = distributions(path=[str(folder)])
    return {str(canonicalize_name(one.name)): one.version for one in found if one.name}
