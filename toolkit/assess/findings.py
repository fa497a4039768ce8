"""What is found in a project, and how much it is in the way."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What a finding is in the way of, the first thing first."""

    BUILD = "build"
    INSTALL = "install"
    IMPORT = "import"
    USE = "use"
    TESTS = "tests"
    DOCS = "docs"

    @property
    def order(self) -> int:
        """Give its place among the stages."""
        return list(Stage).index(self)

    @property
    def blocks(self) -> bool:
        """Whether nothing works without it."""
        return self in (Stage.BUILD, Stage.INSTALL, Stage.IMPORT)


class Effort(StrEnum):
    """What it takes to get it out of the way."""

    CHANGE = "change"
    """A few lines: a guard, a setting, a marker."""
    PORT = "port"
    """Another library, another compiler, or code that is written anew."""
    NONE = "none"
    """Nothing that the project itself could do."""


class Guard(StrEnum):
    """Why code with a finding may never run in WebAssembly, or fails there without harm."""

    NONE = ""
    PLATFORM = "platform"
    """Under a condition that does not hold there (``sys.platform``, ``#ifdef _WIN32``)."""
    IMPORT = "import"
    """In a ``try`` that expects the import to fail."""
    CAUGHT = "caught"
    """In a ``try`` that expects the call to fail."""
    TYPING = "typing"
    """Under ``if TYPE_CHECKING``."""
    SCRIPT = "script"
    """Under ``if __name__ == "__main__"``, or in a file that nothing imports."""
    SKIP = "skip"
    """In a test that is skipped there by the project itself."""
    OPTION = "option"
    """Under a condition of the build that is not known here (``#ifdef HAVE_X``)."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that does not work in WebAssembly as it does elsewhere.

    Attributes
    ----------
    topic
        A name of ``catalogue.toml``.
    stage
        What it is in the way of.
    effort
        What it takes.
    file
        Relative to the project; empty for what no file says.
    line
        From 1; 0 where there is none.
    what
        What was found, on one line.
    happens
        What happens at run time, or when it is built.
    remedy
        The usual remedy.
    guard
        Why it may do no harm; `Guard.NONE` for what counts.
    """

    topic: str
    stage: Stage
    effort: Effort
    what: str
    happens: str
    remedy: str
    file: str = ""
    line: int = 0
    guard: Guard = Guard.NONE

    @property
    def counts(self) -> bool:
        """Whether nothing keeps it from doing harm."""
        return self.guard is Guard.NONE

    @property
    def place(self) -> str:
        """Give file and line, as far as there are any."""
        return f"{self.file}:{self.line}" if self.line else self.file
