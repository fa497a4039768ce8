"""What ``spec14 docs`` does between Sphinx and the published site: verify, switch off, report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from toolkit.data.gather import DataFile
from toolkit.project import Project
from toolkit.verify.buttons import decide
from toolkit.verify.policy import accept, enforce, without_button
from toolkit.verify.report import summary, write_report
from toolkit.verify.run import Verified, read_examples, verify
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
    say
        Told what there is to tell.
    data
        What the examples read by URL.
    """

    project: Project
    wheel: BuiltWheel
    how: Examination
    say: Callable[[str], None]
    data: Sequence[DataFile] = ()

    def __call__(self, folder: Path, pages: Path, wheels: Sequence[Path]) -> None:
        """Do it.

        Parameters
        ----------
        folder
            Where Sphinx wrote.
        pages
            The pages that will be published.
        wheels
            All that the kernel of the site can load.

        Raises
        ------
        ExamplesFail
            When the policy says so; nothing is published then.
        """
        examples = read_examples(self.project, folder)
        html = sorted(pages.rglob("*.html"))
        if not self.how.verify:
            decide(html, {one.notebook for one in examples})
            if examples:
                self.say(f"--no-verify: none of {len(examples)} examples has a button")
            return
        found = verify(
            self.project, examples, wheels, again=self.how.again, say=self.say, data=self.data
        )
        bad = without_button(found.verdicts, self.project.settings.verify.differs)
        off = frozenset(one.notebook for one in bad)
        decide(html, off)
        self._tell(found, off)

    def _tell(self, found: Verified, off: frozenset[str]) -> None:
        project = self.project
        project.report.mkdir(parents=True, exist_ok=True)
        write_report(
            project.report,
            found.verdicts,
            off,
            wheel=self.wheel.path.name,
            sha256=self.wheel.sha256,
            root=relpath(project.folder, project.report),
        )
        if found.verdicts:
            self.say(summary(found.verdicts, off, found.ran))
        if self.how.accept:
            self.say(f"wrote {accept(project, found.verdicts)}")
        elif line := enforce(project, found.verdicts):
            self.say(line)
