"""The stages in a row: each brings what it needs up to date and does nothing twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import toolkit
from toolkit.browser.gate import SNAPSHOTS, BothWays
from toolkit.browser.in_chromium import in_kernels_of
from toolkit.cache import key_of, read_record, write_record
from toolkit.crew import Crew
from toolkit.data.gather import DataFile, gather_data
from toolkit.docs.build import Built, Parts, around_pages, build_docs
from toolkit.docs.source import documented_in, find_source
from toolkit.errors import StageMissing
from toolkit.lite.snapshot.site import Snapshots
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.project import require_packaged
from toolkit.lite.xeus.stage import (
    has_pyodide_alone,
    require_readable,
    wanted_in,
    with_own_wheel,
)
from toolkit.lite.xeus.wanted import Wanted, prepare_wanted
from toolkit.pins import RUNTIME, fingerprint
from toolkit.progress import Steps
from toolkit.project import Project, requirements_of_docs
from toolkit.settings import XEUS
from toolkit.testing.run import was_tested
from toolkit.toolchain import unofficial
from toolkit.verify.run import Telling
from toolkit.verify.stage import Examination, Examiner
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.build import BuiltWheel, build_wheel, current_wheel
from toolkit.wheels.compilers import processors_allowed
from toolkit.wheels.dependencies import site_wheels
from toolkit.wheels.generated import project_files
from toolkit.wheels.index import Wheelhouse
from toolkit.wheels.native import current_native_python, native_python, native_version
from toolkit.wheels.source import digest, source_files
from toolkit.wheels.store import shared_folder
from toolkit.wheels.supplied import another_version, supplied_wheel
from toolkit.wheels.version import version_source


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of a command on a project.

    Attributes
    ----------
    project
        The project; its lock is held.
    steps
        What the user is shown.
    no_deps
        Whether a stale earlier stage is an error instead of being run.
    verbose
        Whether the tools' own lines are shown.
    warn
        Whether the audit's errors let a wheel pass.
    wheel
        What names a wheel that takes the place of a build
        (:func:`toolkit.wheels.supplied.supplied_wheel`).
    """

    project: Project
    steps: Steps
    no_deps: bool = False
    verbose: bool = False
    warn: bool = False
    wheel: str | None = None

    @contextmanager
    def step(self, title: str, key: str) -> Iterator[None]:
        """Show a step and keep how long it took."""
        with self.steps.step(title, record=self.project.cache / "steps.json", key=key):
            yield


def up_to_date_wheel(run: Run) -> BuiltWheel:
    """Give the project's wheel: the one that was named, or one built if it is stale.

    Raises
    ------
    StageMissing
        When it is stale and may not be built.
    """
    if run.wheel is not None:
        return _supplied(run, run.wheel)
    current = current_wheel(run.project)
    if current is not None:
        run.steps.say(f"{current.path.name} is up to date (sha256 {current.sha256[:12]})")
        _say_lowered(run, current)
        return current
    if run.no_deps:
        msg = "there is no wheel of the source as it stands"
        raise StageMissing(msg, do="run `spec14 wheel`, or leave --no-deps out")
    with run.step(f"building the wheel of {run.project.name}", "wheel"):
        built = build_wheel(run.project, warn=run.warn)
    run.steps.say(f"built {built.path.name} (sha256 {built.sha256[:12]})")
    if built.cache_use is not None:
        run.steps.say(str(built.cache_use))
    for found in built.findings:
        run.steps.say(found)
    _say_lowered(run, built)
    if built.compiled and (reason := unofficial()) is not None:
        run.steps.say(f"not for PyPI: {reason} (docs/toolchain.md)")
    return built


def _supplied(run: Run, word: str) -> BuiltWheel:
    wheel = supplied_wheel(run.project, word, say=run.steps.say)
    if other := another_version(run.project, wheel.path):
        run.steps.say(other)
    return wheel


def _say_lowered(run: Run, built: BuiltWheel) -> None:
    if built.lowered:
        run.steps.say(f"--warn let errors of the audit pass: {built.lowered} (see `spec14 audit`)")


def up_to_date_docs(run: Run, how: Examination | None = None, *, again: bool = False) -> Built:
    """Give the published site, built if anything it is made of has changed.

    The wheel for the runtime and the build for this machine go side by side: two
    compilers, two processors.

    Parameters
    ----------
    run
        The run of the command.
    how
        What is done with the examples; they are verified if nothing is said.
    again
        Whether it is built though nothing has changed: what is known of examples is kept.
    """
    how = how or Examination()
    project = run.project
    requires = requirements_of_docs(project)
    wanted = None if has_pyodide_alone(project) else wanted_in(project, find_source(project))
    # A lock that is written here belongs to the source, which is looked at next.
    packed = _packed(run, wanted) if wanted is not None and not wanted.is_locked else None
    # Looked at once, before the build: what is edited meanwhile is not in the site.
    source = digest(project.root, source_files(project.root))
    wheel = current_wheel(project) if run.wheel is None else up_to_date_wheel(run)
    supplied = None if run.wheel is None else wheel
    record = project.cache / "docs.json"
    if wheel is not None:
        kept = read_record(record)
        same = kept.get("inputs") == _docs_inputs(
            source, wheel, run, requires, how=how, wanted=wanted
        )
        if same and not again and project.site.is_dir():
            run.steps.say(f"{project.site} is up to date ({kept['pages']} pages)")
            return Built(site=project.site, wheel=wheel.path, pages=int(kept["pages"]))
    # First: it costs least, and most often goes wrong.
    data = gather_data(project, say=run.steps.say)
    require_readable(project, data)
    if wanted is not None and packed is None:
        packed = _packed(run, wanted)
    record.unlink(missing_ok=True)
    with Crew(2) as crew:
        wheel_job = crew.start(lambda: supplied or up_to_date_wheel(run))
        if not is_compiled(project, project_files(project)):
            wheel_job.result()
        native_job = crew.start(_native, run, requires)
        wheel, python = wheel_job.result(), native_job.result()
    if supplied is not None and not version_source(project).version:
        _say_version(run, supplied, python)
    with (
        run.step("building the documentation", "docs"),
        run.steps.counted("examples") as progress,
    ):
        parts = _parts(run, wheel, data, wanted, packed)
        built = build_docs(
            project,
            parts,
            native_python=python,
            on_line=run.steps.say if run.verbose else None,
            examine=_examiner(run, wheel, how, parts, progress),
        )
    for warning in built.warnings:
        run.steps.say(str(warning))
    inputs = _docs_inputs(source, wheel, run, requires, how=how, wanted=wanted)
    write_record(record, {"inputs": inputs, "pages": built.pages})
    run.steps.say(f"published {built.pages} pages in {built.site}")
    return built


def _say_version(run: Run, wheel: BuiltWheel, python: Path) -> None:
    """Compare with the version of the build for this machine: the source does not say its own."""
    installed = native_version(python, run.project.name)
    if other := another_version(run.project, wheel.path, installed):
        run.steps.say(other)


def site_around(run: Run, pages: Path, folder: Path, how: Examination) -> int:
    """Make a site of pages that a tool of the project's own has written, in place.

    Parameters
    ----------
    run
        The run of the command.
    pages
        The pages.
    folder
        What the extension handed over.
    how
        What is done with the examples.
    """
    project = run.project
    data = gather_data(project, say=run.steps.say)
    require_readable(project, data)
    wanted = None if has_pyodide_alone(project) else wanted_in(project, documented_in(folder))
    packed = None if wanted is None else _packed(run, wanted)
    wheel = up_to_date_wheel(run)
    with (
        run.step("building the Lite site", "lite"),
        run.steps.counted("examples") as progress,
    ):
        parts = _parts(run, wheel, data, wanted, packed)
        count = around_pages(
            project,
            folder,
            pages,
            parts,
            on_line=run.steps.say if run.verbose else None,
            examine=_examiner(run, wheel, how, parts, progress),
        )
    run.steps.say(f"{count} pages in {pages}")
    return count


def _packed(run: Run, wanted: Wanted) -> Packed:
    project = run.project
    with run.step("preparing the xeus kernels", "xeus"):
        packed = prepare_wanted(wanted, offline=project.settings.offline, say=run.steps.say)
        require_packaged(project, wanted.environment, packed)
    return packed


def _parts(
    run: Run,
    wheel: BuiltWheel,
    data: Sequence[DataFile],
    wanted: Wanted | None,
    packed: Packed | None,
) -> Parts:
    project = run.project
    xeus = with_own_wheel(project, wheel.path, wanted, packed, say=run.steps.say)
    if project.settings.kernel == XEUS:
        wheels: tuple[Path, ...] = (wheel.path,)
    else:
        extra = project.settings.docs.lite_packages
        wheels = site_wheels(project, wheel, extra, say=run.steps.say)
    return Parts(
        wheels=wheels,
        kernel_wheels=Wheelhouse().kernel,
        runtime=RUNTIME,
        tested=was_tested(project, wheel.sha256),
        data=data,
        snapshots=_snapshots(run) if project.settings.docs.snapshot else None,
        xeus=xeus,
    )


def _snapshots(run: Run) -> Snapshots:
    own = (shared_folder() or run.project.cache) / "snapshots"
    return Snapshots(places=(SNAPSHOTS, own), gate=BothWays(), say=run.steps.say)


def _examiner(
    run: Run,
    wheel: BuiltWheel,
    how: Examination,
    parts: Parts,
    progress: Callable[[int, int], None],
) -> Examiner:
    project = run.project
    workers = project.settings.verify.workers or processors_allowed()
    folder = project.cache / "xeus-examples"
    return Examiner(
        project=project,
        wheel=wheel,
        how=how,
        telling=Telling(say=run.steps.say, progress=progress),
        data=parts.data,
        elsewhere=in_kernels_of(parts.xeus, folder, workers=workers) if parts.xeus else None,
        pyodide=project.settings.kernel != XEUS,
    )


def _native(run: Run, requires: tuple[str, ...]) -> Path:
    if (current := current_native_python(run.project, requires)) is not None:
        return current
    with run.step(f"building {run.project.name} for this machine", "native"):
        return native_python(run.project, requires)


def _docs_inputs(
    source: str,
    wheel: BuiltWheel,
    run: Run,
    requires: tuple[str, ...],
    *,
    how: Examination,
    wanted: Wanted | None,
) -> str:
    return key_of(
        how.verify,
        source,
        wheel.sha256,
        was_tested(run.project, wheel.sha256),
        sorted(requires),
        fingerprint(),
        toolkit.__version__,
        *([] if wanted is None else [wanted.key()]),
    )
