"""What the pinned runtime's Python lacks: asked of the runtime itself, once.

The same program runs in the runtime and in this machine's Python, which have one minor version:
what only the latter has is missing. What is there and does not work (threads, processes: stubs)
is tried in the runtime by the lines of ``catalogue.toml``, and told in its own words.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import toolkit
from toolkit.assess.catalogue import catalogue
from toolkit.cache import key_of, remembered
from toolkit.crossenv.install import target_python
from toolkit.errors import RuntimeFailed
from toolkit.pins import RUNTIME
from toolkit.process import run
from toolkit.runtime.distribution import read_runtime

PROGRAM: Final = Path(__file__).parent / "inside" / "spec14_lacks.py"
RECORD: Final = "runtime-lacks.json"
LIMIT: Final = 300
"""Seconds that the runtime is given to answer, on a machine that does other things too."""


@dataclass(frozen=True, kw_only=True)
class Lacks:
    """What the runtime's standard library has not.

    Attributes
    ----------
    python
        Its version, three numbers.
    known
        Names of all modules of CPython's standard library, of any platform.
    modules
        Those that cannot be imported, with the error.
    names
        By module, public names that Linux has and the runtime has not.
    words
        By topic of the catalogue what the runtime says when it is tried; empty: it works there.
    """

    python: str
    known: frozenset[str]
    modules: Mapping[str, str]
    names: Mapping[str, frozenset[str]]
    words: Mapping[str, str]

    def error_of(self, module: str) -> str | None:
        """Give what importing a module says; ``None`` where that goes well, or is not known."""
        parts = module.split(".")
        for depth in range(1, len(parts) + 1):
            if (words := self.modules.get(".".join(parts[:depth]))) is not None:
                return words
        return None

    def works(self, topic: str) -> bool:
        """Whether what a topic is about works in the runtime after all."""
        return self.words.get(topic) == ""


def what_it_lacks(cache: Path) -> Lacks:
    """Give what the runtime lacks; asked anew for another runtime, catalogue or release.

    Parameters
    ----------
    cache
        Folder of what is kept.

    Raises
    ------
    RuntimeFailed
        When Python in the runtime does not start.
    """
    runtime = read_runtime(RUNTIME)
    attempts = {topic.name: topic.attempt for topic in catalogue().topics.values() if topic.attempt}
    key = key_of(
        runtime.version, sys.version, toolkit.__version__, PROGRAM.read_text("utf-8"), attempts
    )
    kept = remembered(
        cache / RECORD,
        key,
        lambda: compared(_ask(target_python(), attempts), _ask(Path(sys.executable), {})),
    )
    return Lacks(
        python=runtime.python,
        known=frozenset(kept["known"]),
        modules=kept["modules"],
        names={module: frozenset(names) for module, names in kept["names"].items()},
        words=kept["words"],
    )


def compared(there: Mapping[str, Any], here: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the first answer lacks.

    Parameters
    ----------
    there
        Of the runtime.
    here
        Of this machine's Python.
    """
    absent = set(there["known"]) - set(there["modules"])
    modules = {name: f"ModuleNotFoundError: No module named {name!r}" for name in sorted(absent)}
    names = {
        module: sorted(set(found) - set(there["names"][module]))
        for module, found in here["names"].items()
        if module in there["names"]
    }
    return {
        "known": there["known"],
        "modules": {**modules, **there["broken"]},
        "names": {module: lacking for module, lacking in names.items() if lacking},
        "words": there["attempts"],
    }


def _ask(python: Path, attempts: Mapping[str, str]) -> dict[str, Any]:
    words: list[str | Path] = [python, "-P", "-c", PROGRAM.read_text("utf-8")]
    try:
        done = run([*words, json.dumps(attempts)], timeout=LIMIT)
    except subprocess.TimeoutExpired as error:
        msg = f"Python in the runtime did not say what it has within {LIMIT} s"
        raise RuntimeFailed(
            msg, do="run the same command again when this machine does less"
        ) from error
    try:
        answer: dict[str, Any] = json.loads(done.output.rstrip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        msg = "Python in the runtime did not say what it has"
        raise RuntimeFailed(msg, do="see `spec14 info`", detail=done.tail()) from error
    return answer
