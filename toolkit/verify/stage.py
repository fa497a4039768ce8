"""What ``spec14 docs`` does between pages and published site: verify, switch off, report."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from os.path import relpath
from pathlib import Path

from toolkit.data.gather import DataFile
from toolkit.docs.handover import LITE
from toolkit.docs.versions import check_imported
from toolkit.project import Project
from toolkit.verify.badge import status, write_badges
from toolkit.verify.buttons import decide
from toolkit.verify.elsewhere import Elsewhere
from toolkit.verify.outcome import Verdict
from toolkit.verify.policy import accept, enforce, without_button
from toolkit.verify.reading import read_examples
from toolkit.verify.report import summary, write_report
from toolkit.verify.run import Telling, Verified, verify
from toolkit.verify.version import FORM, version_example, versions_found
from toolkit.wheels.build import BuiltWheel


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What is done with the examples of a build.

    Attributes
    ----------
    verify
        Whether they are run; if not, no button is published.
    accept
        Whether what does not work is written into the baseline instead of compared with it.
    again
        Whether what was too slow is run again.
    """

    verify: bool = True
    accept: bool = False
    again: bool = False


@dataclass(kw_only=True)
class Examiner:
    """Runs the examples of one build, and decides about the buttons of its pages.

    Attributes
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel.
    how
        What is done.
    telling
        Who is told what happens.
    data
        What the examples read by URL.
    elsewhere
        Runs examples in the site's kernels that are not Pyodide's, where it has some.
    pyodide
        Whether the site has Pyodide's kernel.
    verdicts
        On each example, once it is known.
    off
        Keys of the buttons that are not published.
    """

    project: Project
    wheel: BuiltWheel
    how: Examination
    telling: Telling
    data: Sequence[DataFile] = ()
    elsewhere: Elsewhere | None = None
    pyodide: bool = True
    verdicts: tuple[Verdict, ...] = ()
    off: frozenset[str] = field(default=frozenset())

    def __call__(self, folder: Path, pages: Path, wheels: Sequence[Path]) -> None:
        """Do it.

        Parameters
        ----------
        folder
            Where the pages' tool handed over.
        pages
            The pages that will be published.
        wheels
            All that the kernel of the site can load.

        Raises
        ------
        ExamplesFail
            When the policy says so; nothing is published then.
        VersionsDiffer
            When the package in the kernel calls itself another version.
        """
        examples = read_examples(self.project, folder)
        html = sorted(pages.rglob("*.html"))
        if not self.how.verify:
            self.off = frozenset(one.key for one in examples)
            decide(html, self.off)
            write_badges(pages, status(0, len(examples), ran=False))
            if examples:
                self.telling.say(f"--no-verify: none of {len(examples)} examples has a button")
            return
        contents = map(Path, json.loads((folder / LITE).read_text("utf-8"))["contents"])
        found = verify(
            self.project,
            [*examples, version_example(self.wheel.path)] if examples else examples,
            wheels,
            contents=contents,
            again=self.how.again,
            telling=self.telling,
            data=self.data,
            elsewhere=self.elsewhere,
            pyodide=self.pyodide,
        )
        if self.project.settings.docs.check_version:
            check_imported(self.wheel.path, versions_found(found.verdicts))
        self.verdicts = tuple(one for one in found.verdicts if one.form != FORM)
        bad = without_button(self.verdicts, self.project.settings.verify.differs)
        self.off = frozenset(one.key for one in bad)
        decide(html, self.off)
        write_badges(pages, status(len(self.verdicts) - len(bad), len(self.verdicts)))
        self._tell(found)

    def _tell(self, found: Verified) -> None:
        project = self.project
        project.report.mkdir(parents=True, exist_ok=True)
        write_report(
            project.report,
            self.verdicts,
            self.off,
            wheel=self.wheel.path.name,
            sha256=self.wheel.sha256,
            root=relpath(project.root, project.report),
        )
        if self.verdicts:
            self.telling.say(summary(self.verdicts, self.off, found.ran))
        if self.how.accept:
            self.telling.say(f"wrote {accept(project, self.verdicts)}")
        elif line := enforce(project, self.verdicts):
            self.telling.say(line)
