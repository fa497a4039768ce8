"""What the configured package index has of a package for the target, and what that requires.

unearth finds the files; metadata are those that the index offers beside a wheel (PEP 658), so no
wheel is fetched.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import Parser
from typing import Final

from httpx2 import HTTPError
from packaging.requirements import InvalidRequirement, Requirement
from unearth import Link, PackageFinder, TargetPython
from unearth.errors import UnpackError

from toolkit.errors import Spec14Error
from toolkit.runtime.distribution import Runtime
from toolkit.runtime.lock import read_wheel
from toolkit.sdist import index_urls

PURE: Final = "pure"
WHEEL: Final = "wheel"
SDIST: Final = "sdist"
FOREIGN: Final = "foreign"
"""Wheels for other platforms, and no sdist."""


@dataclass(frozen=True, kw_only=True)
class OnIndex:
    """What the index has.

    Attributes
    ----------
    kind
        `PURE`, `WHEEL` (for the target), `SDIST`, `FOREIGN`, or empty: it knows no such package,
        or no version that fits.
    version
        Of the best file.
    requires
        What that requires; ``None`` where the index does not say.
    silent
        Why it was not asked, or did not answer.
    """

    kind: str = ""
    version: str = ""
    requires: tuple[Requirement, ...] | None = None
    silent: str = ""


type Ask = Callable[[Requirement], OnIndex]


def index_for(runtime: Runtime) -> Ask:
    """Give what asks the index that pip is configured for, about wheels for a runtime."""
    minor = runtime.python_minor.split(".")
    abi = f"cp{''.join(minor)}"
    target = TargetPython(
        py_ver=(int(minor[0]), int(minor[1])),
        abis=[abi],
        impl="cp",
        platforms=[runtime.platform_tag],
    )
    urls = index_urls()

    def ask(requirement: Requirement) -> OnIndex:
        finder = PackageFinder(index_urls=urls, target_python=target, only_binary=[":all:"])
        plain = Requirement(f"{requirement.name}{requirement.specifier}")
        try:
            best = finder.find_best_match(plain, allow_prereleases=None).best
            if best is None:
                return _without_wheel(plain, urls)
            return OnIndex(
                kind=PURE if best.link.filename.endswith("-any.whl") else WHEEL,
                version=str(best.version),
                requires=_metadata(finder, best.link),
            )
        except (HTTPError, UnpackError, OSError) as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            return OnIndex(silent=f"did not answer ({said})")

    return ask


def _without_wheel(requirement: Requirement, urls: list[str]) -> OnIndex:
    """Say what there is instead: an sdist, or only wheels of others."""
    finder = PackageFinder(index_urls=urls, no_binary=[requirement.name])
    if (best := finder.find_best_match(requirement, allow_prereleases=None).best) is not None:
        return OnIndex(kind=SDIST, version=str(best.version))
    every = PackageFinder(index_urls=urls, ignore_compatibility=True)
    best = every.find_best_match(requirement, allow_prereleases=None).best
    return OnIndex() if best is None else OnIndex(kind=FOREIGN, version=str(best.version))


def _metadata(finder: PackageFinder, link: Link) -> tuple[Requirement, ...] | None:
    if link.is_file:
        try:
            return read_wheel(link.file_path).requires
        except Spec14Error, OSError, zipfile.BadZipFile:
            return None
    if link.dist_info_link is None:
        return None
    answer = finder.session.get(link.dist_info_link.normalized)
    answer.raise_for_status()
    lines = (
        Parser().parsestr(answer.content.decode(), headersonly=True).get_all("Requires-Dist", [])
    )
    try:
        return tuple(Requirement(str(line)) for line in lines)
    except InvalidRequirement:
        return None
