"""Archives from elsewhere: checked by SHA-256, unpacked without leaving the folder."""

import gzip
import hashlib
import lzma
import tarfile
import zlib
from pathlib import Path
from typing import Final

from toolkit.errors import Untrusted

CHUNK: Final = 1 << 20


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_sha256(path: Path, expected: str) -> None:
    """Check a file's SHA-256.

    Raises
    ------
    Untrusted
        When it differs.
    """
    actual = file_sha256(path)
    if actual != expected:
        msg = f"{path.name} has SHA-256 {actual}, not {expected}"
        raise Untrusted(
            msg, do="delete the file and fetch it again; if it stays, tell its publisher"
        )


def unpack_sdist(archive: Path, target: Path) -> Path:
    """Unpack an sdist below `target` and give its single top folder.

    Links out of the folder, absolute names, devices and set-uid bits are refused by the
    ``data`` filter (PEP 706).

    Raises
    ------
    Untrusted
        When the archive is hostile or not an sdist.
    """
    try:
        with tarfile.open(archive, "r:*") as tar:
            tar.extractall(target, filter="data")
            # tarfile stops where the last member ends: the checksum of the whole comes after.
            while tar.fileobj is not None and tar.fileobj.read(CHUNK):
                pass
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        msg = f"{archive.name} cannot be unpacked: {error}"
        raise Untrusted(msg, do="use an sdist as its project publishes it") from error
    tops = list(target.iterdir())
    if len(tops) != 1 or not tops[0].is_dir():
        msg = f"{archive.name} holds {len(tops)} entries at its top, not one folder"
        raise Untrusted(msg, do="use an sdist as its project publishes it (PEP 517)")
    return tops[0]
