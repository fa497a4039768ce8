"""Packages that the tests import and nothing installs."""

from collections.abc import Iterator, Sequence
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

OTHERWISE_CALLED: Final = {
    "attr": "attrs",
    "dateutil": "python-dateutil",
    "pil": "pillow",
    "yaml": "pyyaml",
    "_pytest": "pytest",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "cv2": "opencv-python",
    "pkg_resources": "setuptools",
    "mpl_toolkits": "matplotlib",
    "pylab": "matplotlib",
    "typing_extensions": "typing-extensions",
}
"""Distributions of modules that have another name."""
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
    """
    own = {PurePosixPath(file.path).stem for file, _ in seen}
    own |= {folder for file, _ in seen for folder in PurePosixPath(file.path).parts[:-1]}
    own |= set(layout.roots)
    known = {one.name for one in dependencies}
    for file, one in seen:
        if file.part is not Part.TESTS:
            continue
        for imported in one.imports:
            top = imported.module.partition(".")[0]
            if not top or top in own or top in lacks.known or top in THERE:
                continue
            name = OTHERWISE_CALLED.get(top.lower(), top)
            if canonicalize_name(name) in known:
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
