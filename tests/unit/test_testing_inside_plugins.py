"""The plugins in a native session: what they make of results, marks and entries."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pytest_spec14.markers import Markers
from pytest_spec14.plugins import register
from pytest_spec14.told import told

pytest_plugins = "pytester"

MISSING = """
import types
import pytest

def use():
    return types.ModuleType("os").link  # what a missing name of os looks like
"""

type Run = Callable[..., pytest.RunResult]


class Loaded:
    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.reports: dict[str, pytest.TestReport | pytest.CollectReport] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        register(config, self.settings)
        register(config, self.settings)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.reports[report.nodeid] = report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.reports[report.nodeid] = report


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    def call(text: str, *words: str, plugins: tuple[object, ...] = (), **settings: Any) -> Any:
        pytester.makepyfile(test_it=MISSING + text)
        loaded = Loaded(settings)
        done = pytester.runpytest_inprocess("-rA", *words, plugins=[loaded, *plugins])
        done.reports = loaded.reports  # type: ignore[attr-defined]
        return done

    return call


def entry(**said: str) -> dict[str, str]:
    return {"where": "skips.toml:3", "reason": "no reason", **said}


def test_a_test_that_the_platform_failed_is_skipped(run: Run) -> None:
    done = run("def test_a():\n    use()\n\ndef test_b():\n    assert 1 == 2\n")
    done.assert_outcomes(skipped=1, failed=1)
    report = done.reports["test_it.py::test_a"]  # type: ignore[attr-defined]
    path, line, reason = report.longrepr
    assert (path.endswith("test_it.py"), line) == (True, 5), "the innermost line of the file"
    assert reason.startswith("Skipped: the runtime's file system cannot do that (AttributeError: ")
    assert report.spec14_cause == "files"


def test_platform_skips_can_be_left_out(run: Run) -> None:
    done = run("def test_a():\n    use()\n", platform_skips=False)
    done.assert_outcomes(failed=1)
    assert done.reports["test_it.py::test_a"].spec14_cause == "files"  # type: ignore[attr-defined]


def test_a_fixture_and_a_module(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_module=f"{MISSING}\nuse()\ndef test_x(): pass\n")
    done = run("@pytest.fixture\ndef it():\n    use()\n\ndef test_a(it):\n    pass\n")
    done.assert_outcomes(skipped=2)
    assert done.ret == 0
    done.stdout.fnmatch_lines(["*test_module.py:*the runtime's file system cannot do that*"])


def test_unittest_and_doctest(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        module='''
        def linked():
            """
            >>> import types
            >>> one = types.ModuleType("os").link
            >>> one
            """
        def wrong():
            """
            >>> 1
            2
            """
        '''
    )
    done = run(
        "import unittest\nclass TestIt(unittest.TestCase):\n    def test_a(self): use()\n"
        "    def test_b(self): self.assertEqual(1, 2)\n",
        "--doctest-modules",
        "--doctest-continue-on-failure",
    )
    done.assert_outcomes(skipped=2, failed=2)
    outcomes = {name: one.outcome for name, one in done.reports.items()}  # type: ignore[attr-defined]
    assert outcomes["module.py::module.linked"] == "skipped"
    assert outcomes["test_it.py::TestIt::test_a"] == "skipped"
    assert run("", "--doctest-modules", "module.py").parseoutcomes() == {"skipped": 1, "failed": 1}


def test_32_bits_are_a_hint(run: Run) -> None:
    done = run("import array\ndef test_a():\n    array.array('l', [2**70])\n")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*- spec14 -*", "*test_it.py:8: C long, size_t and NumPy's intp*"])
    assert done.reports["test_it.py::test_a"].spec14_cause == "32-bit"  # type: ignore[attr-defined]


def test_a_warning_of_overflow_is_moved_to_the_projects_line(run: Run) -> None:
    done = run(
        "import warnings\n"
        "def test_a():\n"
        "    text = 'overflow encountered in scalar multiply'\n"
        "    warnings.warn_explicit(text, RuntimeWarning, '/x/site-packages/numpy/a.py', 3)\n"
        "def test_b():\n"
        "    warnings.warn('overflow encountered in a cup', RuntimeWarning)\n",
        "-W",
        "default",
    )
    done.assert_outcomes(passed=2, warnings=2)
    done.stdout.fnmatch_lines(
        ["*test_it.py:9: RuntimeWarning: *scalar multiply (if these are int*"]
    )
    assert done.stdout.str().count("if these are integers") == 1


def test_strict_xfail_of_the_project(run: Run) -> None:
    text = "@pytest.mark.xfail(strict=True, reason='Linux')\ndef test_a():\n    pass\n"
    run(text).assert_outcomes(xpassed=1)
    run(text, xfail_strict=True).assert_outcomes(failed=1)


def test_xfail_and_the_platform(run: Run) -> None:
    done = run(
        "@pytest.mark.xfail(strict=True)\ndef test_a():\n    use()\n"
        "@pytest.mark.xfail(strict=True, raises=KeyError)\ndef test_b():\n    use()\n"
        "@pytest.mark.xfail(strict=True, raises=KeyError)\ndef test_c():\n    assert 0\n"
    )
    done.assert_outcomes(xfailed=1, skipped=1, failed=1)


MARKED = """
@pytest.mark.wasm_skip("slow")
def test_skip(): assert 0
@pytest.mark.wasm_xfail(reason="wrong", raises=ZeroDivisionError)
def test_xfail(): 1 / 0
@pytest.mark.wasm_xfail("wrong")
def test_xpass(): pass
@pytest.mark.wasm_xfail("wrong", strict=False)
def test_lenient(): pass
@pytest.mark.wasm_only
def test_only(): pass
"""


def test_markers_in_webassembly(run: Run) -> None:
    class Wasm:
        def pytest_configure(self, config: pytest.Config) -> None:
            config.pluginmanager.register(Markers(wasm=True))

    done = run(MARKED, "--strict-markers", plugins=(Wasm(),))
    reports = done.reports  # type: ignore[attr-defined]
    outcomes = {name.partition("::test_")[2]: one.outcome for name, one in reports.items()}
    assert outcomes["skip"] == "skipped"
    assert outcomes["xfail"] == "skipped"
    assert reports["test_it.py::test_xfail"].wasxfail == "WebAssembly: wrong"
    assert outcomes["xpass"] == "failed", "strict unless it says otherwise"
    assert outcomes["lenient"] == "passed"


def test_markers_elsewhere(run: Run) -> None:
    run(MARKED, "--strict-markers").assert_outcomes(failed=2, passed=2, skipped=1)


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ("wasm_skip", "the marker wasm_skip wants a reason"),
        ("wasm_skip()", "the marker wasm_skip wants a reason"),
        ("wasm_skip('')", "wants a reason"),
        ("wasm_skip(3)", "wants a reason"),
        ("wasm_skip('a', 'b')", "takes one reason"),
        ("wasm_skip('a', strict=True)", "has no argument 'strict', only reason"),
        ("wasm_xfail('a', raise_=True)", "has no argument 'raise_', only reason, raises, strict"),
        ("wasm_only('a')", "takes nothing"),
    ],
)
def test_markers_that_say_it_wrong(run: Run, mark: str, words: str) -> None:
    done = run(f"@pytest.mark.{mark}\ndef test_a(): pass\n")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*test_it.py::test_a: *{words}*"])


def test_entries_of_the_skip_file(run: Run) -> None:
    done = run(
        "@pytest.mark.parametrize('n', ['a', 'b[*'])\ndef test_a(n): assert 0\n"
        "def test_b(): assert 0\n"
        "def test_ab(): pass\n"
        "class TestC:\n    def test_d(self): assert 0\n",
        skips=[
            entry(test="test_it.py::test_a[b[*]", kind="xfail", where="one"),
            entry(test="test_it.py::test_a", link="https://host/1"),
            entry(test="*::test_b", kind="xfail"),
            entry(test="test_it.py::TestC"),
        ],
    )
    done.assert_outcomes(skipped=2, xfailed=2, passed=1)
    done.stdout.fnmatch_lines(["SKIPPED*no reason https://host/1 [[]skips.toml:3[]]"])


def test_an_entry_that_is_no_longer_needed(run: Run) -> None:
    passing = entry(test="test_it.py::test_a", kind="xfail")
    done = run("def test_a(): pass\n", skips=[passing])
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*skips.toml:3: the entry is no longer needed, remove it*"])


def test_check_skips(run: Run) -> None:
    skips = [entry(test="test_it.py::test_a"), entry(test="test_it.py::test_b")]
    done = run("def test_a(): pass\ndef test_b(): assert 0\n", skips=skips, check_skips=True)
    done.assert_outcomes(failed=1, xfailed=1)


def test_a_file_that_is_not_imported(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_deadly="raise SystemExit(3)")
    done = run("def test_a(): pass\n", skips=[entry(test="test_deadly.py")])
    done.assert_outcomes(passed=1, skipped=1)
    named = [entry(test="test_deadly.py"), entry(test="test_it.py::*")]
    done = run("def test_a(): pass\n", skips=named)
    done.assert_outcomes(skipped=2)
    assert "test_it.py::test_a" in done.reports, "its file is imported"  # type: ignore[attr-defined]


def test_an_entry_for_a_cause(run: Run) -> None:
    text = (
        "import array\ndef test_a():\n    array.array('l', [2**70])\n"
        "def test_b():\n    assert 0\ndef test_c():\n    use()\n"
    )
    run(text, skips=[entry(cause="32-bit")]).assert_outcomes(skipped=2, failed=1)
    run(text, skips=[entry(cause="32-bit", kind="xfail", test="*")]).assert_outcomes(
        xfailed=1, skipped=1, failed=1
    )
    run(text, skips=[entry(cause="32-bit", test="other.py")]).assert_outcomes(failed=2, skipped=1)


def test_faulthandler_timeout_starts_nothing(run: Run) -> None:
    class Look:
        def pytest_sessionstart(self, session: pytest.Session) -> None:
            assert float(session.config.getini("faulthandler_timeout")) == 0
            assert session.config.getini("tmp_path_retention_policy") == "failed"

    done = run("def test_a(): pass\n", "-o", "faulthandler_timeout=5", plugins=(Look(),))
    done.assert_outcomes(passed=1)


def test_settings_come_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester
) -> None:
    monkeypatch.delenv("SPEC14_TEST", raising=False)
    assert told() == {}
    monkeypatch.setenv("SPEC14_TEST", '{"skips": []}')
    assert told() == {"skips": []}
    file = pytester.path / "told.json"
    file.write_text('{"check_skips": true}')
    monkeypatch.setenv("SPEC14_TEST", json.dumps({"file": str(file), "role": "run"}))
    assert told() == {"check_skips": True, "file": str(file), "role": "run"}
