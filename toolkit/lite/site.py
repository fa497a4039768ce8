"""One self-contained JupyterLite site, described and built."""

from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.data.gather import DataFile
from toolkit.data.ship import FOLDER, MANIFEST, write_data
from toolkit.lite.application import Application, LineSink, copy_application, own_config
from toolkit.lite.config import PYODIDE, configure_kernel, name_default_kernel
from toolkit.lite.contents import add_contents
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.lite.elsewhere import mark_elsewhere
from toolkit.lite.interface import add_interface
from toolkit.lite.snapshot.manifest import SiteSnapshot
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.names import XPYTHON
from toolkit.lite.xeus.site import add_xeus


@dataclass(frozen=True, kw_only=True)
class LiteSite:
    """What a site is made of.

    Attributes
    ----------
    application
        The application and its configuration.
    distribution
        Runtime and wheels of the Pyodide kernel; ``None`` where the site has none.
    contents
        Files, and folders whose content is taken.
    ignore
        Regular expressions of contents to leave out.
    data
        What examples read by URL.
    pypi
        Whether the kernel takes from PyPI what is not in the site.
    snapshot
        What Pyodide kernels start from; without one they start in the ordinary way.
    xeus
        Environments of xeus kernels.
    """

    application: Application
    distribution: Distribution | None
    contents: tuple[Path, ...] = ()
    ignore: tuple[str, ...] = ()
    data: tuple[DataFile, ...] = ()
    pypi: bool = False
    snapshot: SiteSnapshot | None = None
    xeus: tuple[Packed, ...] = ()


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
    XeusFailed
        When an environment cannot be packed.
    """
    distribution = site.distribution
    application = replace(site.application, pyodide=distribution is not None)
    copy_application(application, out, cache=cache, on_line=on_line)
    config = out / "jupyter-lite.json"
    if site.xeus:
        kernels = add_xeus(out, site.xeus)
        if distribution is None:
            name_default_kernel(config, XPYTHON if XPYTHON in kernels else kernels[0])
    add_interface(out)
    if distribution is not None:
        write_distribution(distribution, out / PYODIDE, site.snapshot)
    add_contents(
        out,
        site.contents,
        own=own_config(site.application),
        ignore=site.ignore,
        on_line=on_line,
    )
    if site.xeus and distribution is not None:
        mark_elsewhere(out)
    if site.data:
        write_data(site.data, out / FOLDER)
    if distribution is not None:
        configure_kernel(
            config,
            preload=names((*distribution.of_kernel, *distribution.from_start)),
            data=f"{FOLDER}/{MANIFEST}" if site.data else None,
            pypi=site.pypi,
        )
