"""The xeus kernels of a site: each has all that it starts with, and names no address of a machine.

What is looked for is what ``jupyterlite-xeus`` 5.1.0 asks for in a reader's browser.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from toolkit.cache import read_record
from toolkit.check.findings import Finding
from toolkit.check.site import BuiltSite, LiteSite, listed, read_list
from toolkit.lite.xeus.names import FOLDER, KERNELS, META, PACKAGES

LOCAL: Final = "file:"


def missing(site: BuiltSite) -> Iterator[Finding]:
    """Look for what kernels that ``kernels.json`` names do not start without."""
    for lite in site.lites:
        if not (lite.folder / FOLDER / KERNELS).is_file():
            continue
        for file in dict.fromkeys(_wanted(lite)):
            if not file.is_file():
                yield Finding(
                    kind="missing",
                    file=site.name(file),
                    what="is not there, and a xeus kernel does not start without it",
                    do="copy the whole folder xeus into the site",
                )


def local_channels(site: BuiltSite) -> Iterator[Finding]:
    """Look for channels of conda packages that are folders of the machine that built the site."""
    for lite in site.lites:
        for file in sorted((lite.folder / FOLDER).glob(f"*/{META}")):
            meta = read_record(file)
            named = [_read_key(one, "channel") for one in listed(meta.get("packages"))]
            channels = {str(one) for one in (*listed(meta.get("channels")), *named)}
            for channel in sorted(one for one in channels if one.startswith(LOCAL)):
                yield Finding(
                    kind="local-path",
                    file=site.name(file),
                    what=f"names the channel {channel}",
                    do="build the site again with spec14 docs, which takes it out",
                )


def _wanted(lite: LiteSite) -> Iterator[Path]:
    """Give the files that kernels ask for."""
    top = lite.folder / FOLDER
    for kernel in read_list(top / KERNELS):
        name, environment = _read_key(kernel, "kernel"), _read_key(kernel, "env_name")
        folder = top / environment
        spec = read_record(folder / name / "kernel.json")
        yield folder / name / "kernel.json"
        for program in listed(spec.get("argv"))[:1]:
            script = lite.folder / str(program)
            yield from (script, script.with_suffix(".wasm"))
        metadata = spec.get("metadata")
        shared = metadata.get("shared") if isinstance(metadata, dict) else None
        yield from (folder / name / str(one) for one in shared or ())
        yield folder / META
        meta = read_record(folder / META)
        for packed in (*listed(meta.get("packages")), *listed(meta.get("mounts"))):
            yield folder / PACKAGES / _read_key(packed, "filename")


def _read_key(value: Any, key: str) -> str:
    return str(value.get(key, "")) if isinstance(value, dict) else ""
