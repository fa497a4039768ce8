"""What a file of source code was seen to do, whatever its language."""

from dataclasses import dataclass

from toolkit.assess.findings import Guard


@dataclass(frozen=True, kw_only=True)
class Use:
    """A name that code calls, derives from, or reads.

    Attributes
    ----------
    name
        Dotted, as the module that defines it has it.
    line
        From 1.
    guard
        Why it may do no harm.
    at_import
        Whether it happens when the module is imported, and not in a function that is called.
    called
        Whether it is more than read.
    text
        The first string it is given (a URL, a library); empty where there is none.
    """

    name: str
    line: int
    guard: Guard = Guard.NONE
    at_import: bool = False
    called: bool = True
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Import:
    """A module that is imported.

    Attributes
    ----------
    module
        Its absolute name.
    names
        What is taken from it (``from module import names``).
    line, guard, at_import
        As of a `Use`.
    """

    module: str
    line: int
    names: tuple[str, ...] = ()
    guard: Guard = Guard.NONE
    at_import: bool = True


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that was seen in one file.

    Attributes
    ----------
    imports, uses
        In the order of lines.
    trouble
        Why it could not be read to its end; empty where it could.
    """

    imports: tuple[Import, ...] = ()
    uses: tuple[Use, ...] = ()
    trouble: str = ""
