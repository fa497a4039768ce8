"""One self-contained JupyterLite site, described and built."""

from dataclasses import dataclass
from pathlib import Path

from toolkit.data.gather import DataFile
from toolkit.data.ship import FOLDER, MANIFEST, write_data
from toolkit.lite.application import Application, LineSink, copy_application, own_config
from toolkit.lite.config import PYODIDE, configure_kernel
from toolkit.lite.contents import add_contents
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.lite.interface import add_interface
from toolkit.lite.snapshot.manifest import SiteSnapshot


@dataclass(frozen=True, kw_only=True)
class LiteSite:
    """What a site is made of.

    Attributes
    ----------
    application
        The application and its configuration.
    distribution
        Runtime and wheels.
    contents
        Files, and folders whose content is taken.
    ignore
        Regular expressions of contents to leave out.
    data
        What examples read by URL.
    pypi
        Whether the kernel takes from PyPI what is not in the site.
    snapshot
        What kernels start from; without one they start in the ordinary way.
    """

    application: Application
    distribution: Distribution
    contents: tuple[Path, ...] = ()
    ignore: tuple[str, ...] = ()
    data: tuple[DataFile, ...] = ()
    pypi: bool = False
    snapshot: SiteSnapshot | None = None


def build_lite(site: LiteSite, out: Path, *, cache: Path, on_line: LineSink | None = None) -> None:
    """Build a site.

    Parameters
    ----------
    site
        What it is made of.
    out
        Folder that does not exist.
    cache
        Folder kept from run to run.
    on_line
        Called with each line the tools write.

    Raises
    ------
    LiteFailed
        When it cannot be built, or the kernel could not load what is in it.
    """
    copy_application(site.application, out, cache=cache, on_line=on_line)
    add_interface(out)
    write_distribution(site.distribution, out / PYODIDE, site.snapshot)
    add_contents(
        out,
        site.contents,
        own=own_config(site.application),
        ignore=site.ignore,
        on_line=on_line,
    )
    if site.data:
        write_data(site.data, out / FOLDER)
    configure_kernel(
        out / "jupyter-lite.json",
        preload=names((*site.distribution.of_kernel, *site.distribution.from_start)),
        data=f"{FOLDER}/{MANIFEST}" if site.data else None,
        pypi=site.pypi,
    )
