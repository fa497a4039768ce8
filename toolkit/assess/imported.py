"""Packages that the tests import and nothing installs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from packaging.utils import canonicalize_name

from toolkit.assess.catalogue import finding
from toolkit.assess.code import Seen
from toolkit.assess.dependencies import Dependency
from toolkit.assess.findings import Finding, Stage
from toolkit.assess.places import Layout, Part
from toolkit.assess.rules import File
from toolkit.assess.runtime import Lacks
from toolkit.runtime.distribution import Runtime

THERE: Final = frozenset(
    {
        "js",
        "pyodide",
        "pyodide_js",
        "micropip",
        "pytest",
        "pluggy",
        "iniconfig",
        "packaging",
        "pygments",
    }
)
"""What the runtime and the runner bring."""


def lacking_in_tests(
    seen: Sequence[tuple[File, Seen]],
    layout: Layout,
    lacks: Lacks,
    dependencies: Sequence[Dependency],
    runtime: Runtime,
) -> Iterator[Finding]:
    """Give what tests import that is neither the project's, the library's, nor required.

    Parameters
    ----------
    seen
        All files.
    layout
        Where the project's own modules lie.
    lacks
        Names of the standard library.
    dependencies
        What is required, directly or not.
    runtime
        Its lock says which packages of the distribution bring which modules.
    """
    brought = _brought(runtime)
    own = {PurePosixPath(file.path).stem for file, _ in seen}
    own |= {folder for file, _ in seen for folder in PurePosixPath(file.path).parts[:-1]}
    own |= set(layout.roots)
    known = {one.name for one in dependencies}
    for file, one in seen:
        if file.part is not Part.TESTS:
            continue
        for imported in one.imports:
            top = imported.module.partition(".")[0]
            if not top.isidentifier() or top in own or top in lacks.known or top in THERE:
                continue
            if known & {canonicalize_name(top), *brought.get(top, ())}:
                continue
            yield finding(
                "third-party",
                Stage.TESTS,
                f"import {imported.module}",
                file=file.path,
                line=imported.line,
                guard=imported.guard,
                happens=f"ModuleNotFoundError: No module named {top!r}: nothing requires it",
            )


def _brought(runtime: Runtime) -> Mapping[str, frozenset[str]]:
    """Give the packages of the Pyodide distribution that bring a module, by its name."""
    packages = json.loads((runtime.folder / "pyodide-lock.json").read_text("utf-8"))["packages"]
    found: dict[str, frozenset[str]] = {}
    for name, said in packages.items():
        for module in said["imports"]:
            top = str(module).partition(".")[0]
            found[top] = found.get(top, frozenset()) | {canonicalize_name(name)}
    return found
