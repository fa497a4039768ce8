"""From files and findings to a verdict, and how it is told."""

import json
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

import pytest
from rich.console import Console

from toolkit.assess import report
from toolkit.assess.assessment import Assessment
from toolkit.assess.buildfiles import Asked, reached_files
from toolkit.assess.building import Backend, Headers, build_findings, endings
from toolkit.assess.catalogue import catalogue, finding
from toolkit.assess.code import Import, Seen, Use
from toolkit.assess.dependencies import Dependency, Source, dependency_findings
from toolkit.assess.downloads import Host
from toolkit.assess.findings import Effort, Finding, Guard, Stage
from toolkit.assess.places import Layout, Part, layout_of
from toolkit.assess.reached import reached, without_loose_tests
from toolkit.assess.rules import File
from toolkit.assess.toolchain import Toolchain
from toolkit.assess.verdict import Verdict, expected_to_stop, first_things, verdict_on

HAS: Final = Toolchain(macros={}, headers=(), libraries=frozenset({"z", "yaml"}))


def layout(name: str, *files: str) -> Layout:
    return layout_of(name, [PurePosixPath(file) for file in files])


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("src/my_pkg/a.py", Part.PACKAGE),
        ("src/my_pkg/tests/a.py", Part.TESTS),
        ("src/my_pkg/tools/a.py", Part.PACKAGE),
        ("src/my_pkg/examples/a.py", Part.PACKAGE),
        ("src/my_pkg/core.c", Part.PACKAGE),
        ("src/win32/core.c", Part.ASIDE),
        ("extern/lib/a.c", Part.VENDORED),
        ("tests/helper.py", Part.TESTS),
        ("docs/examples/a.py", Part.DOCS),
        ("benchmarks/a.py", Part.ASIDE),
        ("setup.py", Part.BUILD),
        ("release.py", Part.ASIDE),
    ],
)
def test_parts(file: str, part: Part) -> None:
    found = layout(
        "my-pkg",
        *("src/my_pkg/__init__.py", "src/my_pkg/tests/__init__.py", "src/my_pkg/tools/__init__.py"),
        *("src/my_pkg/examples/__init__.py", file),
    )
    assert found.part(PurePosixPath(file)) is part


def test_a_package_with_the_name_of_another_part() -> None:
    found = layout("packaging", "src/packaging/__init__.py", "src/packaging/a.py")
    assert found.part(PurePosixPath("src/packaging/a.py")) is Part.PACKAGE
    assert found.roots == ("packaging",)


def test_modules() -> None:
    found = layout(
        "p", "p/__init__.py", "p/q/__init__.py", "p/q/r.pyx", "tests/__init__.py", "x.py"
    )
    assert found.modules == {"p/__init__.py": "p", "p/q/__init__.py": "p.q", "p/q/r.pyx": "p.q.r"}
    assert layout("m", "m.py", "setup.py").modules == {"m.py": "m"}


def test_what_an_import_reaches() -> None:
    def seen(*imports: Import) -> Seen:
        return Seen(imports=imports)

    modules = {
        "p": seen(Import(module="p", names=("a",), line=1), Import(module="p.b.c", line=2)),
        "p.a": seen(Import(module="p.d", line=1, guard=Guard.IMPORT)),
        "p.b": seen(Import(module="p.e", line=1, at_import=False)),
        "p.b.c": seen(),
        "p.d": seen(),
        "p.e": seen(),
    }
    assert reached(modules, ("p",)) == {"p", "p.a", "p.b", "p.b.c"}


def test_what_lies_among_tests_and_is_no_test() -> None:
    forks = Seen(uses=(Use(name="os.fork", line=1),))
    imports = Seen(imports=(Import(module="helper", line=1),))
    read = [
        ("tests/test_a.py", Part.TESTS, imports),
        ("tests/helper.py", Part.TESTS, forks),
        ("tests/generate.py", Part.TESTS, forks),
    ]
    found = {path: seen for path, _, seen in without_loose_tests(read)}
    assert found["tests/helper.py"].uses[0].guard is Guard.NONE
    assert found["tests/generate.py"].uses[0].guard is Guard.SCRIPT


def test_build_files_below() -> None:
    asked = {
        "CMakeLists.txt": (
            Asked(kind="subdirectory", name="src", line=1),
            Asked(kind="subdirectory", name="fortran", line=2, guard=Guard.OPTION),
        ),
        "src/CMakeLists.txt": (Asked(kind="subdirectory", name="..", line=1),),
        "fortran/CMakeLists.txt": (),
        "other/CMakeLists.txt": (),
    }
    assert reached_files(asked, "", "CMakeLists.txt") == {
        "CMakeLists.txt": Guard.NONE,
        "src/CMakeLists.txt": Guard.NONE,
        "fortran/CMakeLists.txt": Guard.OPTION,
        "other/CMakeLists.txt": Guard.OPTION,
    }


def test_libraries_that_are_there() -> None:
    backend = Backend(name="mesonpy", requires=frozenset({"pybind11", "cppy"}))
    names = ("m", "zlib", "yaml", "libyaml", "pybind11", "Python", "geos", "own")
    asked = [Asked(kind="library", name=name, line=1) for name in names]
    found = build_findings("meson.build", asked, backend=backend, has=HAS, own=frozenset({"own"}))
    assert [one.what for one in found] == ["the library zlib", "the library geos"]


def test_headers_that_are_there() -> None:
    backend = Backend(name="x", requires=frozenset({"cppy"}))
    headers = Headers(
        has=HAS, own=endings(["src/a/own.h", "config.h.in"]), backend=backend, written="made.h"
    )
    names = ("own.h", "a/own.h", "config.h", "cppy/cppy.h", "made.h", "geos_c.h", "emmintrin.h")
    seen = Seen(imports=tuple(Import(module=f"<{name}>", line=1) for name in names))
    found = list(headers.of_all([(File(path="src/a.c", part=Part.PACKAGE), seen)]))
    assert [(one.topic, one.what, one.counts) for one in found] == [
        ("header", "#include <geos_c.h>", True),
        ("intrinsics", "#include <emmintrin.h>", False),
    ]


def one(stage: Stage, effort: Effort = Effort.CHANGE, guard: Guard = Guard.NONE) -> Finding:
    return replace(finding("threads", stage, "x", guard=guard), effort=effort)


@pytest.mark.parametrize(
    ("findings", "verdict", "stop"),
    [
        ([], Verdict.WORKS, None),
        ([one(Stage.TESTS)], Verdict.WORKS, Stage.TESTS),
        ([one(Stage.DOCS, Effort.NONE)], Verdict.WORKS, None),
        ([one(Stage.USE, Effort.NONE)], Verdict.CHANGES, None),
        ([one(Stage.IMPORT)], Verdict.CHANGES, Stage.IMPORT),
        ([one(Stage.IMPORT), one(Stage.BUILD, Effort.PORT)], Verdict.PORT, Stage.BUILD),
        ([one(Stage.INSTALL, Effort.NONE), one(Stage.BUILD)], Verdict.CANNOT, Stage.BUILD),
        ([one(Stage.BUILD, Effort.NONE, Guard.PLATFORM)], Verdict.WORKS, None),
    ],
)
def test_verdicts(findings: list[Finding], verdict: Verdict, stop: Stage | None) -> None:
    assert verdict_on(findings) is verdict
    assert expected_to_stop(findings) is stop


def test_what_to_do_first() -> None:
    findings = [
        *(finding("processes", Stage.TESTS, f"t{n}", file="t.py", line=n) for n in range(1, 4)),
        finding("threads", Stage.USE, "u", file="u.py", line=1),
        finding("fortran", Stage.BUILD, "f", file="meson.build", line=2),
        finding("shell", Stage.TESTS, "s", file="t.py", line=9),
        finding("library", Stage.BUILD, "guarded", guard=Guard.OPTION),
    ]
    told = [(todo.stage, todo.topic, len(todo.places)) for todo in first_things(findings)]
    assert told == [
        (Stage.BUILD, "fortran", 1),
        (Stage.USE, "threads", 1),
        (Stage.TESTS, "processes", 3),
    ]


def dependency(**said: str) -> Dependency:
    return Dependency(name="d", requirement="d>=1", via=(), stage=Stage.INSTALL, **said)


@pytest.mark.parametrize(
    ("said", "source", "efforts"),
    [
        ({"image": "1.0", "index": "sdist 2"}, Source.IMAGE, []),
        ({"index": "pure 1.0"}, Source.PURE, []),
        ({"index": "wheel 1.0"}, Source.WHEEL, []),
        ({"index": "sdist 1.0", "distribution": "1.0"}, Source.DISTRIBUTION, [Effort.CHANGE]),
        ({"index": "sdist 1.0", "forge": "1.0"}, Source.SDIST, [Effort.CHANGE]),
        ({"index": "foreign 1.0", "forge": "1.0"}, Source.FORGE, [Effort.PORT]),
        ({"index": "foreign 1.0"}, Source.MISSING, [Effort.NONE]),
        ({}, Source.MISSING, [Effort.NONE]),
        ({"silent": "not asked (offline)"}, Source.UNKNOWN, []),
    ],
)
def test_where_dependencies_come_from(
    said: dict[str, str], source: Source, efforts: list[Effort]
) -> None:
    one = dependency(**said)
    assert one.source is source
    found = dependency_findings([one], distribution="ask", xeus=False)
    assert [finding.effort for finding in found] == efforts


def test_what_the_project_allows_is_no_finding() -> None:
    offered, forged = dependency(distribution="1.0"), dependency(forge="1.0")
    assert dependency_findings([offered], distribution="pyodide", xeus=False) == []
    assert dependency_findings([forged], distribution="ask", xeus=True) == []


EVIL: Final = '<script>alert("x")</script>[red]'


def assessment() -> Assessment:
    return Assessment(
        project=EVIL,
        findings=(
            finding("threads", Stage.USE, EVIL, file=f"{EVIL}.py", line=3),
            finding("processes", Stage.TESTS, "os.fork", file="tests/test_a.py", line=1),
            finding("stdlib", Stage.USE, "import winreg", guard=Guard.PLATFORM),
        ),
        dependencies=(dependency(index="pure 1.0"),),
        hosts=(Host(name="h.example", url=f"https://h.example/{EVIL}", readable=None, said="?"),),
        unread={f"{EVIL}.c": "it is larger than 4096 KiB"},
        forge="not asked (offline)",
    )


def test_nothing_of_a_project_gets_into_the_page_as_html() -> None:
    page = report.page(assessment(), root="..")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5
    assert "works with changes" in page
    assert "under a condition that does not hold in WebAssembly" in page


def test_the_record_can_be_read_back() -> None:
    told = json.loads(json.dumps(report.as_json(assessment())))
    assert told["verdict"] == "works with changes"
    assert told["stops_at"] == "tests"
    assert [found["guard"] for found in told["findings"]] == ["", "", "platform"]
    assert told["dependencies"][0]["source"] == "pure"


def test_the_text_is_plain() -> None:
    console = Console(record=True, width=200, force_terminal=False)
    report.show(assessment(), console)
    text = console.export_text()
    assert f"{EVIL}: works with changes" in text
    assert "tests: 1 files hold tests that will be skipped or fail" in text
    assert "1 more findings in code that never runs there" in text
    assert "emscripten-forge: not asked (offline)" in text


def test_every_topic_says_what_happens_and_what_to_do() -> None:
    for topic in catalogue().topics.values():
        assert topic.title, topic
        assert topic.happens, topic
        assert topic.remedy, topic
        assert not topic.remedy.endswith("."), topic
