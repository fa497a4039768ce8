"""Run inside the image: build the demo's sites, ours and stock's, and compare visits to them.

::

    python -m tests.benchmarks.measure_clicks SCRATCH PROFILES TIMES

`PROFILES` are connections (``compare_clicks.py``) with commas between them. Prints one line of
JSON: the lines of the table, the picture of the first visits over each connection, the browser.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Final

from tests.benchmarks.build_wheels import ROOT, SPEC14, Words
from tests.benchmarks.clicks import PROFILES, rows
from tests.benchmarks.compare_clicks import compare, loads, serving
from tests.benchmarks.stock_site import build_stock, build_without_buttons
from toolkit.process import run
from toolkit.project import read_project

DEMO: Final = ROOT / "tests" / "projects" / "demo"


def build(scratch: Path) -> tuple[Path, Path, Path]:
    """Build all three sites: ours, stock's, and the pages without JupyterLite.

    Raises
    ------
    SystemExit
        When ours cannot be built, or one cannot be compressed.
    """
    folder = scratch / "demo"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".spec14", "__pycache__"))
    require([*SPEC14, "docs", "--project", folder])
    project = read_project(folder)
    stock, plain = scratch / "stock", scratch / "plain"
    build_stock(project, stock)
    build_without_buttons(project, plain)
    for site in (project.site, stock, plain):
        require([*SPEC14, "precompress", "--project", folder, site])
    return project.site, stock, plain


def require(words: Words) -> None:
    """Run a command that has to succeed."""
    done = run(words, on_line=lambda line: print(line, file=sys.stderr, flush=True))
    if done.code != 0:
        raise SystemExit(done.tail(40))


def main() -> None:
    """Measure."""
    scratch, names, times = Path(sys.argv[1]), sys.argv[2].split(","), int(sys.argv[3])
    ours, stock, plain = build(scratch)
    profiles = [PROFILES[name] for name in names]
    out = scratch / "seen"
    out.mkdir()
    with serving({"ours": ours, "stock": stock}) as sites:
        visits = compare(sites, profiles, times, out)
    found = rows(visits, profiles)
    found += loads(ours, plain, out)
    table = [[row.section, row.what, row.measured, row.compared] for row in found]
    pictures = {file.name: file.read_text("utf-8") for file in sorted(out.glob("*.svg"))}
    print(json.dumps({"table": table, "pictures": pictures, "browser": visits[0].browser}))


if __name__ == "__main__":
    main()
