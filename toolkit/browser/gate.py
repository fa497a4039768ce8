"""The gate of memory snapshots: kernels that start both ways, in Node and in real browsers.

A snapshot that passes is kept with its record; one that does not, or that nobody could compare, is
never shipped (:mod:`toolkit.lite.snapshot.kept`). The image's own kernel goes through here when
the image is built (``python -m toolkit.browser.gate``).
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.browser.readers import KNOWN_AS, browser_program, browsers_here
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.lite.interface import WORKERS
from toolkit.lite.kernel import extension_folder, kernel_wheels
from toolkit.lite.snapshot.gate.compare import COMPLETED, NotCompared, difference, read_cells
from toolkit.lite.snapshot.gate.node import FAR, compare_in_node
from toolkit.lite.snapshot.kept import KernelSnapshot, kernel_snapshot
from toolkit.lite.snapshot.manifest import SiteSnapshot
from toolkit.pins import IMAGE, RUNTIME
from toolkit.process import find_tool, run
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.serve.server import running
from toolkit.wheels.index import Wheelhouse

HERE: Final = Path(__file__).parent / "gate"
SNAPSHOTS: Final = IMAGE / "snapshots"
"""What the image brings."""

BROWSERS: Final = ("chromium", "firefox")
PAGE: Final = "<!doctype html><meta charset=utf-8><title>gate</title>\n"
LIMIT: Final = 400.0
"""Seconds for one browser."""


@dataclass(frozen=True, kw_only=True)
class BothWays:
    """Compares kernels from a snapshot with ordinary ones, in Node and in each browser.

    Attributes
    ----------
    browsers
        Names of the browsers.
    """

    browsers: tuple[str, ...] = BROWSERS

    def obstacle(self) -> str:
        """Say why nothing can be compared on this machine; empty if it can."""
        missing = [name for name in self.browsers if name not in browsers_here()]
        if missing:
            return f"there is no {' and no '.join(missing)} on this machine"
        driver = IMAGE / "npm" / "node_modules" / "puppeteer-core"
        return "" if driver.is_dir() else "what drives browsers is in the image only"

    def __call__(self, runtime: Runtime, wheels: Sequence[Path], snapshot: KernelSnapshot) -> str:
        """Give the reason not to ship a snapshot; empty if there is none."""
        distribution = Distribution(runtime=runtime, kernel=tuple(wheels), project=())
        packages = names(distribution.wheels)
        with tempfile.TemporaryDirectory(prefix="spec14-gate-") as name:
            root = Path(name)
            for way, made in (("ordinary", None), ("snapshot", SiteSnapshot(kernel=snapshot))):
                write_distribution(distribution, root / way / "static" / "pyodide", made)
                (root / way / "gate.html").write_text(PAGE, "utf-8")
            # In a folder of its own in both: what it asks for by a relative URL is not the same.
            shutil.copyfile(HERE / "kernel.mjs", root / "kernel.mjs")
            worker = _worker()
            shutil.copyfile(worker, root / worker.name)
            if reason := compare_in_node(root / "snapshot" / "static" / "pyodide", packages):
                return f"in Node {reason}"
            for browser in self.browsers:
                if reason := _compare_in(browser, root, worker.name, packages):
                    return f"in {browser} {reason}"
        return ""


def _worker() -> Path:
    (script,) = (extension_folder() / "static").glob(f"{WORKERS['plain']}.worker.*.js")
    return script


def _compare_in(browser: str, root: Path, worker: str, packages: Sequence[str]) -> str:
    program = browser_program(browser)
    with running(root) as url, tempfile.TemporaryDirectory(prefix="spec14-gate-") as name:
        plan: dict[str, Any] = {
            "browser": KNOWN_AS[browser],
            "program": str(program),
            "modules": str(IMAGE / "npm" / "node_modules"),
            "root": url,
            "urls": [f"{url}{way}/" for way in ("ordinary", "snapshot", "snapshot")],
            "limit": LIMIT * 1000,
            "kernel": {
                "worker": f"{url}{worker}",
                "packages": list(packages),
                "cells": [asdict(cell) for cell in read_cells()],
                "completed": COMPLETED,
            },
        }
        file, home = Path(name) / "plan.json", Path(name) / "home"
        file.write_text(json.dumps(plan), "utf-8")
        home.mkdir()
        done = run(
            [find_tool("node"), HERE / "gate.mjs", file],
            env={"HOME": str(home), "TMPDIR": name, "TZ": FAR},
            timeout=LIMIT,
        )
    if done.code != 0:
        msg = f"{browser}: {done.tail(4)[-400:]}"
        raise NotCompared(msg)
    return difference(*json.loads(done.tail(1))["found"])


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main() -> int:
    """Make the snapshot of the image's own kernel, and keep it in the image."""
    runtime, kernel = read_runtime(RUNTIME), kernel_wheels(Wheelhouse().kernel)
    if obstacle := BothWays().obstacle():
        _say(f"no memory snapshot: it could not be compared, {obstacle}")
        return 0
    made = kernel_snapshot(
        runtime,
        kernel,
        [SNAPSHOTS],
        gate=BothWays(),
        say=_say,
    )
    _say(made.reason or "kernels that start from it are like ordinary ones")
    # An image without one works; one that cannot have it is a fault of this checkout.
    return 1 if made.reason else 0


if __name__ == "__main__":
    sys.exit(main())
