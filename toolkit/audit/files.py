"""A wheel's files, read without being unpacked: nothing of it ever becomes a path here."""

import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from toolkit.errors import AuditFailed, Untrusted

LARGEST: Final = 2**30
"""Bytes that a wheel's files may have together: it is read into memory."""
AS_PUBLISHED: Final = "fetch it again, or build it anew"
NOT_OURS: Final = "do not install it; tell whoever published it"


def read_files(wheel: Path) -> Mapping[str, bytes]:
    """Give the content of each file in a wheel, by name, in the wheel's order.

    Raises
    ------
    AuditFailed
        When there is no such file.
    Untrusted
        When it is not a zip file, is damaged, too large unpacked, or has names that lead
        out of the folder it is unpacked to, that come twice, or that are links.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            entries = archive.infolist()
            _require_harmless(wheel.name, entries)
            return {one.filename: archive.read(one) for one in entries if not one.is_dir()}
    except FileNotFoundError as error:
        msg = f"{wheel} does not exist"
        raise AuditFailed(msg, do="name a wheel that is there") from error
    except IsADirectoryError as error:
        msg = f"{wheel} is a folder"
        raise AuditFailed(msg, do="name a wheel (a file that ends in .whl)") from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        UnicodeDecodeError,
    ) as error:
        msg = f"{wheel.name} is no zip file that can be read: {error}"
        raise Untrusted(msg, do=AS_PUBLISHED) from error


def _require_harmless(wheel: str, entries: list[zipfile.ZipInfo]) -> None:
    names: set[str] = set()
    for one in entries:
        if why := _hostile(one):
            msg = f"{wheel} holds {one.orig_filename!r}, {why}"
            raise Untrusted(msg, do=NOT_OURS)
        if one.filename in names:
            msg = f"{wheel} holds {one.filename!r} twice"
            raise Untrusted(msg, do=NOT_OURS)
        names.add(one.filename)
    size = sum(one.file_size for one in entries)
    if size > LARGEST:
        msg = f"{wheel} holds {size / 2**30:.1f} GiB, more than {LARGEST / 2**30:.0f} GiB"
        raise Untrusted(msg, do=NOT_OURS)


def _hostile(one: zipfile.ZipInfo) -> str:
    name = one.orig_filename
    if "\0" in name or "\\" in name or any(ord(letter) < ord(" ") for letter in name):
        return "a name with characters that no file in a wheel has"
    path = PurePosixPath(name)
    if path.is_absolute() or name[1:2] == ":":
        return "an absolute path"
    if ".." in path.parts:
        return "a path that leads out of the wheel"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "a symbolic link"
    return ""
