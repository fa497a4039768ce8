"""A site's kernel in a browser, without the interface: its worker, driven as the gate does it."""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from toolkit.browser.gate import HERE, PAGE
from toolkit.lite.config import KERNEL_PLUGIN, PYODIDE
from toolkit.serve.headers import DEFAULT
from toolkit.serve.record import Sent
from toolkit.serve.server import running

MANIFEST: Final = "spec14-snapshot.json"
WORKERS: Final = "extensions/@jupyterlite/pyodide-kernel-extension/static"

CHANCE: Final = """\
import json, random, tempfile, uuid, os
print(json.dumps([random.random(), tempfile.mktemp(), uuid.uuid4().hex, os.urandom(8).hex()]))"""

DRIVE: Final = """async ({ script, worker, base, packages, cells, kept }) => {
    const { driven } = await import(script);
    const said = [];
    const channel = new BroadcastChannel(`spec14-start:${new URL(base).pathname}`);
    channel.onmessage = ({ data }) => said.push(data);
    const begun = performance.now();
    const driver = driven(worker);
    let decided;
    driver.worker.addEventListener("message", ({ data }) => {
        if (data?.spec14Start?.stage === "way") decided = performance.now() - begun;
    });
    const start = new URL("static/pyodide/spec14-start.mjs", base).href;
    const options = {
        baseUrl: base, pyodideUrl: start, indexUrl: new URL("./", start).href,
        pipliteWheelUrl: "", pipliteUrls: [], disablePyPIFallback: true,
        location: "", mountDrive: false, kernelId: "test",
        loadPyodideOptions: {
            packages, lockFileURL: new URL("pyodide-lock.json", start).href, spec14AnyLine: true,
        },
    };
    const parent = () => ({ header: { msg_id: crypto.randomUUID(), session: "test" } });
    const limit = new Promise((_resolve, reject) => setTimeout(reject, 150_000, "no kernel"));
    const textOf = ({ type, bundle }) =>
        type === "stream" ? bundle.text : `${type}: ${bundle?.ename} ${bundle?.evalue}`;
    const run = async () => {
        await Promise.race([driver.call("initialize", options), driver.failed]);
        const ready = performance.now() - begun;
        const shown = [];
        for (const code of cells) {
            driver.shown.length = 0;
            await driver.call("execute", { code }, parent());
            shown.push(driver.shown.map(textOf).join(""));
        }
        for (let n = 0; kept && n < 300; n += 1) {
            if (await caches.match("/spec14-snapshots/index.json")) break;
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        return { shown, ready };
    };
    try {
        const found = await Promise.race([run(), limit]);
        const told = () => said.some(({ stage }) => stage === "way");
        for (let n = 0; !told() && n < 100; n += 1) {
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        const way = said.find(({ stage }) => stage === "way");
        const failed = said.filter(({ stage }) => stage === "failed").map(({ reason }) => reason);
        return { ...found, way, failed, decided };
    } finally {
        driver.worker.terminate();
        channel.close();
    }
}"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a kernel has shown.

    Attributes
    ----------
    snapshot, reason, fault
        How it started, as the page is told.
    shown
        What each cell has written.
    failed
        Reasons for which the page was told that the start fails.
    decided, ready
        Seconds from the start of the worker until the way was told, and until a cell could run.
    """

    snapshot: bool
    reason: str
    fault: bool
    shown: tuple[str, ...]
    failed: tuple[str, ...]
    decided: float
    ready: float

    def values(self) -> list[Any]:
        """Give what the cells have written as JSON."""
        return [json.loads(text) for text in self.shown]


@dataclass(kw_only=True)
class Place:
    """A site with what a kernel needs of it, which a test may change.

    Attributes
    ----------
    folder
        Its ``static/pyodide``.
    url
        Where the site is served.
    sent
        What its server has answered.
    packages
        What an ordinary start loads.
    """

    folder: Path
    url: str
    packages: Sequence[str]
    sent: list[Sent] = field(default_factory=list)

    @property
    def manifest(self) -> dict[str, Any]:
        """What the site says of its snapshot."""
        found: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text("utf-8"))
        return found

    @property
    def heap(self) -> Path:
        """The file of the memory."""
        return self.folder / str(self.manifest["heap"]["file"])

    def parts_sent(self) -> list[str]:
        """Give the names of the parts that were asked for."""
        return sorted(Path(one.path).name for one in self.sent if one.path.endswith(".snapshot"))

    def write(self, name: str, content: bytes | str) -> None:
        """Replace a file: it is one with those of other tests until then."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def change(self, **more: Any) -> None:
        """Change entries of the manifest."""
        self.write(MANIFEST, json.dumps({**self.manifest, **more}))

    def lack(self, script: str) -> None:
        """Let the kernel's worker run a script before all else."""
        start = (self.folder / "spec14-start.mjs").read_text("utf-8")
        self.write("spec14-lacks.mjs", script)
        self.write("spec14-start.mjs", f'import "./spec14-lacks.mjs";\n{start}')

    def open(self, context: BrowserContext) -> Page:
        """Open the page beside the kernel."""
        page = context.new_page()
        page.goto(f"{self.url}gate.html")
        return page

    def kernel(self, page: Page, *cells: str, kept: bool = False) -> Found:
        """Start a kernel and run cells; with `kept` it lives until the browser has a copy."""
        settings = {
            "script": f"{self.url}kernel.mjs",
            "worker": f"{self.url}worker.js",
            "base": f"{self.url}lite/",
            "packages": list(self.packages),
            "cells": [*cells, "print(6 * 7)"],
            "kept": kept,
        }
        found = page.evaluate(DRIVE, settings)
        *shown, last = found["shown"]
        assert last == "42\n", found
        way = found["way"]
        return Found(
            snapshot=way["snapshot"],
            reason=way["reason"],
            fault=way["fault"],
            shown=tuple(shown),
            failed=tuple(found["failed"]),
            decided=found["decided"] / 1000,
            ready=found["ready"] / 1000,
        )

    def visit(self, browser: Browser, *cells: str) -> Found:
        """Let a reader come for the first time."""
        context = browser.new_context()
        try:
            return self.kernel(self.open(context), *cells)
        finally:
            context.close()


def tell(name: str, found: Found) -> None:
    """Print how long it took: a figure, and no test."""
    print(f"{name}: decided after {found.decided:.2f} s, ready after {found.ready:.2f} s")


def template(site: Path, folder: Path) -> Path:
    """Copy what a kernel needs of a site."""
    shutil.copytree(site / "lite" / PYODIDE, folder / "lite" / PYODIDE)
    shutil.copyfile(site / "lite" / "jupyter-lite.json", folder / "jupyter-lite.json")
    (worker,) = (site / "lite" / WORKERS).glob("comlink.worker.*.js")
    shutil.copyfile(worker, folder / "worker.js")
    shutil.copyfile(HERE / "kernel.mjs", folder / "kernel.mjs")
    (folder / "gate.html").write_text(PAGE, "utf-8")
    return folder


@contextmanager
def placed(made: Path, folder: Path, *, profile: str = DEFAULT) -> Iterator[Place]:
    """Serve a copy of a template; files that no test changes are one file on the disk."""
    shutil.copytree(made, folder, copy_function=os.link)
    config = json.loads((folder / "jupyter-lite.json").read_text("utf-8"))
    options = _options(config)
    sent: list[Sent] = []
    with running(folder, profile=profile, sent=sent) as url:
        yield Place(
            folder=folder / "lite" / PYODIDE, url=url, packages=options["packages"], sent=sent
        )


def take_any_line(site: Path) -> None:
    """Have a site's kernels take the snapshot whatever the line: a busy machine's seems slow."""
    file = site / "lite" / "jupyter-lite.json"
    config = json.loads(file.read_text("utf-8"))
    _options(config)["spec14AnyLine"] = True
    file.write_text(json.dumps(config), "utf-8")


def _options(config: dict[str, Any]) -> dict[str, Any]:
    plugins = config["jupyter-config-data"]["litePluginSettings"]
    options: dict[str, Any] = plugins[KERNEL_PLUGIN]["loadPyodideOptions"]
    return options
