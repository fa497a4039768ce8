"""The sessions of spec14, and so its manual.

On a project (PROJECT=../my-package; our documentation, with the demo in it, if not set)::

    nox -s wasm-build                 compile it to a WebAssembly wheel
    nox -s wasm-test -- -k fft        run its tests under Pyodide in Node; pytest's options after --
    nox -s docs                       build its documentation with an embedded JupyterLite site
    nox -s serve -- --port 8001       serve that on this machine's loopback interface
    nox -s preview                    all of them in a row

On a machine without the toolchain each session runs itself once more inside the image, which
is built where it is missing. Exit codes are those of the command inside: pytest's 0 to 5 for
tests, 10 to 99 for our own errors, 130 for Ctrl-C. A session that fails ends nox at once.

The other sessions are for work on spec14 itself.
"""

import sys
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
# nox as a console script has no folder of ours on its path.
sys.path.insert(0, str(ROOT))

from toolkit.host import moving, stages  # noqa: E402
from toolkit.host.container import inside_image  # noqa: E402
from toolkit.host.report import exit_codes, exit_with  # noqa: E402
from toolkit.process import attach  # noqa: E402

nox.options.sessions = ["preview"]
nox.needs_version = ">=2024.4.15"

# Inside the image these sessions end with an error, which must not wait for an environment.
HOST_BACKEND = "none" if inside_image() else "virtualenv"
IMAGE_TEST_REQUIREMENTS = ROOT / "images" / "requirements" / "image-test.txt"


def call(session: nox.Session) -> stages.Call:
    """Give how a session was called."""
    started_in = Path(session.invoked_from)
    return stages.Call(root=ROOT, started_in=started_in, words=tuple(session.posargs))


@nox.session(name="wasm-build", venv_backend="none", tags=["project"])
def wasm_build(session: nox.Session) -> None:
    """Compile the project to a WebAssembly wheel in .spec14/dist.

    Words after -- are options of `spec14 wheel`.
    """
    with exit_codes():
        exit_with(stages.stage(call(session), session="wasm-build", command="wheel"))


@nox.session(name="wasm-test", venv_backend="none", tags=["project"])
def wasm_test(session: nox.Session) -> None:
    """Run the project's tests under Pyodide in Node.

    Words after -- are pytest's, and so is the exit code; the report is .spec14/report/junit.xml.
    """
    with exit_codes():
        exit_with(stages.stage(call(session), session="wasm-test", command="test"))


@nox.session(venv_backend="none", tags=["project"])
def docs(session: nox.Session) -> None:
    """Build the documentation with an embedded JupyterLite site in .spec14/site.

    Words after -- are options of `spec14 docs`.
    """
    with exit_codes():
        exit_with(stages.stage(call(session), session="docs", command="docs"))


@nox.session(venv_backend="none", tags=["project"])
def serve(session: nox.Session) -> None:
    """Serve .spec14/site on http://127.0.0.1:8000 (PORT, or --port after --, for another).

    Words after -- are options of `spec14 serve`.
    """
    with exit_codes():
        exit_with(stages.serve(call(session)))


@nox.session(venv_backend="none", tags=["project"])
def preview(session: nox.Session) -> None:
    """Run wasm-build, wasm-test, docs and serve in a row; the first that fails ends the row.

    Words after -- are options of `spec14 serve`.
    """
    with exit_codes():
        exit_with(stages.preview(call(session)))


@nox.session(venv_backend="none", tags=["ours"])
def tests(session: nox.Session) -> None:
    """Run the tests of this repository: unit, integration, browser.

    Words after -- are pytest's, for instance `-- tests/unit -k bootstrap`.
    """
    with exit_codes():
        exit_with(stages.tests(call(session)))


@nox.session(venv_backend="none", tags=["ours"])
def lint(session: nox.Session) -> None:
    """Check the code without running it: ruff, mypy, import rules, the syntax of the scripts."""
    with exit_codes():
        exit_with(stages.lint(call(session)))


@nox.session(venv_backend="none", tags=["ours"])
def corpus(session: nox.Session) -> None:
    """Build, audit, import and test real projects of the package index; write docs/corpus.md.

    Long, and it needs the index. Words after -- are names of projects, `--again` for all of
    them; without, those that have not been run yet with this toolchain.
    """
    with exit_codes():
        exit_with(stages.corpus(call(session)))


@nox.session(name="update-pins", venv_backend="none", tags=["ours"])
def update_pins(session: nox.Session) -> None:
    """Move all pins together to the newest set that belongs together, and prove it.

    On the host only, an hour and more. Words after --: `--plan` shows what would move, `--check`
    fails when something would, `--kernel VERSION` takes that kernel package.
    """
    with exit_codes():
        stages.on_host_only("update-pins")
        exit_with(moving.update_pins(ROOT, session.posargs))


@nox.session(name="image-test", venv_backend=HOST_BACKEND, tags=["ours"])
def image_test(session: nox.Session) -> None:
    """Test the image from outside, through the engine: users, read-only root, health, compose.

    On the host only, in a virtual environment with the `docker` SDK. Words after -- are pytest's.
    """
    with exit_codes():
        exit_with(stages.image_tests(call(session), _host_python(session, "image-test")))


@nox.session(venv_backend=HOST_BACKEND, tags=["ours"])
def bench(session: nox.Session) -> None:
    """Measure: build of the image, edit to served page, click to first result, bytes, sizes.

    On the host only. Words after -- are pytest's.
    """
    with exit_codes():
        python = _host_python(session, "bench")
        words = ("-m", "pytest", "-s", "tests/benchmarks", *session.posargs)
        exit_with(attach([python, *words], cwd=ROOT))


def _host_python(session: nox.Session, name: str) -> Path:
    """Give a Python with what drives the engine; such a session is for the host."""
    stages.on_host_only(name)
    session.install("--require-hashes", "-r", str(IMAGE_TEST_REQUIREMENTS))
    return Path(session.bin) / "python"
