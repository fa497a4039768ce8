"""What a public index may be given: refused otherwise, with the reason.

The index takes any wheel whose tag it knows (PEP 783); that the tag is true is the
uploader's word.
"""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Final

from packaging.metadata import InvalidMetadata, Metadata
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.errors import NotForUpload
from toolkit.pins import RUNTIME, read_pins
from toolkit.process import run
from toolkit.project import Project
from toolkit.toolchain import unofficial
from toolkit.wheels.stamp import NAME

REBUILD: Final = "build an image with TOOLCHAIN=emsdk and use that (docs/toolchain.md)"
PRIVATE: Final = "Private ::"
"""Classifiers that public indexes refuse, by agreement."""


def require_source_for_upload(project: Project) -> None:
    """Refuse, before anything is built, what could not be uploaded anyway.

    Raises
    ------
    NotForUpload
        When the compiler is not the runtime's own, or the source is not what somebody
        else can get: an sdist, or a commit.
    """
    if (reason := unofficial()) is not None:
        raise NotForUpload(f"wheels of this image are not for upload: {reason}", do=REBUILD)
    if (reason := why_nobody_else_has_it(project)) is not None:
        raise NotForUpload(reason, do="build it from an sdist, or from a clean git checkout")


def require_wheel_for_upload(wheel: Path) -> None:
    """Refuse a wheel that is not fit for a public index.

    Raises
    ------
    NotForUpload
        For another platform tag, a local version (PEP 440), invalid or private metadata, or
        one that another toolchain has made.
    AuditFailed
        When one of its modules would not load.
    """
    try:
        _name, version, _build, tags = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename as error:
        raise NotForUpload(f"{wheel.name}: {error}", do="let the backend name it") from error
    platform = read_pins().runtime["platform-tag"]
    wrong = sorted({tag.platform for tag in tags} - {"any", platform})
    if wrong:
        msg = f"{wheel.name} is for {wrong[0]}, not for {platform}"
        raise NotForUpload(msg, do="build it with `spec14 wheel`")
    if version.local is not None:
        msg = f"{wheel.name} has the local version +{version.local}, which public indexes refuse"
        raise NotForUpload(msg, do="build a released version of the project (a tagged commit)")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = next(inside for inside in names if inside.endswith(".dist-info/METADATA"))
        stamp = info.replace("METADATA", NAME)
        made_by = json.loads(archive.read(stamp)) if stamp in names else {}
        text = archive.read(info)
    if made_by.get("official") is not True:
        msg = f"{wheel.name} does not say that the runtime's own compiler made it"
        raise NotForUpload(msg, do=REBUILD)
    _require_metadata(wheel, text)
    require_sound(audit_wheel(wheel, RUNTIME))


def _require_metadata(wheel: Path, text: bytes) -> None:
    try:
        metadata = Metadata.from_email(text, validate=True)
    except ExceptionGroup as errors:
        reasons = [error for error in errors.exceptions if isinstance(error, InvalidMetadata)]
        said = "; ".join(str(error) for error in reasons or errors.exceptions)
        msg = f"{wheel.name} has metadata that public indexes refuse: {said}"
        raise NotForUpload(msg, do="correct [project] in pyproject.toml") from errors
    for classifier in metadata.classifiers or ():
        if classifier.startswith(PRIVATE):
            msg = f"{wheel.name} is private: it has the classifier {classifier!r}"
            raise NotForUpload(msg, do="take the classifier away, if that is meant")


def why_nobody_else_has_it(project: Project) -> str | None:
    """Say why nobody else can get the source of a project; ``None`` when they can."""
    folder = project.folder
    if project.out.parent != project.root and (folder / "PKG-INFO").is_file():
        return None  # an sdist, unpacked by us
    if shutil.which("git") is None:
        return f"{folder}: without git nothing says whether it is a commit"
    git = ["git", "-c", "safe.directory=*", "-C", str(folder)]
    known = run([*git, "ls-files", "--error-unmatch", "pyproject.toml"])
    head = run([*git, "rev-parse", "--verify", "--quiet", "HEAD"])
    # Not as the user's own configuration has it: that may hide untracked files.
    words = ["status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none"]
    asked = run([*git, *words, "--", "."])
    if any(done.code != 0 for done in (known, head, asked)):
        return f"{folder} is neither an sdist nor a commit of a git repository"
    changed = asked.output.splitlines()
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"{folder} has changes that are in no commit: {changed[0].strip()}{more}"
    return None
