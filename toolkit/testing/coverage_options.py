"""What of pytest-cov's options is honoured, and what it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

WORKER_WORDS: Final = ("-p", "pytest_spec14.measure", "-p", "no:pytest_cov")
"""What a worker's pytest is given before everything else."""
WITH_VALUE: Final = frozenset(
    {
        *("--cov", "--cov-config", "--cov-context", "--cov-fail-under", "--cov-precision"),
        "--cov-report",
    }
)
ALONE: Final = frozenset(
    {"--cov-append", "--cov-branch", "--cov-reset", "--no-cov", "--no-cov-on-fail"}
)


def with_coverage(words: Sequence[str], requirements: Sequence[str]) -> tuple[str, ...]:
    """Give the tests' requirements, with coverage where the words ask to measure.

    Parameters
    ----------
    words
        All of pytest's words (a project that has ``--cov`` in its ``addopts`` requires
        pytest-cov, which requires it).
    requirements
        The tests' requirements.
    """
    asked = any(word == "--cov" or word.startswith("--cov=") for word in words)
    names = {canonicalize_name(Requirement(text).name) for text in requirements}
    if not asked or "coverage" in names:
        return tuple(requirements)
    return (*requirements, "coverage")


def without_coverage(words: Sequence[str]) -> tuple[str, ...]:
    """Give pytest's words without those of coverage, and without the values of those.

    As argparse reads them: ``--cov tests`` measures ``tests`` and names no tests.
    """
    kept: list[str] = []
    takes = False
    for word in words:
        if takes and not word.startswith("-"):
            takes = False
            continue
        name = word.partition("=")[0]
        takes = name in WITH_VALUE and "=" not in word
        if name not in WITH_VALUE and name not in ALONE:
            kept.append(word)
    return tuple(kept)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the options ask for.

    Attributes
    ----------
    reports
        Values of ``--cov-report``.
    config
        Value of ``--cov-config``, or ``None`` for coverage's own choice.
    fail_under
        Percent; ``None`` for what the configuration says.
    precision
        Digits of percentages; ``None`` for what the configuration says.
    on_failure
        Whether there are reports when tests failed.
    """

    reports: tuple[str, ...] = ("term",)
    config: str | None = None
    fail_under: float | None = None
    precision: int | None = None
    on_failure: bool = True


def wish_of(options: Mapping[str, Any]) -> Wish | None:
    """Give what pytest's options (as a worker tells them) ask for; ``None``: not to measure."""
    if not options.get("cov_source") or options.get("no_cov"):
        return None
    config = options.get("cov_config")
    return Wish(
        reports=tuple(options.get("cov_report") or ("term",)),
        config=None if config == ".coveragerc" else config,
        fail_under=options.get("cov_fail_under"),
        precision=options.get("cov_precision"),
        on_failure=not options.get("no_cov_on_fail"),
    )
