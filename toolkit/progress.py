"""What a person sees while a stage works.

On a terminal a line for each running step, with the time so far and how long it took
last time; elsewhere plain lines. Durations are kept in ``.spec14/cache``.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from toolkit.cache import read_record, write_record

EVERY: Final = 30.0
"""Seconds between two lines of a count, where there is no terminal."""


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
    def counted(self, title: str) -> Iterator[Callable[[int, int], None]]:
        """Give a function that is told how many are done, of how many.

        On a terminal a line counts, with the time that is left; elsewhere a line is printed now
        and then.

        Parameters
        ----------
        title
            What is counted.
        """
        begun = told = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            so_far = f"{title}: {done} of {total}"
            left = f"about {(now - begun) / done * (total - done):.0f} s left" if done else ""
            with self._lock:
                for task in shown:
                    self._display.update(task, description=so_far, estimate=left)
            if not shown and now - told > EVERY:
                told = now
                self.say(f"{so_far}, {left}" if left else so_far)

        shown: list[TaskID] = []
        with self._shown(title, "", shown):
            yield tell

    @contextlib.contextmanager
    def _shown(
        self, title: str, estimate: str, tasks: list[TaskID] | None = None
    ) -> Iterator[None]:
        if not self.console.is_terminal:
            yield
            return
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._display.start()
            task = self._display.add_task(title, total=None, estimate=estimate)
        if tasks is not None:
            tasks.append(task)
        try:
            yield
        finally:
            with self._lock:
                self._display.remove_task(task)
                self._running -= 1
                if self._running == 0:
                    self._display.stop()
