"""Build again when the source of a project has changed."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import watchfiles

from toolkit.errors import Spec14Error
from toolkit.serve.live import Live
from toolkit.wheels.source import FOREIGN, digest, source_files

QUIET: Final = 300
"""Milliseconds: an editor and a ``git checkout`` write several files one after the other."""


class SourceFilter(watchfiles.BaseFilter):
    """Events of what can be source: what a build writes would call for the next build.

    Parameters
    ----------
    root
        The project.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        super().__init__()

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        """Say whether an event counts."""
        del change
        try:
            inner = Path(path).relative_to(self._root)
        except ValueError:
            return True
        return FOREIGN.isdisjoint(inner.parts)


def watch(
    root: Path,
    *,
    build: Callable[[], str | None],
    live: Live,
    stop: threading.Event,
) -> None:
    """Build after each change of the source, until told to stop.

    A change during a build is seen after it. Files that only got a new date call for nothing.

    Parameters
    ----------
    root
        The project's folder.
    build
        Publishes a site; gives what it said if it failed.
    live
        Is told of all of it.
    stop
        Ends the watch.
    """
    root = root.resolve()
    seen = _state(root)
    events = watchfiles.watch(
        root,
        watch_filter=SourceFilter(root),
        debounce=QUIET,
        step=50,
        stop_event=stop,
        rust_timeout=500,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for changes in events:
        if stop.is_set():
            return
        if not changes or (now := _state(root)) == seen:
            continue
        seen = now
        live.building()
        if (error := build()) is None:
            live.built()
        else:
            live.failed(error)


def _state(root: Path) -> str:
    while True:
        try:
            return digest(root, source_files(root))
        except FileNotFoundError:
            # A file went between the list and the look: the list is made anew.
            continue
        except Spec14Error as error:
            return str(error)  # the build says the same, where it is read
