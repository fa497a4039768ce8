"""The project's git history, lent to the private copy that is built in.

Versions are computed from it (setuptools-scm, versioneer, a script of Meson's). The copy
gets a repository of its own that borrows the objects of the user's
(``objects/info/alternates``, gitrepository-layout(5)) and holds HEAD, the tags and a copy
of the index: git can answer, and whatever a build does, nothing of the user's is written.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.process import Finished, run

QUIET: Final = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}


@dataclass(frozen=True, kw_only=True)
class History:
    """What git knows of a folder.

    Attributes
    ----------
    described
        ``git describe --tags --long``: the nearest tag, the distance to it, the commit;
        the commit alone where no tag can be reached.
    tagged
        Whether a tag can be reached.
    shallow
        Whether the history was cut off when it was cloned.
    at_top
        Whether the folder is the top of the repository.
    """

    described: str
    tagged: bool
    shallow: bool
    at_top: bool


def history_of(folder: Path) -> History | None:
    """Give what git knows of a folder; ``None`` without git, repository or commit."""
    if not _repository(folder):
        return None
    facts = _git(folder, "rev-parse", "--is-shallow-repository", "--show-prefix", "HEAD")
    if facts.code != 0:
        return None
    shallow, prefix, head = (*facts.output.split("\n"), "", "")[:3]
    described = _git(folder, "describe", "--tags", "--long", "--abbrev=40")
    return History(
        described=described.output.strip() if described.code == 0 else head,
        tagged=described.code == 0,
        shallow=shallow == "true",
        at_top=prefix == "",
    )


def unreachable(folder: Path) -> Path | None:
    """Give the repository that ``.git`` names and that is not there: one that is not mounted."""
    file = folder / ".git"
    if not file.is_file():
        return None
    named = file.read_text("utf-8", "replace").partition("gitdir:")[2].strip()
    target = folder / named
    return None if not named or target.is_dir() else target


def lend_history(folder: Path, copy: Path) -> None:
    """Give the copy of a project a repository that knows the project's history.

    Nothing is done where the project has none, or is only a part of its repository.

    Parameters
    ----------
    folder
        The project's.
    copy
        The copy of its files.
    """
    shutil.rmtree(copy / ".git", ignore_errors=True)
    history = history_of(folder)
    if history is None or not history.at_top:
        return
    names = ("objects", "shallow", "index")
    asked = ["rev-parse", "--path-format=absolute", *(w for n in names for w in ("--git-path", n))]
    objects, shallow, index = map(Path, _git(folder, *asked).output.splitlines())
    kind = _git(folder, "rev-parse", "--show-object-format").output.strip()
    made = run(["git", "init", "--quiet", "--template=", f"--object-format={kind}", copy])
    if made.code != 0:
        return
    own = copy / ".git"
    (own / "objects" / "info").mkdir(exist_ok=True)
    (own / "objects" / "info" / "alternates").write_text(f"{objects}\n", "utf-8")
    for file in (shallow, index):
        if file.is_file():
            shutil.copyfile(file, own / file.name)
    _write_references(folder, own)


def _write_references(folder: Path, own: Path) -> None:
    listed = _git(folder, "for-each-ref", "--format=%(objectname) %(refname)", "refs/tags")
    (own / "packed-refs").write_text(listed.output, "utf-8")
    head = _git(folder, "rev-parse", "HEAD").output.strip()
    branch = _git(folder, "symbolic-ref", "--quiet", "HEAD")
    if branch.code != 0:
        (own / "HEAD").write_text(f"{head}\n", "utf-8")
        return
    name = branch.output.strip()
    (own / "HEAD").write_text(f"ref: {name}\n", "utf-8")
    reference = own / name
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(f"{head}\n", "utf-8")


def _repository(folder: Path) -> bool:
    """Whether the folder's files are in a repository (and not only below one)."""
    if shutil.which("git") is None:
        return False
    asked = _git(folder, "ls-files", "--cached", "--", ".")
    return asked.code == 0 and bool(asked.output)


def _git(folder: Path, *words: str) -> Finished:
    # The container's user need not own the checkout; nothing in it is run or written.
    git = ["git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C", str(folder)]
    return run([*git, *words], env=QUIET)
