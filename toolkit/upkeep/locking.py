"""The Python packages of the set, resolved and locked by uv.

Which versions go together is uv's to say. What is pinned in ``images/pins.toml`` may rise as far
as uv finds; what else is pinned in a ``.in`` file is a person's decision and stays.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import IndexFailed
from toolkit.pins import CORE, Pins
from toolkit.upkeep.candidates import KERNEL, Kernel, Release, Unfit
from toolkit.upkeep.edits import relaxed, with_versions
from toolkit.upkeep.kernel_wheels import locked_kernel
from toolkit.upkeep.target_wheels import with_wheels
from toolkit.upkeep.uv import Uv

HOST_PYTHON: Final = "3.11"
"""The oldest Python that the sessions run on."""
XEUS: Final = "jupyterlite-xeus"


@dataclass(frozen=True, kw_only=True)
class Locked:
    """What uv made of the set.

    Attributes
    ----------
    versions
        Of what ``images/pins.toml`` pins, by normalised name.
    files
        Contents of ``images/requirements``, by file name.
    notes
        Why something is not at its newest, by name.
    """

    versions: Mapping[str, str]
    files: Mapping[str, str]
    notes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """uv on a copy of ``images/requirements``.

    Attributes
    ----------
    requirements
        The folder of the working tree; it is only read.
    work
        A folder of our own.
    pins
        The pins of now.
    """

    requirements: Path
    work: Path
    pins: Pins

    def lock(self, kernel: Kernel, release: Release) -> Locked:
        """Resolve and lock everything for one kernel and its runtime.

        Raises
        ------
        Unfit
            When there is no solution.
        IndexFailed
            When the index does not answer.
        """
        folder = self.work / f"{kernel.version}-{release.runtime.version}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        uv = Uv(folder=folder, python=release.runtime.python_minor)
        versions = self._main(uv, kernel)
        texts = {"toolkit": with_versions(self._text("toolkit"), versions)}
        versions |= self._xeus(uv, versions[CORE])
        texts["xeus"] = with_versions(self._text("xeus"), versions)
        texts |= {name: self._text(name) for name in ("native", "image-test")}
        files = {}
        for name, text in texts.items():
            host = name == "image-test"
            files[f"{name}.in"] = text
            words = ("--universal", "--python-version", HOST_PYTHON) if host else ()
            files[f"{name}.txt"] = uv.compiled(name, text, "--generate-hashes", *words)
        wheels = {name: pin.version for name, pin in self.pins.wheelhouse.items() if pin.is_wheel}
        target, notes = with_wheels(uv, self._text("target"), wheels, release.runtime)
        kernel_in, kernel_txt = locked_kernel(uv, self._text("kernel"), release.packages)
        files |= {"target.in": self._text("target"), "target.txt": target}
        files |= {"kernel.in": kernel_in, "kernel.txt": kernel_txt}
        return Locked(versions=versions, files=files, notes=notes)

    def why_not(self, locked: Locked, name: str, version: str) -> str:
        """Say why a package is not at `version`, in uv's words."""
        xeus = name in self.pins.xeus and name != CORE
        one = "xeus" if xeus else "toolkit"
        pinned = set(self.pins.xeus if xeus else self.pins.packages) - {KERNEL}
        text = relaxed(locked.files[f"{one}.in"], pinned)
        uv = Uv(folder=self.work, python=self.pins.python_minor)
        try:
            found = uv.versions("why", f"{text}\n{name}=={version}\n")
        except Unfit as unfit:
            return str(unfit)
        others = [
            f"{other} {found[other]}"
            for other in sorted(pinned)
            if other in found and found[other] != locked.versions.get(other)
        ]
        return f"it would take {', '.join(others)}" if others else "uv prefers the other"

    def newest(self, names: Iterable[str], python: str) -> dict[str, str]:
        """Give the newest version of each package, whatever else it needs.

        Raises
        ------
        IndexFailed
            When the index has none of one.
        """
        text = "".join(f"{name}\n" for name in dict.fromkeys(names))
        try:
            return Uv(folder=self.work, python=python).versions("newest", text, "--no-deps")
        except Unfit as unfit:
            msg = f"the index does not say what is newest: {unfit}"
            raise IndexFailed(msg, do="see that it has these packages") from unfit

    def _main(self, uv: Uv, kernel: Kernel) -> dict[str, str]:
        names = set(self.pins.packages) - {KERNEL}
        text = with_versions(self._text("toolkit"), {KERNEL: kernel.version})
        found = uv.versions("toolkit-newest", relaxed(text, names))
        return {name: found[name] for name in self.pins.packages}

    def _xeus(self, uv: Uv, core: str) -> dict[str, str]:
        names = set(self.pins.xeus) - {CORE}
        text = with_versions(self._text("xeus"), {CORE: core})
        found = uv.versions("xeus-newest", relaxed(text, names))
        return {name: found[name] for name in names}

    def _text(self, name: str) -> str:
        return (self.requirements / f"{name}.in").read_text("utf-8")
