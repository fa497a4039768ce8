"""Which kernel of a site an example gets: the site's own Python, or one that runs elsewhere.

The choice is that of the interface (``getDefaultKernel`` of JupyterLab 4.5,
``apputils/src/sessioncontext.tsx``): the kernel that the notebook names, else the only one that
speaks its language. What has several to choose from gets the site's own Python, or has to name one:
a reader would be asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

from toolkit.verify.outcome import Example, Verdict

OWN: Final = "python"
"""Name and language of Pyodide's kernel (``pyodide-kernel-extension`` 0.8.6)."""


class Elsewhere(Protocol):
    """Runs examples in kernels that are not Pyodide's."""

    @property
    def kernels(self) -> Mapping[str, str]:
        """The language of each kernel that it has, by the kernel's name."""

    @property
    def identity(self) -> str:
        """What verdicts depend on besides an example: another one when a package is another."""

    def run(
        self,
        examples: Iterable[Example],
        *,
        contents: Sequence[Path],
        limit: float,
        done: Callable[[Verdict], None],
    ) -> None:
        """Run examples, each in a kernel of its own.

        Parameters
        ----------
        examples
            What is run, each in the kernel that it names.
        contents
            Files and folders that notebooks find beside them.
        limit
            Seconds that one may take, without the kernel's start.
        done
            Told of each, as soon as it is known.
        """


def placed(example: Example, kernels: Mapping[str, str]) -> Example:
    """Give an example with the kernel that it gets, or with the reason why it gets none.

    Parameters
    ----------
    example
        As its notebook names kernel and language.
    kernels
        The language of each kernel of the site, by the kernel's name.
    """
    if example.problem:
        return example
    if example.kernel in kernels:
        return example
    language = example.language or OWN
    fitting = [name for name, spoken in kernels.items() if spoken.lower() == language]
    if OWN in fitting:
        return replace(example, kernel=OWN)
    if len(fitting) == 1:
        return replace(example, kernel=fitting[0])
    return replace(example, problem=_lacking(example, kernels))


def runs_elsewhere(example: Example) -> bool:
    """Say whether an example that has been placed is not for the site's own Python."""
    return example.kernel != OWN


def _lacking(example: Example, kernels: Mapping[str, str]) -> str:
    wants = f"its kernel is {example.kernel}" if example.kernel else "it names no kernel"
    there = " and ".join(sorted(kernels)) or "none"
    return f"the notebook is written in {example.language or OWN}, {wants}: the site has {there}"
