"""The image's ``nox``: finds our noxfile where the project has no say.

In a CI job the image is the job's container, and ``nox -s wasm-test`` is typed in a checkout
that knows nothing of our sessions. The rule: ``-f`` decides; else the project's own
``noxfile.py`` if it defines the session; else ours.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from toolkit.errors import Spec14Error
from toolkit.host.home import ensure_home
from toolkit.host.report import exit_codes, report_error
from toolkit.process import run

PYTHON_NOX: Final = (sys.executable, "-m", "nox")

NOT_FOUND: Final = 3
"""nox's exit code for an unknown session (``filter_manifest`` in nox/tasks.py, 2026.10.20)."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of nox's command line matters here.

    Attributes
    ----------
    sessions
        The names after ``-s`` (or in ``NOXSESSION``).
    noxfile
        Whether a noxfile was named.
    """

    sessions: tuple[str, ...]
    noxfile: bool


class NoxfileError(Exception):
    """nox cannot load a noxfile; the message is the end of what it said."""


def main() -> NoReturn:
    """Become nox, with the right noxfile."""
    words = sys.argv[1:]
    with exit_codes():
        chosen = choose(
            read(words, os.environ.get("NOXSESSION", "")),
            folder=Path.cwd(),
            ours=our_noxfile(),
            defines=defines,
        )
    # nox looks its user's home up (nox/virtualenv.py) before it runs anything.
    ensure_home()
    extra = [] if chosen is None else ["-f", str(chosen)]
    os.execv(PYTHON_NOX[0], [*PYTHON_NOX, *extra, *words])  # noqa: S606


def our_noxfile() -> Path:
    """Give the noxfile that stands beside the package's folder."""
    return Path(__file__).resolve().parents[2] / "noxfile.py"


def read(words: Sequence[str], from_environment: str = "") -> Asked:
    """Read nox's command line as far as it matters.

    Parameters
    ----------
    words
        The command line without the program.
    from_environment
        The value of ``NOXSESSION``: names with commas between them.
    """
    before = list(words[: words.index("--")] if "--" in words else words)
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-f", "--noxfile")
    parser.add_argument("-s", "-e", "--sessions", "--session", nargs="*", default=None)
    # Not to be taken for names of sessions, and -rs is the usual way to write -r -s.
    for several in (("-t", "--tags"), ("-p", "--pythons", "--python")):
        parser.add_argument(*several, nargs="*")
    for one in (("-k", "--keywords"), ("-j", "--parallel"), ("--envdir",), ("--report",)):
        parser.add_argument(*one)
    for flag in "rRNvxlhP":
        parser.add_argument(f"-{flag}", action="store_true", dest=f"flag_{flag}")
    known, _rest = parser.parse_known_args(before)
    names = known.sessions
    if names is None:
        names = [name for name in from_environment.split(",") if name]
    return Asked(sessions=tuple(names), noxfile=known.noxfile is not None)


def choose(
    asked: Asked,
    *,
    folder: Path,
    ours: Path,
    defines: Callable[[Path, Sequence[str]], bool],
) -> Path | None:
    """Give the noxfile to be named to nox, or None where nox finds the right one itself.

    Parameters
    ----------
    asked
        The command line.
    folder
        The working folder.
    ours
        Our noxfile.
    defines
        Says whether a noxfile defines all of these sessions; raises when it cannot be loaded.

    Raises
    ------
    SystemExit
        With 2 (wrong usage) when some of the sessions are the project's and some ours.
    """
    theirs = folder / "noxfile.py"
    if asked.noxfile:
        return None
    if not theirs.is_file():
        return ours
    if not asked.sessions:
        return None
    try:
        if defines(theirs, asked.sessions):
            return None
        own = [name for name in asked.sessions if defines(theirs, [name])]
    except NoxfileError as error:
        sys.stderr.write(f"{error}\nwarning: nox cannot load {theirs}; using {ours}\n")
        return ours
    if own:
        rest = [name for name in asked.sessions if name not in own]
        msg = f"{', '.join(own)} is in {theirs}, but {', '.join(rest)} is not"
        report_error(Spec14Error(msg, do="call nox twice, once for each"), sys.stderr)
        raise SystemExit(2)
    return ours


def defines(noxfile: Path, sessions: Sequence[str]) -> bool:
    """Ask nox itself whether a noxfile defines all of these sessions.

    Raises
    ------
    NoxfileError
        When nox cannot load it.
    """
    command = [*PYTHON_NOX, "-f", str(noxfile), "--list", "--json", "-s", *sessions]
    finished = run(command, env={"NOXSESSION": ""})
    if finished.code == 0:
        return True
    if finished.code == NOT_FOUND:
        return False
    raise NoxfileError(finished.tail(5))


if __name__ == "__main__":
    main()
