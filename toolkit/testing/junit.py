"""JUnit files: pytest's own writer, told of tests whose interpreter died."""

from pathlib import Path

import pytest
from _pytest.junitxml import LogXML


class Junit(LogXML):
    """pytest's writer, for which such a test is an error, not a failure."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a result."""
        if report.when == "call" and getattr(report, "spec14_lost", False):
            reporter = self._opentestcase(report)
            reporter.append_error(report)
            self.update_testcase_duration(report)
            self.finalize(report)
        else:
            super().pytest_runtest_logreport(report)


def junit_files(config: pytest.Config, own: Path) -> list[Junit]:
    """Give the writers of our own file and of the one that ``--junitxml`` names.

    Parameters
    ----------
    config
        pytest's; it must not be configured yet.
    own
        Where our file goes.
    """
    asked = config.option.spec14_junit
    paths = [own, *([Path(asked)] if asked else [])]
    entries = ("suite_name", "logging", "duration_report", "family", "log_passing_tests")
    values = [config.getini(f"junit_{entry}") for entry in entries]
    return [Junit(str(path), config.option.junitprefix, *values) for path in paths]
