"""Two compilers at once, and both of them ended by one Ctrl-C."""

import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from toolkit.process import end, of_thread


class Crew:
    """Jobs side by side: when the block fails, the programs they started are ended.

    A thread cannot be stopped, and the programs, in process groups of their own, see no
    Ctrl-C: leaving the block would wait for the compilers otherwise.

    Parameters
    ----------
    size
        Number of threads.
    """

    def __init__(self, size: int) -> None:
        self._pool = ThreadPoolExecutor(max_workers=size)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop()
        self._pool.shutdown(cancel_futures=True)

    def start[**P, R](self, job: Callable[P, R], *values: P.args, **named: P.kwargs) -> Future[R]:
        """Start a job in a thread; its result is the future's."""

        def work() -> R:
            of_thread.watcher = self
            try:
                return job(*values, **named)
            finally:
                del of_thread.watcher

        return self._pool.submit(work)

    def add(self, child: subprocess.Popen[str]) -> None:
        """Take note of a program.

        Raises
        ------
        CancelledError
            When the block has failed meanwhile: the program must not go on.
        """
        with self._lock:
            if self._stopped:
                raise CancelledError
            self._running.add(child)

    def discard(self, child: subprocess.Popen[str]) -> None:
        """Forget a program that has ended."""
        with self._lock:
            self._running.discard(child)

    def stop(self) -> None:
        """End the programs that run, and start no more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for child in running:
            end(child)
