"""What the kernel is given, in the Python of this machine and with upstream's own modules.

The runtime's modules ``js`` and ``pyodide_js`` are stood in for; piplite and micropip are those of
the kernel, so that a change of theirs is noticed here.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spec14_data
import spec14_packages
from spec14_visit import PREPARING

from toolkit.lite.distribution import INSIDE
from toolkit.lite.kernel import extension_folder, kernel_wheels
from toolkit.wheels.index import Wheelhouse

LOCK: dict[str, dict[str, Any]] = {
    "numpy": {"version": "2.4.1", "depends": []},
    "ripple": {"version": "1.0", "depends": ["numpy"]},
    "ipython": {"version": "9.12.0", "depends": ["traitlets"]},
    "traitlets": {"version": "5.14.3", "depends": []},
    "micropip": {"version": "0.11.1", "depends": []},
}
ASK = f"""
import asyncio, sys, types
runtime = types.ModuleType("pyodide_js")
runtime.lockfile = types.SimpleNamespace(
    packages=types.SimpleNamespace(to_py=lambda: {LOCK!r})
)
sys.modules["pyodide_js"] = runtime
import spec14_site
spec14_site.prepare()
import piplite.piplite, micropip.package_index
asked = []

class Index:
    @staticmethod
    async def fetch_string_and_headers(url, options):
        asked.append(url)
        raise OSError("nobody is there")

def tell(query, *words):
    try:
        asyncio.run(query(*words, compat_layer=Index))
    except ValueError as error:
        print(type(error).__name__, "|", error, "|", len(asked), "|", error.__suppress_context__)
        print(getattr(error, "_render_traceback_", lambda: None)() == [str(error)])

index = micropip.package_index.DEFAULT_INDEX_URLS
piplite.piplite._PIPLITE_DISABLE_PYPI = True
tell(piplite.piplite._query_package, "attrs", index)
tell(micropip.package_index.query_package, "numpy", index)
tell(micropip.package_index.query_package, "attrs", "https://index.example/simple")
piplite.piplite._PIPLITE_DISABLE_PYPI = False
tell(piplite.piplite._query_package, "attrs", index)
tell(micropip.package_index.query_package, "attrs", index)
"""


CELL = """
import asyncio, sys, types
told = []
sys.modules["js"] = types.SimpleNamespace(spec14InCell=told.append)
import spec14_site
spec14_site.prepare()
from IPython.core.interactiveshell import InteractiveShell
told.clear()
shell = InteractiveShell()
shell.run_cell("seen = 1")
print(told, shell.user_ns["seen"])
shell.run_cell("1 / 0")
print(told)
"""


def run(text: str) -> subprocess.CompletedProcess[str]:
    """Run Python with our modules and upstream's."""
    wheels = [str(path) for path in kernel_wheels(Wheelhouse().kernel)]
    paths = [str(INSIDE), *wheels, str(extension_folder() / "static" / "pypi")]
    start = f"import sys; sys.path[:0] = {paths!r}\n{text}"
    return subprocess.run(
        [sys.executable, "-c", start], capture_output=True, text=True, check=False
    )


def test_the_page_is_told_when_a_cells_own_code_runs() -> None:
    done = run(CELL)
    assert done.returncode == 0, done.stderr
    first, *_traceback, last = done.stdout.splitlines()
    assert first == "[True, False] 1"
    assert last == "[True, False, True, False]"


def test_upstreams_own_modules_say_it_in_our_words() -> None:
    done = run(ASK)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    words = spec14_packages.message("attrs", LOCK)
    assert lines[0] == f"NotInSite | {words} | 0 | True"
    version = "This site has numpy 2.4.1 and no other version of it."
    assert lines[2] == f"NotInSite | {version} | 0 | False"
    # An index that a reader names is asked; and so is PyPI where the settings allow it.
    assert [line.split(" | ")[0] for line in lines[4::2]] == ["ValueError"] * 3
    assert [line.split(" | ")[2] for line in lines[4::2]] == ["1", "2", "3"]
    assert lines[1::2] == ["True", "True", "False", "False", "False"]


def test_the_words() -> None:
    words = spec14_packages.message("attrs", LOCK)
    assert words == (
        "attrs is not one of this site's packages (numpy, ripple), and it takes none from "
        "elsewhere. The documentation's authors can add it: "
        'lite-packages = ["attrs"] in [tool.spec14.docs].'
    )
    assert "none but the kernel's own" in spec14_packages.message("attrs", {})


def test_a_url_that_was_not_declared_is_found_in_what_it_caused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = "https://h.example/a is not declared in [tool.spec14.data]"
    monkeypatch.setitem(sys.modules, "js", type(sys)("js"))
    assert spec14_data.needed(OSError(said)) == "https://h.example/a"
    error = ValueError("other")
    error.__context__ = RuntimeError(f"Max retries exceeded: {said}")
    assert spec14_data.needed(error) == "https://h.example/a"
    assert spec14_data.needed(ValueError("https://h.example/b")) is None
    sys.modules["js"].spec14Refused = ["https://h.example/b"]  # type: ignore[attr-defined]
    assert spec14_data.needed(FileNotFoundError("https://h.example/b not found.")) == (
        "https://h.example/b"
    )
    assert spec14_data.needed(ValueError("of its own")) is None


def test_the_scripts_name_every_module() -> None:
    script = (INSIDE.parent / "start" / "spec14-prepare.mjs").read_text()
    named = json.loads(script.partition("MODULES = ")[2].partition(".map(")[0])
    # That one prepares a snapshot and what comes of it, and no other start.
    files = {path.stem for path in Path(INSIDE).glob("*.py")} - {"spec14_visit"}
    assert [f"spec14_{name}" for name in named] == sorted(files) == sorted(PREPARING)
