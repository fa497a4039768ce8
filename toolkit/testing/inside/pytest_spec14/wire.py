"""What of pytest's objects goes over the channel, and how much of it.

Reports go the way pytest-xdist's do: pytest's own ``pytest_report_to_serializable``.
"""

import json
import platform
import sys
import warnings
from collections.abc import Mapping
from typing import Any, Final

import pluggy
import pytest

SECTION: Final = 400_000
"""Characters kept of what a test printed, half of them from its beginning."""


def cut(text: str, bound: int = SECTION) -> str:
    """Give a text with its middle left out where it is longer than `bound`."""
    if len(text) <= bound:
        return text
    half = bound // 2
    left_out = len(text) - 2 * half
    return f"{text[:half]}\n[spec14: {left_out} of {len(text)} characters left out]\n{text[-half:]}"


def cut_sections(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Cut what was captured to a bound."""
    report.sections = [(title, cut(text)) for title, text in report.sections]
    if isinstance(report.longrepr, str):
        report.longrepr = cut(report.longrepr)


def report_data(
    config: pytest.Config, report: pytest.TestReport | pytest.CollectReport
) -> Mapping[str, Any]:
    """Give a report as values that JSON can hold."""
    data: dict[str, Any] = config.hook.pytest_report_to_serializable(config=config, report=report)
    return data


def warning_data(message: warnings.WarningMessage) -> Mapping[str, Any]:
    """Give a warning as values that JSON can hold."""
    return {
        "text": cut(str(message.message), 20_000),
        "category": message.category.__name__,
        "filename": message.filename,
        "lineno": message.lineno,
        "line": message.line,
    }


def known_options(config: pytest.Config) -> Mapping[str, Any]:
    """Give the options whose values JSON can hold."""
    return {name: value for name, value in vars(config.option).items() if _is_json(value)}


def _is_json(value: object) -> bool:
    try:
        json.dumps(value)
    except TypeError, ValueError:
        return False
    return True


INI: Final = (
    "cache_dir",
    "console_output_style",
    "junit_duration_report",
    "junit_family",
    "junit_log_passing_tests",
    "junit_logging",
    "junit_suite_name",
    "verbosity_assertions",
    "verbosity_test_cases",
)
"""The entries of the configuration that decide how results are shown."""


def known_entries(config: pytest.Config) -> Mapping[str, Any]:
    """Give the entries of the project's configuration named in `INI`."""
    found: dict[str, Any] = {}
    for name in INI:
        try:
            value = config.getini(name)
        except KeyError, ValueError:
            continue  # an older pytest has no such entry
        if isinstance(value, str | int | float | bool):
            found[name] = value
    return found


def identity(config: pytest.Config) -> Mapping[str, Any]:
    """Say on what pytest runs: the words of its own first line."""
    return {
        "platform": sys.platform,
        "versions": {
            "Python": platform.python_version(),
            "pytest": pytest.__version__,
            "pluggy": pluggy.__version__,
        },
        "inipath": str(config.inipath) if config.inipath else None,
    }
