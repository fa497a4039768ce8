"""``spec14 test --cov``: what interpreters measured becomes one file and the reports.

Inside, ``pytest_spec14/measure.py`` writes a data file for each interpreter, with paths of
the environment's site-packages. Here they are mapped to the project's source and combined, by
coverage's own API, into ``.spec14/report/coverage/.coverage.wasm``: relative paths, so that
it can be combined with a native run's data wherever the project lies.
"""

import contextlib
import io
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
from coverage import Coverage, CoverageException

from toolkit.project import Project
from toolkit.testing.coverage_options import Wish, wish_of
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.source import source_files

DATA: Final = ".coverage.wasm"
FILES: Final = {"xml": "coverage.xml", "json": "coverage.json", "lcov": "coverage.lcov"}


def part_folder(project: Project) -> Path:
    """Give the folder for the data files of the interpreters."""
    return project.cache / "coverage"


def prepare(project: Project, wheel: BuiltWheel) -> dict[str, Any]:
    """Make an empty folder for the data, and give what the interpreters are told of it."""
    folder = part_folder(project)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = python_files(wheel.path)
    tops = {name.parts[0].removesuffix(".py") for name in names}
    packages = {".".join(name.parent.parts) for name in names if len(name.parts) > 1}
    return {
        "folder": str(folder),
        "packages": sorted(tops),
        "known": sorted(tops | packages),
    }


def python_files(wheel: Path) -> tuple[PurePosixPath, ...]:
    """Give the names of a wheel's Python files, as they are installed in site-packages."""
    with zipfile.ZipFile(wheel) as archive:
        names = [PurePosixPath(name) for name in archive.namelist() if name.endswith(".py")]
    return tuple(name for name in names if not name.parts[0].endswith((".data", ".dist-info")))


def source_roots(
    installed: Iterable[PurePosixPath], source: Iterable[Path]
) -> Mapping[str, PurePosixPath]:
    """Say in which folder of the source each top package or module of a wheel stands.

    That where most of its files are found, whatever the build backend is told.

    Parameters
    ----------
    installed
        Names in the wheel.
    source
        Files of the project, relative to its folder.

    Returns
    -------
    Mapping
        By the first part of the name (``pkg`` or ``module.py``); without those that are not
        found.
    """
    names = set(installed)
    tops = {name.parts[0] for name in names}
    found: Counter[tuple[str, PurePosixPath]] = Counter()
    for path in source:
        parts = path.parts
        for index, part in enumerate(parts):
            if part in tops and PurePosixPath(*parts[index:]) in names:
                found[part, PurePosixPath(*parts[:index])] += 1
    ranked = sorted(found.items(), key=lambda item: (item[1], -len(item[0][1].parts)))
    return {top: root for (top, root), _number in ranked}


@dataclass(frozen=True, kw_only=True)
class Covered:
    """What was measured.

    Attributes
    ----------
    total
        Percent of all that was to be covered; ``None`` when nothing was measured.
    wanted
        Percent that had to be reached; 0 for none.
    text
        The reports for the terminal, and where the others are.
    """

    total: float | None
    wanted: float
    text: str

    @property
    def is_enough(self) -> bool:
        """Whether as much was covered as had to be."""
        return self.total is not None and self.total >= self.wanted


def combine(project: Project, wheel: BuiltWheel, site_packages: Path, wish: Wish) -> Covered:
    """Combine what the interpreters measured, and write the reports.

    Parameters
    ----------
    project
        The project.
    wheel
        What was tested.
    site_packages
        Where it was installed, as the interpreters saw it.
    wish
        What the options ask for.
    """
    folder = project.report / "coverage"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    # A journal beside a file is what SQLite rolls back with: its writer died.
    found = (path for path in part_folder(project).glob(".coverage.*"))
    parts = sorted(str(path) for path in found if not path.name.endswith("-journal"))
    # Relative paths are relative to the working folder.
    with contextlib.chdir(project.folder):
        coverage = Coverage(data_file=str(folder / DATA), config_file=wish.config or True)
        coverage.set_option("run:relative_files", value=True)
        coverage.set_option("run:plugins", [])
        coverage.set_option("paths", _paths(project, wheel, site_packages, coverage))
        if wish.precision is not None:
            coverage.set_option("report:precision", wish.precision)
        try:
            coverage.combine(parts, strict=True, keep=True)
            coverage.save()
            return _reported(coverage, wish, folder, project)
        except CoverageException as error:
            return Covered(total=None, wanted=wish.fail_under or 0.0, text=f"coverage: {error}")
        finally:
            coverage.get_data().close(force=True)


def _paths(
    project: Project, wheel: BuiltWheel, site_packages: Path, coverage: Coverage
) -> dict[str, list[str]]:
    """Give what ``[paths]`` of coverage's configuration says, the project's own first."""
    own = coverage.get_option("paths")
    paths: dict[str, list[str]] = dict(own) if isinstance(own, dict) else {}
    roots = source_roots(python_files(wheel.path), source_files(project.folder))
    for top, root in roots.items():
        if top.endswith(".py"):
            paths[f"spec14 {top}"] = [str(root), str(site_packages)]
        else:
            paths[f"spec14 {top}"] = [str(root / top), str(site_packages / top)]
    return paths


def _reported(coverage: Coverage, wish: Wish, folder: Path, project: Project) -> Covered:
    # Patterns of [run] are relative to the source, which the interpreters did not see.
    omit = [*_strings(coverage, "run:omit"), *_strings(coverage, "report:omit")] or None
    lines: list[str] = []
    for report in wish.reports:
        kind, _, more = report.partition(":")
        target = Path(more) if more and not kind.startswith("term") else None
        match kind:
            case "term" | "term-missing":
                lines.append(_table(coverage, kind, more, omit))
                continue
            case "html":
                place = target or folder / "html"
                coverage.html_report(directory=str(place), omit=omit)
            case "xml":
                place = target or folder / FILES[kind]
                coverage.xml_report(outfile=str(place), omit=omit)
            case "json":
                place = target or folder / FILES[kind]
                coverage.json_report(outfile=str(place), omit=omit)
            case "lcov":
                place = target or folder / FILES[kind]
                coverage.lcov_report(outfile=str(place), omit=omit)
            case "":
                continue
            case _:
                lines.append(f"coverage has no report {kind!r}\n")
                continue
        shown = place.relative_to(project.folder) if place.is_relative_to(project.folder) else place
        lines.append(f"Coverage {kind} written to {shown}\n")
    total = coverage.report(file=io.StringIO(), omit=omit)
    configured = coverage.get_option("report:fail_under")
    wanted = wish.fail_under
    if wanted is None:
        wanted = float(configured) if isinstance(configured, int | float) else 0.0
    return Covered(total=total, wanted=wanted, text="".join(lines))


def _strings(coverage: Coverage, option: str) -> list[str]:
    value = coverage.get_option(option)
    return [str(item) for item in value] if isinstance(value, list) else []


def _table(coverage: Coverage, kind: str, more: str, omit: list[str] | None) -> str:
    table = io.StringIO()
    coverage.report(
        file=table,
        show_missing=True if kind == "term-missing" else None,
        skip_covered=True if more == "skip-covered" else None,
        omit=omit,
    )
    return table.getvalue()


class CoveragePlugin:
    """In the controller's session: combines at the end, prints, and lets too little fail.

    Parameters
    ----------
    project
        The project.
    wheel
        What is tested.
    site_packages
        Where it is installed, as the interpreters see it.
    options
        pytest's options as a worker tells them.
    """

    def __init__(
        self,
        project: Project,
        wheel: BuiltWheel,
        site_packages: Path,
        options: Mapping[str, Any],
    ) -> None:
        self._project = project
        self._wheel = wheel
        self._site_packages = site_packages
        self._options = options
        self._covered: Covered | None = None

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Combine; the exit code is 1 when too little is covered (as in pytest-cov)."""
        wish = wish_of(self._options)
        failed = session.exitstatus == pytest.ExitCode.TESTS_FAILED
        if wish is None or (failed and not wish.on_failure):
            return
        self._covered = combine(self._project, self._wheel, self._site_packages, wish)
        passed = session.exitstatus == pytest.ExitCode.OK
        if passed and not self._covered.is_enough and self._covered.wanted > 0:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the reports."""
        covered = self._covered
        if covered is None:
            return
        terminalreporter.section("coverage: in WebAssembly")
        terminalreporter.write_line(covered.text)
        if covered.wanted > 0:
            total = 0.0 if covered.total is None else covered.total
            verb = "reached" if covered.is_enough else "not reached"
            terminalreporter.write_line(
                f"Required test coverage of {covered.wanted:g}% {verb}. "
                f"Total coverage: {total:.2f}%",
                red=not covered.is_enough,
                bold=not covered.is_enough,
            )
