"""Every declared file brought here once, and checked.

One that cannot be had does not keep the others from being fetched; nothing is given unless all
are there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.archive import file_sha256
from toolkit.crossenv.fetch import Limits, fetch
from toolkit.data.cors import address_for, read_networks, require_readable
from toolkit.data.declared import SHA256, Checksum, Declared, read_declared
from toolkit.data.store import DataStore, store_of
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import DataFailed, Spec14Error, UpstreamFailed
from toolkit.project import Project
from toolkit.settings import DataSettings

MIB: Final = 1 << 20
SILENCE: Final = 30.0
"""Seconds without a byte after which a connection is given up."""

ANOTHER: Final = "if it was changed on purpose, correct the checksum; otherwise do not use it"

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A file that is here.

    Attributes
    ----------
    url
        What an example asks for.
    path
        Where it lies on this machine.
    sha256
        Its SHA-256.
    size
        Bytes.
    address
        Where the reader's browser asks for it; ``None`` where the site has it.
    """

    url: str
    path: Path
    sha256: str
    size: int
    address: str | None = None


def gather_data(project: Project, *, say: Say) -> tuple[DataFile, ...]:
    """Give the data of a project, fetched where it is not here yet.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    say
        Told what was fetched.

    Raises
    ------
    DataFailed
        When one cannot be had, is not the one declared, or could not be read by a browser.
    """
    wanted = read_declared(project)
    if not wanted:
        return ()
    found: list[DataFile] = []
    failures: list[DataFailed] = []
    gatherer = _Gatherer(
        store=store_of(project),
        settings=project.settings.data,
        offline=project.settings.offline,
        say=say,
    )
    with gatherer.store.held(), full_disk_is_an_error(gatherer.store.folder):
        for one in wanted:
            try:
                found.append(gatherer.get(one))
            except DataFailed as error:
                failures.append(error)
    _raise(failures, len(wanted))
    if project.settings.offline and any(one.address for one in found):
        say("offline: whether browsers may read the data that is not in the site was not asked")
    elif not project.settings.offline:
        for file in found:
            if file.address is not None:
                where = _where(wanted, file)
                require_readable(file.address, where, silence=gatherer.limits.silence)
    return tuple(found)


def _where(wanted: Sequence[Declared], file: DataFile) -> str:
    return next(one.where for one in wanted if one.url == file.url)


def _raise(failures: Sequence[DataFailed], number: int) -> None:
    if not failures:
        return
    first, *more = failures
    detail = "\n".join(f"{one.what}\n  {one.do}" for one in more)
    what = f"{first.what} (and {len(more)} more of {number} files)" if more else first.what
    raise DataFailed(what, do=first.do, detail=detail)


@dataclass(kw_only=True)
class _Gatherer:
    """Brings one after the other, as long as there is room."""

    store: DataStore
    settings: DataSettings
    offline: bool
    say: Say
    taken: int = 0

    @property
    def limits(self) -> Limits:
        total = self.settings.timeout
        return Limits(silence=min(SILENCE, total), total=total)

    def get(self, one: Declared) -> DataFile:
        path = self._own(one) if one.path is not None else self._fetched(one)
        size = path.stat().st_size
        self.taken += size
        if self.taken > self.settings.max_size * MIB:
            raise _too_much(one, self.settings)
        address = None
        if not one.ship:
            address = address_for(one.url, self.settings.cors, read_networks(), one.where)
        return DataFile(
            url=one.url, path=path, sha256=file_sha256(path), size=size, address=address
        )

    def _own(self, one: Declared) -> Path:
        assert one.path is not None  # noqa: S101 - for mypy
        if one.checksum is not None:
            _require(one, one.checksum, one.path)
        if not one.ship:
            msg = f"{one.where}: {one.url} is a file of the project, and is not shipped"
            raise DataFailed(msg, do="leave out path or ship")
        return one.path

    def _fetched(self, one: Declared) -> Path:
        if one.checksum is not None and (known := self.store.find(one.checksum)) is not None:
            return known
        if self.offline:
            msg = f"{one.where}: {one.url} was never fetched, and offline is set"
            raise DataFailed(msg, do="run once without offline, or name a file that is here (path)")
        sha256 = self._arrive(one)
        if one.checksum is None:
            size = shown_size(self.store.arriving.stat().st_size)
            msg = f"{one.where}: {one.url} has no checksum"
            do = f'see that what it gives ({size}) is what you mean, then add: sha256 = "{sha256}"'
            raise DataFailed(msg, do=do)
        _require(one, one.checksum, self.store.arriving)
        path = self.store.keep(sha256, one.checksum)
        self.say(f"fetched {one.url} ({shown_size(path.stat().st_size)})")
        return path

    def _arrive(self, one: Declared) -> str:
        room = int(self.settings.max_size * MIB) - self.taken
        checksum = one.checksum
        sha256 = checksum.value if checksum and checksum.algorithm == SHA256 else None
        try:
            return fetch(
                one.url,
                self.store.arriving,
                sha256=sha256,
                size=room,
                limits=self.limits,
                # What comes is known by its checksum, or is only looked at.
                plain_http=True,
            )
        except UpstreamFailed as error:
            raise _failed(one, error, self.settings) from error


def _failed(one: Declared, error: Spec14Error, settings: DataSettings) -> DataFailed:
    if "more than" in error.what:
        return _too_much(one, settings)
    do = f"see that the URL is right and its host answers within {settings.timeout:g} s"
    if "SHA-256" in error.what:
        do = ANOTHER
    return DataFailed(f"{one.where}: {error.what}", do=do)


def _too_much(one: Declared, settings: DataSettings) -> DataFailed:
    msg = f"{one.where}: with {one.url} the data has more than {settings.max_size:g} MiB"
    return DataFailed(
        msg, do="raise max-size in [tool.spec14.data], or leave files of the registry out (only)"
    )


def _require(one: Declared, checksum: Checksum, path: Path) -> None:
    actual = checksum.of(path)
    if actual != checksum.value:
        msg = f"{one.where}: {one.url} has {checksum.algorithm} {actual}, not {checksum.value}"
        raise DataFailed(msg, do=ANOTHER)


def shown_size(size: int) -> str:
    """Give a number of bytes as people read it."""
    for unit, one in (("MB", 10**6), ("kB", 10**3)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} bytes"
