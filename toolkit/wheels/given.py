"""The project that a command is given: a folder, an sdist, or the name of a package.

What is not a folder is unpacked below the working folder's ``.spec14``, each project in a
folder of its own, and built from there like any other.
"""

import os
import re
import shutil
import tarfile
from pathlib import Path
from typing import Final

from filelock import FileLock
from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename

from toolkit.archive import file_sha256, unpack_sdist
from toolkit.cache import read_record, write_record
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import ProjectIncomplete, SettingsError, SourceFailed, Untrusted
from toolkit.project import OUT, Project, prepare_out, read_project
from toolkit.sdist import fetch_sdist, parse_requirement

ARCHIVES: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")


def given_project(source: str, cwd: Path, *, offline: bool = False) -> Project:
    """Give the project that a word of the command line names.

    Parameters
    ----------
    source
        A folder, an sdist, ``NAME`` or ``NAME==VERSION``. What exists as a folder or file
        counts as that; a name that holds a separator or ends as an archive is never asked for.
    cwd
        The working folder: relative paths begin there, and what is made of an sdist goes to
        its ``.spec14``.
    offline
        Whether a package that is named must have been fetched before.

    Raises
    ------
    SourceFailed
        When there is nothing of that name, or it is damaged.
    LockFailed
        When it would have to be fetched.
    """
    path = cwd / source
    out = Path(os.path.abspath(cwd)) / OUT  # noqa: PTH100 - a linked folder keeps its name
    if path.is_dir():
        return read_project(path)
    if path.is_file():
        return sdist_project(path, out)
    if "://" in source:
        parse_requirement(source)  # it says why not
    if os.sep in source or source.endswith((*ARCHIVES, ".zip", ".whl")) or source == "~":
        msg = f"{source} does not exist"
        raise SourceFailed(msg, do="name a folder, an sdist, NAME or NAME==VERSION")
    parse_requirement(source)
    prepare_out(out)
    return sdist_project(fetch_sdist(source, out / "cache" / "sdist", offline=offline), out)


def sdist_project(sdist: Path, out: Path) -> Project:
    """Unpack an sdist and give its project; unpacked once, as long as the file is the same.

    Parameters
    ----------
    sdist
        A ``.tar.gz`` file (PEP 625), or a tar of another compression.
    out
        The ``.spec14`` that what is made of it goes to.

    Raises
    ------
    SourceFailed
        When it is damaged, hostile, or holds no project.
    """
    if not sdist.name.endswith(ARCHIVES):
        msg = f"{sdist.name} is no sdist"
        do = "name a .tar.gz file (PEP 625)"
        if sdist.name.endswith(".zip"):
            do += "; a zip: unpack it and name the folder"
        raise SourceFailed(msg, do=do)
    prepare_out(out)
    home = out / "cache" / "given" / _key(sdist)
    with FileLock(out / "cache" / "given.lock"):
        folder = _unpacked(sdist, home)
    try:
        return read_project(folder, out)
    except (ProjectIncomplete, SettingsError) as error:
        said = error.what.replace(f"{folder}/", "").replace(str(folder), "it")
        msg = f"{sdist.name} holds no project that can be built: {said}"
        raise SourceFailed(msg, do="use an sdist as its project publishes it") from error


def _unpacked(sdist: Path, home: Path) -> Path:
    record, sha256 = home / "given.json", file_sha256(sdist)
    kept = read_record(record)
    folder = home / "sdist" / str(kept.get("folder", ""))
    if kept.get("sha256") == sha256 and folder.is_dir():
        return folder
    folder = _unpack(sdist, home)
    write_record(record, {"sha256": sha256, "folder": folder.name, "sdist": sdist.name})
    return folder


def _unpack(sdist: Path, home: Path) -> Path:
    """Unpack beside what is there, then change places: a half unpacked tree is never used."""
    if not _is_tar(sdist):
        msg = f"{sdist.name} is no tar archive, or its beginning is damaged"
        raise SourceFailed(msg, do="use an sdist as its project publishes it")
    home.parent.mkdir(parents=True, exist_ok=True)
    for left in home.parent.glob(f".{home.name}.*"):  # of a run that was ended in the middle
        shutil.rmtree(left, ignore_errors=True)
    partial = home.with_name(f".{home.name}.{os.getpid()}")
    partial.mkdir()
    try:
        with full_disk_is_an_error(home):
            top = unpack_sdist(sdist, partial)
        (home / "sdist").mkdir(parents=True, exist_ok=True)
        (home / "given.json").unlink(missing_ok=True)
        target = home / "sdist" / top.name
        shutil.rmtree(target, ignore_errors=True)
        top.rename(target)
    except Untrusted as error:
        raise SourceFailed(error.what, do=error.do) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _key(sdist: Path) -> str:
    """Give the folder's name for an sdist: one for each distribution, whatever its version."""
    try:
        return parse_sdist_filename(sdist.name)[0]
    except InvalidSdistFilename:
        # An archive of another name (`v1.0.tar.gz`): by its whole name.
        stem = re.sub(r"(\.tar)?\.\w+$", "", sdist.name)
        return canonicalize_name(re.sub(r"[^\w.-]", "-", stem))


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except EOFError:
        return False
