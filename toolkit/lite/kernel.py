"""The wheels the Pyodide kernel is made of, so that it starts without any index.

Seventeen come from a hash-locked list (``images/requirements/kernel.txt``), three lie in
the kernel's own package (``jupyterlite-pyodide-kernel`` 0.8.6,
``static/pypi`` of its labextension).
"""

import importlib.metadata
from pathlib import Path
from typing import Final

from packaging.utils import parse_wheel_filename

from toolkit.errors import LiteFailed

DISTRIBUTION: Final = "jupyterlite-pyodide-kernel"
EXTENSION: Final = "@jupyterlite/pyodide-kernel-extension"
OWN: Final = ("ipykernel", "piplite", "pyodide-kernel")
FETCHED: Final = (
    "asttokens",
    "comm",
    "decorator",
    "executing",
    "ipython",
    "ipython-pygments-lexers",
    "jedi",
    "matplotlib-inline",
    "micropip",
    "packaging",
    "parso",
    "prompt-toolkit",
    "pure-eval",
    "pygments",
    "stack-data",
    "traitlets",
    "wcwidth",
)


def extension_folder() -> Path:
    """Give the folder of the kernel's labextension.

    Raises
    ------
    LiteFailed
        When the kernel's package is not installed beside this one.
    """
    try:
        files = importlib.metadata.files(DISTRIBUTION) or ()
    except importlib.metadata.PackageNotFoundError:
        files = ()
    for file in files:
        if file.match(f"labextensions/{EXTENSION}/package.json"):
            return Path(str(file.locate())).resolve().parent
    msg = f"the package {DISTRIBUTION} is not installed"
    raise LiteFailed(msg, do="run this inside the spec14-toolkit image")


def kernel_wheels(fetched: Path) -> tuple[Path, ...]:
    """Give all wheels of the kernel.

    Parameters
    ----------
    fetched
        Folder with the wheels of ``images/requirements/kernel.txt``.

    Raises
    ------
    LiteFailed
        When one is missing.
    """
    own = _wheels(extension_folder() / "static" / "pypi")
    found = _wheels(fetched)
    wanted = {name: (own if name in OWN else found).get(name) for name in (*OWN, *FETCHED)}
    if missing := [name for name, wheel in wanted.items() if wheel is None]:
        msg = f"the kernel's wheels are incomplete: no {', '.join(missing)} in {fetched}"
        raise LiteFailed(msg, do="install images/requirements/kernel.txt there (build the image)")
    return tuple(wheel for wheel in wanted.values() if wheel is not None)


def _wheels(folder: Path) -> dict[str, Path]:
    return {parse_wheel_filename(file.name)[0]: file for file in sorted(folder.glob("*.whl"))}
