"""What a person sees while a stage works.

On a terminal a line for each running step, with the time so far and how long it took
last time; elsewhere plain lines. Durations are kept in ``.spec14/cache``.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from toolkit.cache import read_record, write_record


class Steps:
    """The steps of one command.

    Parameters
    ----------
    stream
        Where lines go (standard error when standard output is for machines).
    quiet
        Whether to print nothing.
    """

    def __init__(self, stream: TextIO, *, quiet: bool) -> None:
        self.console = Console(file=stream, quiet=quiet, highlight=False, soft_wrap=True)
        self._display = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[estimate]}[/dim]"),
            console=self.console,
            transient=True,
        )
        self._lock = threading.Lock()
        self._running = 0

    def say(self, line: str) -> None:
        """Print a line."""
        self.console.print(line, markup=False)

    @contextlib.contextmanager
    def step(self, title: str, *, record: Path, key: str) -> Iterator[None]:
        """Show that something works, from the start of the block to its end.

        Parameters
        ----------
        title
            What is being done.
        record
            JSON file of durations, seconds by `key`.
        key
            What the duration is kept under.
        """
        before = read_record(record).get(key)
        estimate = f"about {before:.0f} s last time" if isinstance(before, int | float) else ""
        started = time.monotonic()
        if not self.console.is_terminal:
            self.say(f"{title} ...")
        with self._shown(title, estimate):
            yield
        seconds = time.monotonic() - started
        with self._lock:
            write_record(record, {**read_record(record), key: round(seconds, 1)})
        self.say(f"{title}: {seconds:.1f} s")

    @contextlib.contextmanager
    def _shown(self, title: str, estimate: str) -> Iterator[None]:
        if not self.console.is_terminal:
            yield
            return
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._display.start()
            task = self._display.add_task(title, total=None, estimate=estimate)
        try:
            yield
        finally:
            with self._lock:
                self._display.remove_task(task)
                self._running -= 1
                if self._running == 0:
                    self._display.stop()
