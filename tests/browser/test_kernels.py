"""Code in a site's xeus kernels: real ones, of Lua, SQLite and Python, in Chromium."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from tests.xeus_kernels import NEED, packed, python_channel, small_channel, xeus_site
from toolkit.browser.in_chromium import InChromium, identity_of, kernels_of
from toolkit.browser.jobs import Code, Job, Ran
from toolkit.browser.kernels import run_jobs
from toolkit.errors import XeusFailed
from toolkit.lite.elsewhere import xeus_kernels
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.environment import of_table
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.prefix import Places, prepare
from toolkit.lite.xeus.site import upstream
from toolkit.project import read_project
from toolkit.serve.record import Sent
from toolkit.verify.elsewhere import Elsewhere
from toolkit.verify.outcome import Cell, Example
from toolkit.verify.run import Telling, Verified, verify

pytestmark = [*NEED]

LIMIT = 60.0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder = tmp_path_factory.mktemp("small")
    return packed(small_channel(folder), ["xeus-lua", "xeus-sqlite"], folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, small: Packed) -> Path:
    return xeus_site([small], tmp_path_factory.mktemp("site"))


def job(kernel: str, *cells: str, limit: float = LIMIT) -> Job:
    return Job(kernel=kernel, cells=tuple(Code(source=one) for one in cells), limit=limit)


def ran(site: Path, *jobs: Job) -> list[Ran]:
    found = run_jobs(site, jobs)
    assert [one.foreign for one in found] == [()] * len(jobs)
    return found


def test_lua_and_sqlite(site: Path) -> None:
    assert xeus_kernels(site) == ["xlua", "xsqlite"]
    sent: list[Sent] = []
    lua, sqlite, other = run_jobs(
        site,
        [
            job("xlua", "a = 1 + 1", "print(a)\nprint('b')"),
            job(
                "xsqlite",
                "%CREATE test.db",
                "CREATE TABLE t (name TEXT, size INTEGER);",
                "INSERT INTO t VALUES ('one', 1), ('two', 2);",
                "SELECT name, size FROM t ORDER BY size;",
            ),
            job("xlua", "print(a)"),
        ],
        sent=sent,
    )
    assert [cell.text.split() for cell in lua.cells] == [[], ["2", "b"]]
    assert lua.foreign == sqlite.foreign == ()
    table = sqlite.cells[-1]
    assert table.failure is None
    assert all(word in table.text for word in ("name", "size", "one", "two")), table
    assert other.cells[0].text.strip() == "nil", "each job has a kernel of its own"
    missing = {one.path for one in sent if one.status >= 400}
    # There are no contents to be listed.
    assert {
        one for one in missing if not one.endswith(("/favicon.ico", "/contents/all.json"))
    } == set()


def test_an_error_ends_a_job_unless_it_may_be_there(site: Path) -> None:
    fails, goes_on = ran(
        site,
        job("xlua", "print('first')", "error('no such thing')", "print('last')"),
        Job(
            kernel="xlua",
            cells=(Code(source="error('no')", may_fail=True), Code(source="print('last')")),
            limit=LIMIT,
        ),
    )
    assert len(fails.cells) == 2
    failure = fails.cells[1].failure
    assert failure is not None
    assert "no such thing" in failure.value
    assert failure.traceback
    assert (fails.overdue, fails.died) == (False, "")
    assert goes_on.cells[0].failure is not None
    assert goes_on.cells[1].text.strip() == "last"


def test_what_takes_too_long_is_ended_and_the_others_go_on(site: Path) -> None:
    first, second, third = ran(
        site,
        job("xlua", "print('before')", "while true do end", "print('after')", limit=3),
        job("xlua", "while true do end", limit=3),
        job("xlua", "print('other')"),
    )
    assert (first.overdue, [cell.text.strip() for cell in first.cells]) == (True, ["before"])
    assert (second.overdue, second.cells) == (True, ())
    assert (third.overdue, third.cells[0].text.strip()) == (False, "other")
    assert first.seconds < 60


def test_a_kernel_that_dies(site: Path) -> None:
    died, other = ran(
        site,
        job("xlua", "print('before')", "os.exit(3)", "print('after')"),
        job("xlua", "print('other')"),
    )
    assert [cell.text.strip() for cell in died.cells] == ["before"]
    assert died.died
    assert not died.overdue
    assert other.cells[0].text.strip() == "other"


def test_a_kernel_that_is_not_there(site: Path) -> None:
    with pytest.raises(XeusFailed, match="no kernel 'xpython'") as raised:
        run_jobs(site, [job("xpython", "1")])
    assert "xlua, xsqlite" in raised.value.do


def test_a_kernel_that_does_not_start(site: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(site, tmp_path / "site"))
    script = broken / "xeus" / "mine" / "bin" / "xlua.js"
    script.write_text("throw new Error('broken on purpose');\n")
    with pytest.raises(XeusFailed, match=r"the kernel xlua did not start: .*broken") as raised:
        run_jobs(broken, [job("xlua", "1"), job("xlua", "2")])
    assert "uncaught" in raised.value.detail


def example(key: str, kernel: str, language: str, *cells: Cell) -> Example:
    return Example(
        key=key,
        form="notebook",
        document="index",
        place=f"{key}.ipynb",
        name=key,
        cells=cells,
        kernel=kernel,
        language=language,
    )


EXAMPLES = (
    example("works", "xlua", "lua", Cell(source="print(1 + 1)", expected="2")),
    # As the interface does, by the language.
    example("language", "lua5", "lua", Cell(source="print(2)", expected="3")),
    example("fails", "xlua", "lua", Cell(source="error('no')")),
    example("slow", "xlua", "lua", Cell(source="while true do end")),
    example("lacking", "ir", "r", Cell(source="1")),
)


def test_examples_are_verified_elsewhere(small: Packed, site: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "other"\nversion = "1"\n[tool.spec14.verify]\ntimeout = 4\n'
    )
    project = read_project(tmp_path)
    project.cache.mkdir(parents=True)
    asked: list[Path] = []

    def verified(identity: str, examples: Sequence[Example] = EXAMPLES) -> Verified:
        def built(_contents: Sequence[Path]) -> Path:
            asked.append(site)
            return site

        elsewhere: Elsewhere = InChromium(
            site=built, kernels=kernels_of([small.prefix]), identity=identity
        )
        telling = Telling(say=print, progress=lambda _done, _of: None)
        return verify(
            project,
            examples,
            [],
            again=False,
            telling=telling,
            elsewhere=elsewhere,
            pyodide=False,
        )

    identity = identity_of([small.prefix])
    first = verified(identity)
    kinds = {one.key: (one.kind.value, one.reason) for one in first.verdicts}
    assert kinds["works"] == ("works", "")
    assert kinds["language"] == ("differs", "the output is another one")
    assert kinds["fails"][0] == "fails"
    assert "no" in kinds["fails"][1]
    assert kinds["slow"] == ("slow", "it takes more than 4 s")
    assert kinds["lacking"] == (
        "fails",
        "the notebook is written in r, its kernel is ir: the site has xlua and xsqlite",
    )
    assert (first.ran, len(asked)) == (4, 1)
    again = verified(identity)
    assert (again.ran, len(asked)) == (0, 1), "nothing is run, and no site asked for"
    assert again.verdicts == first.verdicts
    assert verified("another environment", EXAMPLES[:1]).ran == 1


@pytest.fixture(scope="module")
def python_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("python")
    environment = packed(python_channel(folder), ["xeus-python", "numpy"], folder)
    contents = write_tree(folder / "contents", {"notebooks/beside.txt": "beside it"})
    return xeus_site([environment], folder, contents=[contents])


def test_python_and_numpy(python_site: Path) -> None:
    (found,) = ran(
        python_site,
        Job(
            kernel="xpython",
            cells=(
                Code(source="import sys, numpy\nprint(sys.version.split()[0], numpy.__version__)"),
                Code(source="numpy.arange(3)"),
                Code(source="import no_such_package", may_fail=True),
                Code(source="print(open('beside.txt').read())"),
                Code(source="1 / 0"),
            ),
            limit=LIMIT,
            folder="notebooks",
        ),
    )
    versions, value, missing, beside, divided = found.cells
    assert (versions.text, value.text) == ("3.11.3 1.25.2", "array([0, 1, 2])")
    assert missing.failure is not None
    assert missing.failure.name == "ModuleNotFoundError"
    assert beside.text == "beside it"
    assert divided.failure is not None
    assert (divided.failure.name, divided.failure.value) == (
        "ZeroDivisionError",
        "division by zero",
    )


@pytest.mark.skipif(
    os.environ.get("SPEC14_NETWORK") != "1", reason="asks emscripten-forge and conda-forge"
)
def test_todays_python_of_the_real_channels(tmp_path: Path) -> None:
    environment = of_table(packages=["numpy"], channels=(), languages=["python"])
    channels = resolve(environment.channels, upstream().channels, root=tmp_path)
    places = Places(lock=tmp_path / "spec14-xeus.lock", cache=tmp_path / "cache")
    prefix = prepare(environment, channels, places)
    whole = Packed(prefix=prefix, channels=channels, packages=environment.packages)
    code = "import sys, numpy\nprint(sys.version_info[0], numpy.arange(3).sum())"
    (found,) = ran(xeus_site([whole], tmp_path), job("xpython", code))
    assert found.cells[0].text == "3 3"
