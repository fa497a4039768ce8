"""The stage ``verify``: every example in WebAssembly, with the wheels of the site."""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.data.gather import DataFile
from toolkit.docs.handover import CONTENTS, EXAMPLES
from toolkit.lite.distribution import INSIDE as IN_SITE
from toolkit.pins import RUNTIME, fingerprint
from toolkit.project import Project
from toolkit.runtime.interpreter import Start
from toolkit.runtime.snapshot import snapshot_for
from toolkit.testing.worker import INSIDE as CAUSES
from toolkit.testing.worker import PLACE
from toolkit.verify.data import prepare_data
from toolkit.verify.outcome import Example, Kind, Verdict, read_cells, verdict_from
from toolkit.verify.places import name, place
from toolkit.verify.pool import run_examples
from toolkit.wheels.compilers import processors_allowed
from toolkit.wheels.environment import environment_with
from toolkit.wheels.source import source_files

INSIDE: Final = Path(__file__).parent / "inside"
IMPORTS: Final = ("spec14_kernel",)
"""What the memory snapshot holds besides the runtime."""
BACKEND: Final = "module://matplotlib_inline.backend_inline"
"""The kernel of the site draws with it too."""
SCHEMA: Final = 2


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What is known of all examples.

    Attributes
    ----------
    verdicts
        One for each, in the order of the pages.
    ran
        How many were run now; the others are known from before.
    """

    verdicts: tuple[Verdict, ...]
    ran: int


def read_examples(project: Project, folder: Path) -> tuple[Example, ...]:
    """Give the examples that Sphinx met.

    Parameters
    ----------
    project
        The project.
    folder
        Where Sphinx wrote (:mod:`toolkit.docs.examples`).
    """
    told: list[dict[str, Any]] = json.loads((folder / EXAMPLES).read_text("utf-8"))
    files = [path.as_posix() for path in source_files(project.folder)]
    return tuple(
        Example(
            notebook=one["notebook"],
            document=one["document"],
            place=place(
                one["source"], one["line"], one["first"], project=project.folder, files=files
            ),
            name=name(one["source"], one["first"]),
            cells=read_cells(folder / CONTENTS / one["notebook"]),
        )
        for one in told
    )


def verify(
    project: Project,
    examples: Sequence[Example],
    wheels: Sequence[Path],
    *,
    again: bool,
    say: Callable[[str], None],
    data: Sequence[DataFile] = (),
) -> Verified:
    """Run the examples, those that are not known from before.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    examples
        What is run.
    wheels
        All that the kernel of the site can load.
    again
        Whether what was too slow is run again: the machine may have been busy.
    say
        Told what takes long.
    data
        What the examples read by URL.

    Raises
    ------
    RuntimeFailed
        When an interpreter does not start.
    """
    settings = project.settings.verify
    file = project.cache / "verify.json"
    kept = read_record(file)
    base = key_of(
        *(SCHEMA, toolkit.__version__, fingerprint(), settings.timeout),
        sorted(map(file_sha256, wheels)),
        sorted((one.url, one.sha256) for one in data),
    )
    known: dict[str, Any] = dict(kept["known"]) if kept.get("base") == base else {}
    if again:
        known = {key: one for key, one in known.items() if one["kind"] != Kind.SLOW}
    keys = {one.notebook: _key(one) for one in examples}
    wanted = set(keys.values())
    known = {key: one for key, one in known.items() if key in wanted}
    new = [one for one in examples if keys[one.notebook] not in known]

    def take(verdict: Verdict) -> None:
        known[keys[verdict.notebook]] = verdict.as_json()

    try:
        if new:
            start = _start(project, wheels, say)
            start = prepare_data(start, project.cache / "verify-data.json", data)
            workers = settings.workers or processors_allowed()
            run_examples(start, new, workers=workers, limit=settings.timeout, done=take)
    finally:
        write_record(file, {"base": base, "known": known})
    return Verified(
        verdicts=tuple(_placed(known[keys[one.notebook]], one) for one in examples), ran=len(new)
    )


def _placed(known: Mapping[str, Any], example: Example) -> Verdict:
    about = {key: getattr(example, key) for key in ("notebook", "document", "place", "name")}
    return verdict_from({**known, **about})


def _key(example: Example) -> str:
    return key_of([[cell.source, cell.expected] for cell in example.cells])


def _start(project: Project, wheels: Sequence[Path], say: Callable[[str], None]) -> Start:
    environment = environment_with(
        project.cache / "verify-env", wheels, what=f"the examples of {project.name}"
    )
    folder = project.cache / "verify"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start = Start(
        runtime=RUNTIME,
        python=environment.python,
        cwd=folder,
        module="spec14_verify",
        env={
            "HOME": "/tmp",  # noqa: S108 - in its memory
            "LANG": "C.UTF-8",
            "MPLBACKEND": BACKEND,
            "TZ": os.environ.get("TZ", "UTC"),
        },
        inside={PLACE: CAUSES, "/lib/spec14-verify": INSIDE, "/lib/spec14-site": IN_SITE},
    )
    found = snapshot_for(start, project.cache / "verify-snapshot", imports=IMPORTS)
    if found.file is None:
        say(f"interpreters start without a memory snapshot: {found.reason}")
        return start
    return replace(start, snapshot=found.file)
