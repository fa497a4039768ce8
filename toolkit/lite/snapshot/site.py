"""The snapshot of one site: its kernel's, and the files of what is there from the start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.lite.distribution import Distribution
from toolkit.lite.snapshot.kept import Gate, kernel_snapshot, package_files
from toolkit.lite.snapshot.manifest import SiteSnapshot


@dataclass(frozen=True, kw_only=True)
class Snapshots:
    """Makes the snapshots of sites.

    Attributes
    ----------
    places
        Folders in which they are kept; the last is written to.
    gate
        Compares a kernel that starts from one with an ordinary one.
    say
        Told what takes long, and why there is none.
    """

    places: Sequence[Path]
    gate: Gate
    say: Callable[[str], None]

    def __call__(self, distribution: Distribution) -> SiteSnapshot:
        """Give the snapshot of a site; where there is none, it holds the reason."""
        runtime = distribution.runtime
        kernel = kernel_snapshot(
            runtime, distribution.of_kernel, self.places, gate=self.gate, say=self.say
        )
        if kernel.reason:
            self.say(f"kernels start without a memory snapshot: {kernel.reason}")
            return SiteSnapshot(kernel=kernel)
        packages = [
            (wheel, *package_files(wheel, runtime, self.places[-1]))
            for wheel in distribution.from_start
        ]
        return SiteSnapshot(kernel=kernel, packages=tuple(packages))
