"""The stage ``docs``: the pages, then the Lite site around the wheel, checked and published."""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

from toolkit.archive import file_sha256
from toolkit.check.static import require_sound
from toolkit.data.gather import DataFile
from toolkit.disk import full_disk_is_an_error
from toolkit.docs.button_settings import complete_button_settings
from toolkit.docs.driver import run_sphinx
from toolkit.docs.handover import CONTENTS, IN_SITE, LITE, PAGES, SOURCE_MAPS
from toolkit.docs.messages import Message
from toolkit.docs.mkdocs.driver import run_mkdocs
from toolkit.docs.publish import replacing
from toolkit.docs.source import Documentation, find_documentation
from toolkit.docs.versions import check_release
from toolkit.errors import DocsFailed
from toolkit.lite.application import Application, LineSink
from toolkit.lite.config import ALWAYS_APPS, APPS
from toolkit.lite.distribution import Distribution
from toolkit.lite.kernel import kernel_wheels as all_kernel_wheels
from toolkit.lite.site import LiteSite, build_lite
from toolkit.lite.snapshot.manifest import SiteSnapshot
from toolkit.lite.xeus.kernels import kernel_names, python_version
from toolkit.lite.xeus.layer import Packed
from toolkit.project import Project
from toolkit.runtime.distribution import read_runtime
from toolkit.runtime.lock import read_wheel
from toolkit.settings import MKDOCS, XEUS
from toolkit.wheels.generated import noting_generated

RECORD: Final = "spec14-site.json"
NOT_PUBLISHED: Final = (
    ".buildinfo",
    ".buildinfo.bak",
    ".doctrees",
    *(f"*{end}" for end in SOURCE_MAPS),
)
APP_LINK: Final = re.compile(rf"{IN_SITE}/({'|'.join(APPS)})/")


type Examiner = Callable[[Path, Path, Sequence[Path]], None]


@dataclass(frozen=True, kw_only=True)
class Built:
    """A published site.

    Attributes
    ----------
    site
        Its folder.
    wheel
        The project's wheel in it.
    pages
        How many pages it has.
    warnings
        What the tool warned of.
    """

    site: Path
    wheel: Path
    pages: int
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a site is made of besides its pages.

    Attributes
    ----------
    wheels
        The project's wheel for the runtime, and those of what it requires.
    kernel_wheels
        Folder with the wheels of ``images/requirements/kernel.txt``.
    runtime
        Folder of the npm package ``pyodide``.
    tested
        Whether the project's tests passed with this very wheel; ``None``: they were not run.
    data
        What the examples read by URL.
    snapshots
        Gives the memory snapshot that the site's Pyodide kernels start from.
    xeus
        Environments of xeus kernels; whether there is a Pyodide kernel too is the project's to
        say (``[tool.spec14] kernel``).
    """

    wheels: Sequence[Path]
    kernel_wheels: Path
    runtime: Path
    tested: bool | None = None
    data: Sequence[DataFile] = ()
    snapshots: Callable[[Distribution], SiteSnapshot] | None = None
    xeus: tuple[Packed, ...] = ()


def build_docs(
    project: Project,
    parts: Parts,
    *,
    native_python: Path,
    out: Path | None = None,
    on_line: LineSink | None = None,
    examine: Examiner | None = None,
) -> Built:
    """Build a project's documentation and publish it.

    Parameters
    ----------
    project
        The project.
    parts
        What the site is made of.
    native_python
        A Python that can import the project, built for this machine, and the tool.
    out
        The published folder; ``.spec14/site`` without.
    on_line
        Called with each line the tools write.
    examine
        Given what the extension handed over, the pages to publish, and all wheels of the site.

    Raises
    ------
    DocsFailed
        When there is no documentation, or the tool fails.
    TwoDocumentations
        When there are two, and no setting says which is meant.
    PageFailed
        When a page of MkDocs has something to be tried that cannot be.
    LiteFailed
        When the Lite site cannot be built or would not work.
    VersionsDiffer
        When the pages are about another version than the wheel.
    DiskFull
        When there is no room. In each case the old site stands.
    """
    source = find_documentation(project)
    site = out or project.site
    folder = project.cache / "docs" / _name(project, source)
    with full_disk_is_an_error(site):
        folder.mkdir(parents=True, exist_ok=True)
        with noting_generated(project, source.documents):
            if source.tool == MKDOCS:
                warnings = run_mkdocs(project, source.file, folder, native_python, on_line)
            else:
                warnings = run_sphinx(project, source.folder, folder, native_python, on_line)
    with replacing(site) as work:
        shutil.copytree(
            folder / PAGES, work, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_PUBLISHED)
        )
        if (work / IN_SITE).exists():
            msg = f"a page or folder of the documentation is called {IN_SITE!r}"
            raise DocsFailed(msg, do="give it another name: the Lite site goes there")
        pages = around_pages(
            project,
            folder,
            work,
            parts,
            on_line=on_line,
            examine=examine,
        )
    return Built(site=site, wheel=own_wheel(project, parts.wheels), pages=pages, warnings=warnings)


def _name(project: Project, source: Documentation) -> str:
    """Give the name of the folder in the cache that holds what a tool writes."""
    return MKDOCS if source.tool == MKDOCS else project.settings.docs.builder


def around_pages(
    project: Project,
    folder: Path,
    pages: Path,
    parts: Parts,
    *,
    on_line: LineSink | None = None,
    examine: Examiner | None = None,
) -> int:
    """Make a site of pages that a tool wrote, and give their number.

    Parameters
    ----------
    project
        The project.
    folder
        What the extension handed over.
    pages
        The pages; the Lite site goes into this folder.
    parts
        What it is made of.
    on_line, examine
        As for :func:`build_docs`.

    Raises
    ------
    LiteFailed
        When the Lite site cannot be built or would not work.
    XeusFailed
        When an environment of xeus kernels cannot be packed.
    VersionsDiffer
        When the pages are about another version than the wheel.
    """
    wheel = own_wheel(project, parts.wheels)
    given: dict[str, Any] = json.loads((folder / LITE).read_text("utf-8"))
    if project.settings.docs.check_version:
        check_release(wheel, given)
    distribution = _distribution(project, parts, wheel)
    if examine is not None:
        examine(folder, pages, distribution.wheels if distribution else parts.wheels)
    complete_button_settings(pages)
    lite = replace(
        describe_lite(given, folder, pages, distribution),
        data=tuple(parts.data),
        pypi=project.settings.docs.pypi,
        snapshot=parts.snapshots(distribution) if parts.snapshots and distribution else None,
        xeus=parts.xeus,
    )
    shutil.rmtree(pages / IN_SITE, ignore_errors=True)
    build_lite(lite, pages / IN_SITE, cache=project.cache / "lite", on_line=on_line)
    count = require_sound(pages, allow_origins=project.settings.docs.allow_origins)
    write_record(pages / RECORD, wheel, distribution, xeus=parts.xeus, tested=parts.tested)
    return count


def _distribution(project: Project, parts: Parts, wheel: Path) -> Distribution | None:
    """Give what the Pyodide kernel can load; ``None`` where the site has none."""
    if project.settings.kernel == XEUS:
        return None
    return Distribution(
        runtime=read_runtime(parts.runtime),
        kernel=all_kernel_wheels(parts.kernel_wheels),
        project=tuple(parts.wheels),
        own=wheel,
    )


def describe_lite(
    given: Mapping[str, Any], folder: Path, pages: Path, distribution: Distribution | None
) -> LiteSite:
    """Give the Lite site that the pages ask for.

    Parameters
    ----------
    given
        What ``conf.py`` says of it.
    folder
        What the extension handed over.
    pages
        The pages; an application beyond the usual ones is built in when one links to it.
    distribution
        What the Pyodide kernel can load.
    """
    linked = {
        name
        for page in pages.rglob("*.html")
        for name in APP_LINK.findall(page.read_text("utf-8", "replace"))
    }
    return LiteSite(
        application=Application(
            apps=tuple(app for app in APPS if app in ALWAYS_APPS or app in linked),
            folder=_optional(given["folder"]),
            config=_optional(given["config"]),
            overrides=_optional(given["overrides"]),
        ),
        distribution=distribution,
        contents=(*map(Path, given["contents"]), folder / CONTENTS),
        ignore=tuple(given["ignore"]),
    )


def own_wheel(project: Project, wheels: Sequence[Path]) -> Path:
    """Give the project's own wheel among `wheels`."""
    for wheel in wheels:
        if read_wheel(wheel).name == canonicalize_name(project.name):
            return wheel
    msg = f"there is no wheel of {project.name} among {len(wheels)} wheels"
    raise DocsFailed(msg, do="run `spec14 wheel`")


def write_record(
    file: Path,
    wheel: Path,
    distribution: Distribution | None,
    *,
    xeus: Sequence[Packed] = (),
    tested: bool | None,
) -> None:
    """Write which wheel is in the site, what runs it, and whether it was tested."""
    record: dict[str, Any] = {
        "schema": 1,
        "wheel": wheel.name,
        "wheel_sha256": file_sha256(wheel),
    }
    if distribution is not None:
        record["pyodide"] = distribution.runtime.version
        record["python"] = distribution.runtime.python
    elif xeus and (python := python_version(xeus[0].prefix)) is not None:
        record["python"] = python
    if xeus:
        record["xeus"] = [_told(one) for one in xeus]
    record["tested"] = tested
    file.write_text(json.dumps(record, indent=1) + "\n", "utf-8")


def _told(environment: Packed) -> dict[str, Any]:
    """Give what is said of an environment; whether the project's wheel is in it, too."""
    return {
        "name": environment.prefix.folder.name,
        "kernels": list(kernel_names(environment.prefix)),
        "python": python_version(environment.prefix),
        "packages": len(environment.prefix.packages),
        "lock_sha256": environment.lock_sha256,
        "wheels": list(environment.wheels.names) if environment.wheels else [],
    }


def _optional(path: str | None) -> Path | None:
    return Path(path) if path else None
