"""Documentation on a machine without the image, as Read the Docs has one.

A plain virtual environment, Node and no more: no toolchain, no wheelhouse, no browser. The npm
package comes by npm where there is one, otherwise from the image's folder (``SPEC14_RUNTIME``).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT, copy_project, error_lines, the_wheel
from toolkit.errors import LockFailed

pytestmark = pytest.mark.network

OURS = ("SPEC14_", "PYODIDE_", "EM_", "EMSDK", "SKIP_EMSCRIPTEN", "PYTHON", "VIRTUAL_ENV", "UV_")

type Call = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Call:
    """Give the command ``spec14`` of a virtual environment, away from the image's folders."""
    folder = tmp_path_factory.mktemp("outside")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    words = ["uv", "pip", "install", "-q", "--python", str(folder / "venv"), f"{ROOT}[docs]"]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    (folder / "bin").mkdir()
    for name in ("node", "npm"):
        if program := shutil.which(name):
            (folder / "bin" / name).symlink_to(program)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    environment = {
        **kept,
        "PATH": f"{folder / 'bin'}:/bin",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    if shutil.which("npm") is None:
        environment["SPEC14_RUNTIME"] = str(toolchain / "runtime")

    def call(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [folder / "venv" / "bin" / "spec14", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    return call


def test_docs_and_verify_with_a_wheel_by_address(
    installed: Call, pure: Path, tmp_path: Path
) -> None:
    wheel = the_wheel(pure)
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    project = copy_project("pure", tmp_path / "p")
    words = ("docs", "--project", project, "--wheel", f"{wheel.as_uri()}#sha256={sha256}")

    done = installed(*words, "--offline")
    assert done.returncode == LockFailed.exit_code
    assert "the runtime was never fetched" in error_lines(done)[0]

    done = installed(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 works; 4 buttons published" in done.stdout
    site = project / ".spec14" / "site"
    record = json.loads((site / "spec14-site.json").read_text())
    assert (record["wheel_sha256"], record["tested"]) == (sha256, None)
    assert [file.name for file in site.rglob(wheel.name)] == [wheel.name]

    # Nothing is fetched again.
    done = installed("verify", *words[1:], "--offline")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fetching" not in done.stdout
