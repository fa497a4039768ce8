"""What a run of the tests leaves behind: ``tests.json``, ``tests.html``, annotations.

Plugins for a pytest session that sees ordinary reports, wherever the tests run.
"""

from toolkit.project import Project
from toolkit.testing.recorder import Recorder
from toolkit.testing.reports.writer import Facts, Writer
from toolkit.wheels.build import BuiltWheel

__all__ = ["Facts", "plugins"]


def plugins(project: Project, wheel: BuiltWheel, facts: Facts) -> list[object]:
    """Give the plugins to register in the session.

    Parameters
    ----------
    project
        The project; the caller holds its lock. The files go to its folder of reports.
    wheel
        The wheel that is tested.
    facts
        What else is known of the run.

    Returns
    -------
    list
        Plugin objects. The files are written when the session finishes, with the exit code
        that it has then.
    """
    recorder = Recorder()
    return [recorder, Writer(project, wheel, facts, recorder)]
