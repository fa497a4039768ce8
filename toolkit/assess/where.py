"""Where in a module its reader is, and what guards what stands there."""

from dataclasses import dataclass, replace
from typing import Final

from toolkit.assess.findings import Guard

OF_IMPORT: Final = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
OF_CALLS: Final = frozenset(
    {
        *("Exception", "BaseException", "OSError", "EnvironmentError", "IOError", "RuntimeError"),
        *("NotImplementedError", "AttributeError", "URLError", "HTTPError", "SubprocessError"),
        *("CalledProcessError", "FileNotFoundError", "ConnectionError", "socket.error"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Where:
    """Where the reader is: what guards it, whether at import, which errors are caught."""

    guard: Guard = Guard.NONE
    at_import: bool = True
    caught: frozenset[str] = frozenset()

    def under(self, guard: Guard) -> Where:
        """Give the same, guarded; what guards already stays."""
        return self if self.guard is not Guard.NONE else replace(self, guard=guard)

    @property
    def of_import(self) -> Guard:
        """Give what guards an import."""
        return self.guard or (Guard.IMPORT if self.caught & OF_IMPORT else Guard.NONE)

    @property
    def of_use(self) -> Guard:
        """Give what guards a call."""
        return self.guard or (Guard.CAUGHT if self.caught & OF_CALLS else Guard.NONE)
