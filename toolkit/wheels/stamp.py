"""``.dist-info/spec14.json``: what made the wheel, written into the wheel itself.

The wheel is packed anew for that, and so that the same files are the same bytes: in one
order, at one time, with the two modes that git knows. :mod:`wheel` writes RECORD.
"""

import json
import os
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipInfo

from wheel.wheelfile import WheelError, WheelFile

from toolkit.disk import full_disk_is_an_error
from toolkit.errors import BuildFailed

if TYPE_CHECKING:
    from _typeshed import SizedBuffer

NAME: Final = "spec14.json"
SIGNATURES: Final = ("RECORD", "RECORD.jws", "RECORD.p7s")
"""They are about the file list as it was."""


def stamp_wheel(wheel: Path, stamp: Mapping[str, object], *, epoch: int) -> None:
    """Put `stamp` into a wheel's metadata; the file is replaced.

    Parameters
    ----------
    wheel
        The file.
    stamp
        What JSON can write.
    epoch
        Time of every entry, in seconds since 1970 (``SOURCE_DATE_EPOCH``).

    Raises
    ------
    BuildFailed
        When it is not a valid wheel, or a file in it is not what its RECORD says.
    """
    text = json.dumps(stamp, indent=2, sort_keys=True) + "\n"
    partial = wheel.with_name(f".{os.getpid()}") / wheel.name
    partial.parent.mkdir()
    try:
        with (
            full_disk_is_an_error(wheel),
            WheelFile(wheel) as old,
            _Repacked(partial, epoch) as new,
        ):
            info = old.dist_info_path
            skipped = {f"{info}/{name}" for name in (*SIGNATURES, NAME)}
            entries = [entry for entry in old.infolist() if entry.filename not in skipped]
            # Metadata last, as the format recommends.
            entries.sort(key=lambda entry: (entry.filename.startswith(f"{info}/"), entry.filename))
            for entry in entries:
                if not entry.is_dir():
                    new.writestr(entry, old.read(entry))
            new.writestr(ZipInfo(f"{info}/{NAME}"), text)
        partial.replace(wheel)
    except (WheelError, BadZipFile) as error:
        msg = f"{wheel.name} is not a valid wheel: {error}"
        raise BuildFailed(msg, do="see that the backend makes a valid wheel") from error
    finally:
        partial.unlink(missing_ok=True)
        partial.parent.rmdir()


class _Repacked(WheelFile):
    """A wheel whose entries, RECORD too, have one time and one of two modes."""

    def __init__(self, path: Path, epoch: int) -> None:
        super().__init__(path, "w", compression=ZIP_DEFLATED)
        # What a zip file can hold begins with 1980.
        self._time = time.gmtime(max(epoch, 315532800))[:6]

    def writestr(
        self,
        zinfo_or_arcname: str | ZipInfo,
        data: SizedBuffer | str,
        compress_type: int | None = None,
        compresslevel: int | None = None,
    ) -> None:
        """Write one entry; of its own description only the name and the x bit are kept."""
        del compresslevel  # WheelFile has no such parameter
        named = zinfo_or_arcname
        original = named if isinstance(named, ZipInfo) else ZipInfo(named)
        entry = ZipInfo(original.filename, date_time=self._time)
        executable = (original.external_attr >> 16) & 0o100
        entry.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
        super().writestr(entry, data, compress_type or ZIP_DEFLATED)
