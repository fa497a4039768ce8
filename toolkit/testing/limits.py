"""What a run of tests may take."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a run may take.

    Attributes
    ----------
    workers
        Number of interpreters at once.
    timeout
        Seconds for one test (with the fixtures it sets up) or one file's import; 0 for no limit.
    run_timeout
        Seconds for the whole run; 0 for no limit.
    replace_after
        Tests after which an interpreter is replaced.
    heap_limit
        Size of an interpreter's memory, in MiB, from which it is replaced.
    """

    workers: int = 1
    timeout: float = 120.0
    run_timeout: float = 0.0
    replace_after: int = 5000
    heap_limit: int = 1024
