"""Who is told what comes of the tests."""

from typing import Protocol

from toolkit.runtime.interpreter import Message
from toolkit.testing.worker import Running, Worker


class Listener(Protocol):
    """Who is told what comes of the tests."""

    def heard(self, worker: Worker, message: Message) -> None:
        """Take a message that is not the engine's own business."""

    def lost(self, worker: Worker, test: Running, text: str) -> None:
        """Take a test whose interpreter died, or that was not there any more."""

    def batch_done(self, worker: Worker) -> None:
        """Take note that a worker is through with its batch, or has died in it."""

    def tick(self) -> None:
        """Refresh what is shown."""


class Backlog:
    """Who listens before there is a session: messages are kept for it."""

    def __init__(self) -> None:
        self.messages: list[tuple[Worker, Message]] = []

    def heard(self, worker: Worker, message: Message) -> None:
        """Keep a message."""
        self.messages.append((worker, message))

    def lost(self, worker: Worker, test: Running, text: str) -> None:
        """Never called: no test runs yet."""
        raise AssertionError(worker, test, text)

    def batch_done(self, worker: Worker) -> None:
        """Never called either."""
        raise AssertionError(worker)

    def tick(self) -> None:
        """Do nothing."""
