"""The errors a user can cause: one class and one exit code for each kind.

Every error says in one line what is wrong and in a second what to do next. The
command line prints the two lines and exits with the code of the class; the
traceback is shown with ``--debug`` only. Codes 0 to 5 belong to pytest (in
``spec14 test``), 2 is wrong usage, 130 is Ctrl-C: ours are 10 to 99.

Only the standard library is imported here: :mod:`toolkit.host` runs on machines
that have nothing else.
"""

from pathlib import Path
from typing import ClassVar, Final

INTERRUPTED: Final = 130


class Spec14Error(Exception):
    """Something is wrong that the user can put right.

    Parameters
    ----------
    what
        One line: what is wrong, with the file and line where there is one.
    do
        One line: the next step.
    detail
        The words of the tool that failed, shown above the two lines (a
        compiler's message, for instance).
    """

    exit_code: ClassVar[int] = 10
    summary: ClassVar[str] = "an error of no more particular kind"

    def __init__(self, what: str, *, do: str, detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do
        self.detail = detail


class EngineNotRunning(Spec14Error):
    """The container engine does not answer."""

    exit_code = 11
    summary = "the container engine is missing or not running"


class EngineDenied(Spec14Error):
    """The container engine refuses this user."""

    exit_code = 12
    summary = "no rights to the container engine"


class PortTaken(Spec14Error):
    """Another program listens where the server should."""

    exit_code = 13
    summary = "the port is taken"


class ToolMissing(Spec14Error):
    """A program that the stage runs is not on this machine."""

    exit_code = 14
    summary = "a program is missing (not inside the image?)"


class ImageBuildFailed(Spec14Error):
    """The image could not be built."""

    exit_code = 15
    summary = "the image could not be built"


class XeusLockStale(Spec14Error):
    """``spec14 lock --check``: the lock of the xeus kernels is not that of their environment."""

    exit_code = 16
    summary = "spec14-xeus.lock is missing, or was made for another environment"


class ProjectMissing(Spec14Error):
    """The project's folder does not exist."""

    exit_code = 20
    summary = "the project's folder does not exist"


class ProjectNotAFolder(Spec14Error):
    """The project's path is not a folder."""

    exit_code = 21
    summary = "the project's path is not a folder"


class ProjectIncomplete(Spec14Error):
    """The folder carries no ``pyproject.toml``, or one that cannot be read."""

    exit_code = 22
    summary = "the project has no readable pyproject.toml"


class SettingsError(Spec14Error):
    """``[tool.spec14]`` or another table that is read holds a wrong key or value."""

    exit_code = 23
    summary = "a key or value in [tool.spec14] or [tool.cibuildwheel] is wrong"


class NotWritable(Spec14Error):
    """A folder that must be written cannot be."""

    exit_code = 24
    summary = "a folder cannot be written"


class ProjectBusy(Spec14Error):
    """Another run works on the same project."""

    exit_code = 25
    summary = "another run works on this project"


class DiskFull(Spec14Error):
    """The disk is full; what stood there before still stands."""

    exit_code = 26
    summary = "the disk is full"


class StageMissing(Spec14Error):
    """With ``--no-deps``: what the stage before should have written is not there."""

    exit_code = 27
    summary = "an earlier stage has not run, or its result is stale"


class Incoherent(Spec14Error):
    """Two of the pinned or installed versions do not belong together."""

    exit_code = 30
    summary = "two versions do not belong together"


class CrossEnvFailed(Spec14Error):
    """The cross-build environment could not be assembled or installed."""

    exit_code = 31
    summary = "the cross-build environment could not be made"


class Untrusted(Spec14Error):
    """A file does not have the checksum it must have, or an archive is hostile."""

    exit_code = 32
    summary = "a checksum differs, or an archive is hostile"


class UpstreamFailed(Spec14Error):
    """What upstream publishes could not be had, or is not what it should be."""

    exit_code = 33
    summary = "the upstream toolchain could not be had, or is not the pinned one"


class BuildFailed(Spec14Error):
    """The wheel could not be built."""

    exit_code = 40
    summary = "the wheel could not be built"


class AuditFailed(Spec14Error):
    """A wheel would not load in the runtime, or is not what it says."""

    exit_code = 41
    summary = "a wheel would not load in the runtime, or is not what it says"


class RequirementsFailed(Spec14Error):
    """A requirement cannot be had for the target."""

    exit_code = 42
    summary = "a requirement cannot be had"


class SourceFailed(Spec14Error):
    """The source that was named cannot be had, or is not one."""

    exit_code = 43
    summary = "the source (a folder, an sdist, a name) cannot be had or is damaged"


class LockFailed(Spec14Error):
    """A committed ``spec14.lock`` does not fit, or what it names is not to be had any more."""

    exit_code = 44
    summary = "spec14.lock does not fit, or names a file that cannot be had"


class ToolchainMissing(Spec14Error):
    """The project is written in a language for whose target no compiler is here."""

    exit_code = 46
    summary = "a compiler for the target is missing (Rust, Fortran)"


class NotForUpload(Spec14Error):
    """The wheel, or what it was made with or from, is not fit for a public index."""

    exit_code = 45
    summary = "the wheel is not fit for a public index"


class RuntimeFailed(Spec14Error):
    """Python in Node did not start, or died."""

    exit_code = 50
    summary = "Python in WebAssembly did not start, or died"


class LostTests(Spec14Error):
    """Not every test that was collected was reported: the runner's own mistake."""

    exit_code = 51
    summary = "fewer or more tests were reported than collected (a mistake of spec14's)"


class ReportsDisagree(Spec14Error):
    """Reports of shards are not those of one run, or not all of it."""

    exit_code = 52
    summary = "a shard's report is missing, there twice, or of another wheel"


class DocsFailed(Spec14Error):
    """The documentation could not be built."""

    exit_code = 60
    summary = "the documentation could not be built"


class LiteFailed(Spec14Error):
    """The JupyterLite site could not be built, or would not work."""

    exit_code = 61
    summary = "the JupyterLite site could not be built, or would not work"


class XeusFailed(Spec14Error):
    """The environment of a xeus kernel cannot be read, solved or installed."""

    exit_code = 66
    summary = "the environment of a xeus kernel cannot be read, solved or installed"


class ExamplesFail(Spec14Error):
    """Examples of the documentation do not work."""

    exit_code = 62
    summary = "examples of the documentation do not work, and did before (or may not)"


class DataFailed(Spec14Error):
    """A file that examples need cannot be had, or is not the one that was declared."""

    exit_code = 63
    summary = "data of the examples cannot be had, or is not what was declared"


class VersionsDiffer(Spec14Error):
    """The pages, the wheel and the package in the kernel are not of one version."""

    exit_code = 64
    summary = "the documentation is about another version than the wheel in it"


class SiteFaulty(Spec14Error):
    """A built site has faults that its readers would meet."""

    exit_code = 65
    summary = "a built site has faults that its readers would meet"


class SuppliedWheelFailed(Spec14Error):
    """The wheel that was named in the place of a build cannot be had, or is another project's."""

    exit_code = 86
    summary = "the wheel that --wheel names cannot be had, or is another project's"


class AddressWrong(Spec14Error):
    """The address of the published site is none."""

    exit_code = 87
    summary = "the address of the published site is none"


class TwoDocumentations(Spec14Error):
    """There is a documentation for Sphinx and one for MkDocs, and nothing says which is meant."""

    exit_code = 83
    summary = "there is a conf.py and a mkdocs.yml, and no setting says which is meant"


class PageFailed(Spec14Error):
    """What a page of MkDocs has to be tried, or opened, cannot be."""

    exit_code = 84
    summary = "a fence to be tried, or a link to the Lite site, is wrong in a page of MkDocs"


class SnippetFailed(Spec14Error):
    """A site has not what a tool needs that would run on it."""

    exit_code = 85
    summary = "a site has not what MyST or Quarto Live would need of it"


class ServeFailed(Spec14Error):
    """There is nothing to serve, or the address cannot be used."""

    exit_code = 70
    summary = "the site cannot be served"


class NotOverwritten(Spec14Error):
    """A file of the project's is there already and says something else."""

    exit_code = 73
    summary = "spec14 init would overwrite a file that is there"


class NotAdopted(Spec14Error):
    """What a project needs is not there, or cannot be written."""

    exit_code = 74
    summary = "what spec14 init writes is not there, or cannot be written"


class WheelNotTested(Spec14Error):
    """The wheel in the site is not the one whose tests passed."""

    exit_code = 75
    summary = "the wheel in the site is not the one whose tests passed"


class IndexFailed(Spec14Error):
    """A package index does not answer, or answers what nobody expects."""

    exit_code = 80
    summary = "a package index does not answer, or gives something unexpected"


class MoveRefused(Spec14Error):
    """The pins were not moved; every file is as it was."""

    exit_code = 81
    summary = "the pins were not moved: no set belongs together, or its proof failed"


class MoveAvailable(Spec14Error):
    """A newer set of pins belongs together (`--check`)."""

    exit_code = 82
    summary = "a newer set of pins belongs together (update-pins --check)"


class RecipeFailed(Spec14Error):
    """A recipe for a distribution cannot be written from this project."""

    exit_code = 76
    summary = "a recipe for a distribution cannot be written from this project"


class IndexRefused(Spec14Error):
    """A wheel cannot stand in the index, or the folder is no index of ours."""

    exit_code = 77
    summary = "a wheel cannot stand in the index, or the folder is no index of spec14's"


class UploadFailed(Spec14Error):
    """A channel's own client could not upload."""

    exit_code = 78
    summary = "the upload to a channel failed"


class WouldNotWork(Spec14Error):
    """With ``spec14 assess --strict``: something is in the way of building or importing."""

    exit_code = 71
    summary = "an assessed project would not build, install or import (with strict)"


def all_errors() -> list[type[Spec14Error]]:
    """Give every kind of error, by exit code (the table in the documentation)."""

    def below(kind: type[Spec14Error]) -> list[type[Spec14Error]]:
        return [kind, *(leaf for sub in kind.__subclasses__() for leaf in below(sub))]

    return sorted(below(Spec14Error), key=lambda kind: kind.exit_code)


def not_writable(folder: Path, uid: int, gid: int) -> NotWritable:
    """Say which folder cannot be written and which line of ``.env`` mends it."""
    owner = folder.stat()
    if owner.st_uid == uid:
        return NotWritable(
            f"{folder} cannot be written, though it belongs to uid {uid}",
            do=f"give its owner the right to write (chmod u+rwx {folder}), or mount it writable",
        )
    return NotWritable(
        f"{folder} cannot be written by uid {uid}, gid {gid}: "
        f"it belongs to uid {owner.st_uid}, gid {owner.st_gid}",
        do=(
            f"put SPEC14_UID={owner.st_uid} and SPEC14_GID={owner.st_gid} "
            "on two lines of .env beside compose.yaml, or run images/bootstrap"
        ),
    )
