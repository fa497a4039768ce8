"""Coverage: measured where a wheel is installed, told of the source tree."""

import gc
import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pytest
from coverage import CoverageData
from pytest_spec14.measure import Where, measured

from tests.reports import ROOT, make_built, make_project, run_pytest
from toolkit.project import Project
from toolkit.testing.coverage import DATA, combine, part_folder, prepare, source_roots
from toolkit.testing.coverage_options import (
    WORKER_WORDS,
    Wish,
    wish_of,
    with_coverage,
    without_coverage,
)
from toolkit.wheels.build import BuiltWheel

INSIDE: Final = ROOT / "toolkit" / "testing" / "inside"
SOURCE: Final = {
    "shapes/__init__.py": "from shapes.area import area\n",
    "shapes/area.py": (
        "def area(kind, size):\n"
        "    if kind == 'square':\n"
        "        return size * size\n"
        "    if kind == 'circle':\n"
        "        return 3 * size * size\n"
        "    raise ValueError(kind)\n"
    ),
    "shapes/never.py": "def unused():\n    return 1\n",
    "single.py": "def one():\n    return 1\n",
}
TESTS: Final = {
    "tests/conftest.py": "import shapes\n",
    "tests/test_square.py": (
        "import shapes\ndef test_square():\n    assert shapes.area('square', 2) == 4\n"
    ),
    "tests/test_circle.py": (
        "import shapes, single\ndef test_circle():\n    assert shapes.area('circle', 2) == 12\n"
        "    assert single.one()\n"
    ),
}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what coverage leaves open when it combines (7.17.3, `combine_parallel_data`)."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


class Run:
    """A project, its wheel and where it is installed."""

    def __init__(self, folder: Path, extra: Mapping[str, str] | None = None) -> None:
        source = {f"src/{name}": text for name, text in SOURCE.items()}
        self.project: Project = make_project(
            folder / "shapes", {**source, **TESTS, "pytest.ini": "[pytest]\n", **(extra or {})}
        )
        self.built: BuiltWheel = make_built(self.project, SOURCE)
        self.site = folder / "env" / "site-packages"
        shutil.unpack_archive(self.built.path, self.site, "zip")

    def worker(self, settings: Mapping[str, Any], *words: str) -> subprocess.CompletedProcess[str]:
        """Run tests as a worker does, natively."""
        env = {
            "PYTHONPATH": os.pathsep.join((str(self.site), str(INSIDE))),
            "SPEC14_TEST": json.dumps({"coverage": settings}),
        }
        done = run_pytest(self.project.folder, *WORKER_WORDS, *words, env=env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def lines(data: Path) -> dict[str, list[int]]:
    read = CoverageData(str(data))
    read.read()
    found = {name: sorted(read.lines(name) or ()) for name in read.measured_files()}
    read.close()
    return found


def test_workers_become_one_with_paths_of_the_source(run: Run) -> None:
    settings = prepare(run.project, run.built)
    assert settings["packages"] == ["shapes", "single"]
    run.worker(settings, "tests/test_square.py", "--cov")
    run.worker(settings, "tests/test_circle.py", "--cov")
    assert len(list(part_folder(run.project).iterdir())) == 2
    covered = combine(run.project, run.built, run.site, Wish(reports=("term-missing",)))
    assert lines(run.project.report / "coverage" / DATA) == {
        "src/shapes/__init__.py": [1],
        "src/shapes/area.py": [1, 2, 3, 4, 5],
        "src/shapes/never.py": [],
        "src/single.py": [1, 2],
    }
    assert covered.total == pytest.approx(100 * 8 / 11)
    assert "src/shapes/area.py" in covered.text
    assert str(run.site) not in covered.text


def test_it_can_be_combined_with_a_native_run(run: Run, tmp_path: Path) -> None:
    run.worker(prepare(run.project, run.built), "tests/test_square.py", "--cov")
    combine(run.project, run.built, run.site, Wish())
    # A native run of the source tree, somewhere else, measured by coverage itself.
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(run.project.folder, elsewhere)
    shutil.move(run.project.folder, tmp_path / "gone")
    rc = elsewhere / ".coveragerc"
    rc.write_text("[run]\nrelative_files = true\nsource = src\n")
    native = [sys.executable, "-P", "-m", "coverage"]
    words = ["run", "--data-file=.coverage.native", "-m", "pytest", "-q", "tests/test_circle.py"]
    env = {**os.environ, "PYTHONPATH": str(elsewhere / "src")}
    for command in (words, ["combine", "--keep", ".coverage.native", ".spec14/report/coverage"]):
        done = subprocess.run(
            [*native, *command], cwd=elsewhere, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    both = lines(elsewhere / ".coverage")
    assert both["src/shapes/area.py"] == [1, 2, 3, 4, 5]
    assert set(both) == {f"src/{name}" for name in SOURCE}


def test_branches(run: Run) -> None:
    run.worker(prepare(run.project, run.built), "--cov=shapes", "--cov-branch", "tests")
    covered = combine(run.project, run.built, run.site, Wish(reports=("json",)))
    assert "Coverage json written to .spec14/report/coverage/coverage.json" in covered.text
    content = json.loads((run.project.report / "coverage" / "coverage.json").read_text())
    area = content["files"]["src/shapes/area.py"]
    assert area["missing_branches"] == [[4, 6]]
    assert "src/single.py" not in content["files"], "not asked for"


@pytest.mark.parametrize("config", [".coveragerc", "other.cfg"])
def test_the_projects_configuration_counts(tmp_path: Path, config: str) -> None:
    run_table = "[run]\nomit = src/shapes/never.py\nplugins = no_such\nparallel = true\n"
    text = run_table + "[report]\nfail_under = 99\n"
    run = Run(tmp_path, {config: text})
    asked = () if config == ".coveragerc" else (f"--cov-config={config}",)
    run.worker(prepare(run.project, run.built), "--cov", *asked, "tests")
    wish = wish_of({"cov_source": [""], "cov_config": config})
    assert wish is not None
    covered = combine(run.project, run.built, run.site, wish)
    assert "never.py" not in covered.text
    assert covered.wanted == 99
    assert not covered.is_enough


def test_every_kind_of_report(run: Run) -> None:
    run.worker(prepare(run.project, run.built), "tests", "--cov")
    reports = ("term:skip-covered", "html", "xml:mine/cov.xml", "lcov", "", "nonsense")
    (run.project.folder / "mine").mkdir()
    covered = combine(run.project, run.built, run.site, Wish(reports=reports))
    folder = run.project.report / "coverage"
    assert (folder / "html" / "index.html").is_file()
    assert (folder / "coverage.lcov").is_file()
    assert "area.py" in (run.project.folder / "mine" / "cov.xml").read_text()
    assert "coverage has no report 'nonsense'" in covered.text
    assert "1 file skipped" in covered.text or "skipped due to complete coverage" in covered.text


def test_what_a_worker_that_dies_had_measured_is_there(run: Run) -> None:
    dying = run.project.folder / "tests" / "test_dies.py"
    dying.write_text("import os\ndef test_dies():\n    os._exit(77)\n")
    settings = prepare(run.project, run.built)
    env = {
        "PYTHONPATH": os.pathsep.join((str(run.site), str(INSIDE))),
        "SPEC14_TEST": json.dumps({"coverage": settings}),
    }
    done = run_pytest(
        run.project.folder, *WORKER_WORDS, "tests/test_circle.py", str(dying), "--cov", env=env
    )
    assert done.returncode == 77
    combine(run.project, run.built, run.site, Wish())
    assert lines(run.project.report / "coverage" / DATA)["src/single.py"] == [1, 2]


def test_a_test_can_be_left_out(run: Run) -> None:
    test = run.project.folder / "tests" / "test_out.py"
    test.write_text(
        "import pytest, single\n"
        "@pytest.mark.no_cover\ndef test_marked():\n    assert single.one()\n"
        "def test_with_fixture(no_cover):\n    assert single.one()\n"
    )
    run.worker(prepare(run.project, run.built), "--strict-markers", str(test), "--cov")
    combine(run.project, run.built, run.site, Wish())
    assert lines(run.project.report / "coverage" / DATA)["src/single.py"] == [1]


def test_nothing_is_measured_unless_asked(run: Run) -> None:
    settings = prepare(run.project, run.built)
    run.worker(settings, "tests")
    run.worker(settings, "--cov", "--no-cov", "tests")
    run.worker(settings, "--cov=shapes", "--cov-reset", "tests")
    assert list(part_folder(run.project).iterdir()) == []
    covered = combine(run.project, run.built, run.site, Wish(fail_under=1.0))
    assert covered.total is None
    assert not covered.is_enough
    assert "No data to combine" in covered.text


def test_without_the_runner_it_is_wrong_usage(run: Run) -> None:
    env = {"PYTHONPATH": str(INSIDE)}
    done = run_pytest(run.project.folder, *WORKER_WORDS, "tests", "--cov", env=env)
    assert done.returncode == 4
    assert "a run of `spec14 test` only" in done.stderr


def test_what_was_measured_before_is_gone(run: Run) -> None:
    run.worker(prepare(run.project, run.built), "tests", "--cov")
    prepare(run.project, run.built)
    assert list(part_folder(run.project).iterdir()) == []


KNOWN: Final = frozenset({"shapes", "shapes.sub", "single"})
PLACE: Final = Where(folder="", packages=("shapes", "single"), known=KNOWN)


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        ([], ["shapes", "single"]),
        (["."], ["shapes", "single"]),
        (["shapes"], ["shapes"]),
        (["./src/shapes/"], ["shapes"]),
        (["src/shapes/sub", "single"], ["shapes.sub", "single"]),
        (["shapes.sub"], ["shapes.sub"]),
        (["elsewhere"], ["elsewhere"]),
    ],
)
def test_what_is_measured(sources: list[str], names: list[str]) -> None:
    assert measured(sources, PLACE) == names


def test_a_folder_of_the_source_is_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path)
    assert measured(["src"], PLACE) == ["shapes", "single"]


@pytest.mark.parametrize(
    ("source", "roots"),
    [
        (["shapes/__init__.py", "shapes/a.py"], {"shapes": "."}),
        (
            ["src/shapes/__init__.py", "src/shapes/a.py", "single.py"],
            {"shapes": "src", "single.py": "."},
        ),
        (
            ["old/shapes/a.py", "lib/py/shapes/a.py", "lib/py/shapes/__init__.py"],
            {"shapes": "lib/py"},
        ),
        (["b/c/shapes/a.py", "a/shapes/a.py"], {"shapes": "a"}),
        (["tests/other.py"], {}),
    ],
)
def test_where_the_source_stands(source: list[str], roots: dict[str, str]) -> None:
    installed = [PurePosixPath(name) for name in ("shapes/__init__.py", "shapes/a.py", "single.py")]
    found = source_roots(installed, [Path(name) for name in source])
    assert {top: str(root) for top, root in found.items()} == roots


def test_coverage_is_a_requirement_when_asked_for() -> None:
    assert with_coverage(["-q"], ["pytest"]) == ("pytest",)
    assert with_coverage(["--cov=a"], ["pytest"]) == ("pytest", "coverage")
    assert with_coverage(["--cov"], ["pytest", "Coverage[toml]>=7"]) == (
        "pytest",
        "Coverage[toml]>=7",
    )


def test_words_without_coverage() -> None:
    words = ["-q", "--cov", "--cov=a", "--cov-report=xml", "--no-cov", "tests", "--covering"]
    assert without_coverage(words) == ("-q", "tests", "--covering")
    words = ["--cov", "a", "tests", "--cov-report", "xml", "--cov-branch", "b.py", "--cov", "-x"]
    assert without_coverage(words) == ("tests", "b.py", "-x")


def test_wishes() -> None:
    assert wish_of({}) is None
    assert wish_of({"cov_source": ["a"], "no_cov": True}) is None
    wish = wish_of({"cov_source": [""], "cov_report": [], "cov_config": ".coveragerc"})
    assert wish == Wish(reports=("term",), config=None)


SESSION: Final = """
import json
from pathlib import Path
from toolkit.project import read_project
from toolkit.testing.coverage import CoveragePlugin
from toolkit.wheels.build import BuiltWheel

def pytest_configure(config):
    told = json.loads(Path(config.rootpath, "told.json").read_text())
    project = read_project(Path(told["project"]))
    built = BuiltWheel(path=Path(told["wheel"]), sha256="", compiled=False, fresh=True)
    plugin = CoveragePlugin(project, built, Path(told["site"]), told["options"])
    config.pluginmanager.register(plugin)
"""


@pytest.mark.parametrize(
    ("options", "test", "code", "words"),
    [
        ({"cov_fail_under": 100}, "pass", 1, ["of 100% not reached. Total coverage: 72.73%"]),
        ({"cov_fail_under": 50}, "pass", 0, ["of 50% reached", "src/shapes/never.py"]),
        ({"cov_fail_under": 50}, "assert 0", 1, ["of 50% reached"]),
        ({"no_cov_on_fail": True}, "assert 0", 1, []),
        ({}, "pass", 0, ["src/shapes/never.py"]),
    ],
)
def test_in_the_controllers_session(  # noqa: PLR0917 - a table
    run: Run, tmp_path: Path, options: dict[str, Any], test: str, code: int, words: list[str]
) -> None:
    run.worker(prepare(run.project, run.built), "tests", "--cov")
    controller = tmp_path / "controller"
    controller.mkdir()
    (controller / "pytest.ini").write_text("[pytest]\n")
    (controller / "conftest.py").write_text(SESSION)
    (controller / "test_a.py").write_text(f"def test_a():\n    {test}\n")
    told = {
        "project": str(run.project.folder),
        "wheel": str(run.built.path),
        "site": str(run.site),
        "options": {"cov_source": [""], **options},
    }
    (controller / "told.json").write_text(json.dumps(told))
    done = run_pytest(controller, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == code, done.stdout + done.stderr
    assert ("coverage: in WebAssembly" in done.stdout) == bool(words)
    for word in words:
        assert word in done.stdout
