"""Verification of examples in xeus kernels: the seam of :mod:`toolkit.verify.elsewhere`."""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from toolkit.browser.jobs import Code, Failure, Job, Ran
from toolkit.browser.kernels import WORKERS, run_jobs
from toolkit.cache import key_of
from toolkit.lite.application import Application
from toolkit.lite.config import ALWAYS_APPS
from toolkit.lite.site import LiteSite, build_lite
from toolkit.lite.xeus.faults import KERNELS
from toolkit.lite.xeus.kernels import names_in_site
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.prefix import Prefix
from toolkit.verify.outcome import LIMIT, Example, Verdict, judge

NO_MODULE: Final = re.compile(r"No module named '([^']+)'")
"""What Python's ``ModuleNotFoundError`` says; a kernel tells no more of an exception."""


@dataclass(frozen=True, kw_only=True)
class InChromium:
    """Runs examples in the xeus kernels of a site.

    Attributes
    ----------
    site
        The site, or what builds it around files and folders that notebooks find beside them: asked
        for when there is something to run, and not before.
    kernels
        The language of each of its kernels, by name (:func:`kernels_of`).
    identity
        What verdicts depend on (:func:`identity_of`).
    workers
        How many pages at a time.
    """

    site: Path | Callable[[Sequence[Path]], Path]
    kernels: Mapping[str, str]
    identity: str
    workers: int = WORKERS

    def run(
        self,
        examples: Iterable[Example],
        *,
        contents: Sequence[Path] = (),
        limit: float,
        done: Callable[[Verdict], None],
    ) -> None:
        """Run examples, each in a kernel of its own.

        Parameters
        ----------
        examples, contents, limit, done
            As for :meth:`toolkit.verify.elsewhere.Elsewhere.run`.

        Raises
        ------
        ToolMissing
            When Chromium or Node is not there.
        XeusFailed
            When a kernel does not start: that is not its example's fault.
        """
        chosen = tuple(examples)
        if not chosen:
            return
        site = self.site if isinstance(self.site, Path) else self.site(contents)
        run_jobs(
            site,
            [_job(one, limit) for one in chosen],
            workers=self.workers,
            done=lambda number, ran: done(verdict(chosen[number], ran, limit)),
        )


def in_kernels_of(environments: Sequence[Packed], folder: Path, *, workers: int) -> InChromium:
    """Run examples in the kernels of environments, in a site that has nothing else.

    Parameters
    ----------
    environments
        What the published site will have.
    folder
        Where the site is built; what is there goes.
    workers
        How many pages at a time.
    """

    def build(contents: Sequence[Path]) -> Path:
        site = folder / "site"
        shutil.rmtree(site, ignore_errors=True)
        lite = LiteSite(
            application=Application(apps=ALWAYS_APPS),
            distribution=None,
            contents=tuple(contents),
            xeus=tuple(environments),
        )
        build_lite(lite, site, cache=folder / "application")
        return site

    prefixes = [one.prefix for one in environments]
    wheels = [one.wheels.digest() for one in environments if one.wheels]
    return InChromium(
        site=build,
        kernels=kernels_of(prefixes),
        identity=key_of(identity_of(prefixes), wheels),
        workers=workers,
    )


def verdict(example: Example, ran: Ran, limit: float) -> Verdict:
    """Give the verdict on an example, by the same rules as for the site's own Python.

    Parameters
    ----------
    example
        The example.
    ran
        How it went.
    limit
        Seconds that it might take.
    """
    died = f"{LIMIT}{limit:g} s" if ran.overdue else ""
    if ran.died:
        died = f"the kernel died: {ran.died}"
    return replace(judge(example, list(_told(ran)), died), seconds=round(ran.seconds, 2))


def _told(ran: Ran) -> Iterator[dict[str, Any]]:
    """Give what an interpreter would have told (``verify/inside/spec14_verify.py``)."""
    number = -1
    for number, cell in enumerate(ran.cells):
        yield {"type": "cell", "number": number}
        about = {"number": number, "output": cell.text}
        if cell.failure is None:
            yield {"type": "done", **about}
        else:
            yield {"type": "failed", **about, **_raised(cell.failure)}
    if ran.overdue or ran.died:
        yield {"type": "cell", "number": number + 1}
    else:
        yield {"type": "end"}


def _raised(failure: Failure) -> dict[str, Any]:
    missing = NO_MODULE.search(failure.value)
    return {
        "error": failure.name,
        "message": failure.value,
        "module": missing[1] if missing else None,
        "cause": "",
    }


def _job(example: Example, limit: float) -> Job:
    cells = (Code(source=one.source, may_fail=one.error or one.may_raise) for one in example.cells)
    return Job(kernel=example.kernel, cells=tuple(cells), limit=limit, folder=example.folder)


def identity_of(prefixes: Iterable[Prefix]) -> str:
    """Give what verdicts depend on: the packages of all environments, by their hashes."""
    return key_of(sorted([one.folder.name, *_packages(one)] for one in prefixes))


def _packages(prefix: Prefix) -> list[str]:
    keys = ("name", "version", "build", "sha256")
    return sorted(" ".join(one[key] for key in keys) for one in prefix.packages)


def kernels_of(prefixes: Sequence[Prefix]) -> dict[str, str]:
    """Give the language of each kernel of some environments, by the name it has in a site."""
    found = [
        (prefix.folder.name, file.parent.name, json.loads(file.read_text("utf-8")))
        for prefix in prefixes
        for file in sorted((prefix.folder / KERNELS).glob("*/kernel.json"))
    ]
    names = names_in_site([(environment, name) for environment, name, _spec in found])
    return {
        name: str(spec.get("language", ""))
        for name, (_environment, _name, spec) in zip(names, found, strict=True)
    }
