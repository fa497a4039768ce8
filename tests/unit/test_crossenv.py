"""The cross-build environment: headers, build data, layout, archive."""

import ast
import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import MINOR, RUNTIME, make_runtime, make_wheel
from toolkit.crossenv.assemble import Headers, assemble, find_headers, pack
from toolkit.crossenv.makefile import makefile_envs
from toolkit.crossenv.numpy import overlay
from toolkit.crossenv.pyconfig import target_pyconfig
from toolkit.errors import CrossEnvFailed
from toolkit.runtime.distribution import (
    SYSCONFIGDATA,
    parse_sysconfig,
    read_runtime,
    relocate_sysconfig,
)

ROOT: Final = Path(__file__).resolve().parents[2]
SYSCONFIG: Final = """\
# system configuration generated and used by the sysconfig module
import os
PYODIDE_ROOT = os.environ.get("PYODIDE_ROOT", "/root/repo")
build_time_vars = {'ABIFLAGS': '', 'AR': f'{PYODIDE_ROOT}/emar', 'ALIGNOF_LONG': 4,
 'Py_GIL_DISABLED': 0, 'SOABI': 'cpython-314-wasm32-emscripten', 'HAVE_DECL_RTLD_NOW': 1}
"""

# ------------------------------------------------------------------ pyconfig.h


@pytest.mark.parametrize(
    ("native", "value", "expected"),
    [
        # 0 in the data is an #undef: headers ask with #ifdef.
        ("#define Py_GIL_DISABLED 1", 0, "/* #undef Py_GIL_DISABLED */"),
        ("/* #undef Py_GIL_DISABLED */", 0, "/* #undef Py_GIL_DISABLED */"),
        ("#define HAVE_FORK 1", 0, "/* #undef HAVE_FORK */"),
        ("/* #undef HAVE_FORK */", 1, "#define HAVE_FORK 1"),
        ("#undef HAVE_FORK", 1, "#define HAVE_FORK 1"),
        ("#  define HAVE_FORK 1", 1, "#define HAVE_FORK 1"),
        # autoconf's own convention: always defined.
        ("#define HAVE_DECL_TZNAME 1", 0, "#define HAVE_DECL_TZNAME 0"),
        ("#define HAVE_DECL_TZNAME 0", 1, "#define HAVE_DECL_TZNAME 1"),
        # Not known to the target at all.
        ("#define HAVE_GLIBC_MEMMOVE_BUG 1", None, "/* #undef HAVE_GLIBC_MEMMOVE_BUG */"),
        # Not in the data, as they are no identifiers it keeps: native.
        ("#define _GNU_SOURCE 1", None, "#define _GNU_SOURCE 1"),
        ("/* #undef _MINIX */", None, "/* #undef _MINIX */"),
        ("#define Py_PYCONFIG_H", None, "#define Py_PYCONFIG_H"),
        # Values.
        ("#define SIZEOF_LONG 8", 4, "#define SIZEOF_LONG 4"),
        ("#define SIZEOF_LONG 8", -1, "#define SIZEOF_LONG -1"),
        ('#define HASHES "a,b"', "md5,sha1", '#define HASHES "md5,sha1"'),
        ('#define HASHES "a,b"', '"md5,sha1"', '#define HASHES "md5,sha1"'),
        ('#define PLATLIBDIR "lib64"', "lib", '#define PLATLIBDIR "lib"'),
        ("#define RETSIGTYPE int", "void", "#define RETSIGTYPE void"),
        ("#define EMPTY 1", "", "#define EMPTY "),
    ],
)
def test_one_definition(native: str, value: str | int | None, expected: str) -> None:
    name = expected.replace("/* #undef ", "#define ").split()[1]
    target = {} if value is None else {name: value}
    assert target_pyconfig(f"{native}\n", target) == f"{expected}\n"


def test_all_other_lines_stay() -> None:
    native = "#ifndef Py_PYCONFIG_H\n/* Define to 1 if it is */\n\n# include <x.h>\n#endif /*x*/\n"
    assert target_pyconfig(native, {}) == native


def test_the_result_is_what_a_compiler_reads(tmp_path: Path) -> None:
    native = (
        "#ifndef Py_PYCONFIG_H\n#define Py_PYCONFIG_H\n"
        '#define Py_GIL_DISABLED 1\n#define SIZEOF_LONG 8\n#define NAME "x"\n#endif\n'
    )
    values: dict[str, str | int] = {"Py_GIL_DISABLED": 0, "SIZEOF_LONG": 4, "NAME": "y"}
    (tmp_path / "pyconfig.h").write_text(target_pyconfig(native, values))
    (tmp_path / "a.c").write_text(
        '#include "pyconfig.h"\n#ifdef Py_GIL_DISABLED\n#error\n#endif\nSIZEOF_LONG NAME\n'
    )
    try:
        done = subprocess.run(
            ["cc", "-E", "-P", "a.c"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no C compiler here")
    assert done.stdout.split() == ["4", '"y"']


# ------------------------------------------------------------------ sysconfig data


def test_build_data_are_read_without_being_run() -> None:
    hostile = SYSCONFIG + "raise SystemExit\n"
    values = parse_sysconfig(hostile)
    assert values["SOABI"] == "cpython-314-wasm32-emscripten"
    assert values["ALIGNOF_LONG"] == 4
    assert "AR" not in values, "a path of the machine that built the runtime"


def test_build_data_of_another_shape_are_refused() -> None:
    with pytest.raises(CrossEnvFailed, match="build_time_vars"):
        parse_sysconfig("values = {}\n")
    with pytest.raises(CrossEnvFailed, match="where it was built"):
        relocate_sysconfig("build_time_vars = {}\n", Path("/x"))


@pytest.mark.parametrize("root", ["/opt/x", '/opt/with "quotes" and \\ in it'])
def test_paths_start_from_the_new_root(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = relocate_sysconfig(SYSCONFIG, Path(root))
    ast.parse(moved)
    scope: dict[str, dict[str, str]] = {}
    monkeypatch.delenv("PYODIDE_ROOT", raising=False)
    exec(moved, scope)
    assert scope["build_time_vars"]["AR"] == f"{root}/emar"


# ------------------------------------------------------------------ layout and archive


@pytest.fixture
def runtime_folder(tmp_path: Path) -> Path:
    folder = make_runtime(tmp_path / "runtime")
    with zipfile.ZipFile(folder / "python_stdlib.zip", "w") as stdlib:
        stdlib.writestr(f"{SYSCONFIGDATA}.py", SYSCONFIG)
    return folder


@pytest.fixture
def headers(tmp_path: Path) -> Headers:
    root = tmp_path / "include"
    (root / f"python{MINOR}" / "cpython").mkdir(parents=True)
    (root / f"python{MINOR}" / "Python.h").write_text("#include <pyconfig.h>\n")
    (root / f"python{MINOR}" / "pyconfig.h").write_text('#include "of the distribution"\n')
    native = root / "x86_64-linux-gnu" / f"python{MINOR}"
    native.mkdir(parents=True)
    (native / "pyconfig.h").write_text("#define Py_GIL_DISABLED 1\n#define SOABI 1\n")
    return find_headers(MINOR, root)


def test_headers_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CrossEnvFailed, match=r"CPython 3\.14") as error:
        find_headers(MINOR, tmp_path)
    assert f"python{MINOR}-dev" in error.value.do


def test_the_layout(tmp_path: Path, runtime_folder: Path, headers: Headers) -> None:
    wheel = make_wheel(tmp_path / "wheels", "micropip")
    assemble(
        read_runtime(runtime_folder),
        headers,
        tmp_path / "tree",
        prefix=Path("/opt/env"),
        cross_packages={"numpy": "2.4.6"},
        wheels=[wheel],
    )
    top = tmp_path / "tree" / "xbuildenv"
    root = top / "pyodide-root"
    install = root / "cpython" / "installs" / f"python-{RUNTIME['python']}"
    assert (top / "requirements.txt").read_text() == "numpy==2.4.6\n"
    assert (root / "tools" / "constraints.txt").read_text() == "numpy==2.4.6\n"
    assert (install / "include" / f"python{MINOR}" / "pyconfig.h").read_text() == (
        "/* #undef Py_GIL_DISABLED */\n#define SOABI cpython-314-wasm32-emscripten\n"
    )
    data = (install / "sysconfigdata" / f"{SYSCONFIGDATA}.py").read_text()
    assert '"/opt/env/pyodide-root"' in data
    assert "/root/repo" not in data
    dist = root / "dist"
    assert os.access(dist / "python", os.X_OK)
    assert (dist / "python.mjs").is_file()
    assert not (dist / "pyodide.mjs.map").exists(), "only what the launcher needs"
    lock = (dist / "pyodide-lock.json").read_text()
    assert hashlib.sha256(wheel.read_bytes()).hexdigest() in lock
    assert (dist / wheel.name).is_file()


def test_makefile_envs_is_understood_by_make(tmp_path: Path, runtime_folder: Path) -> None:
    (tmp_path / "Makefile.envs").write_text(makefile_envs(read_runtime(runtime_folder)))
    try:
        done = subprocess.run(
            ["make", "-f", "Makefile.envs", ".output_vars", "PYODIDE_ROOT=/r"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("no make here")
    said = dict(line.partition("=")[::2] for line in done.stdout.splitlines())
    assert said["PYODIDE_ABI_VERSION"] == RUNTIME["abi"]
    assert said["PYVERSION"] == RUNTIME["python"]
    assert said["PYTHONINCLUDE"] == (
        f"/r/cpython/installs/python-{RUNTIME['python']}/include/python{MINOR}"
    )
    assert "-fwasm-exceptions" in said["CFLAGS_BASE"]
    assert "-sSIDE_MODULE" in said["LDFLAGS_BASE"]


PACK: Final = """
import sys
from pathlib import Path
from toolkit.crossenv.assemble import pack
pack(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_the_archive_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    """In processes of their own, under other masks, from trees made at other times."""
    sums = set()
    for number, mask in enumerate((0o022, 0o077)):
        top = tmp_path / str(number) / "xbuildenv"
        top.mkdir(parents=True, mode=0o777 & ~mask)
        for name in ("b", "a") if number else ("a", "b"):
            (top / name).write_text(name)
            (top / name).chmod(0o666 & ~mask)
            os.utime(top / name, (number, number))
        (top / "a").chmod(0o777 & ~mask)
        archive = tmp_path / f"{number}" / "env.tar.gz"
        subprocess.run(
            [sys.executable, "-c", PACK, str(top.parent), str(archive)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            umask=mask,
            check=True,
        )
        sums.add(hashlib.sha256(archive.read_bytes()).hexdigest())
        assert {path.name for path in top.parent.iterdir()} == {"xbuildenv", "env.tar.gz"}
        with tarfile.open(archive) as tar:
            assert [(entry.name, entry.mode) for entry in tar] == [
                ("xbuildenv/a", 0o755),
                ("xbuildenv/b", 0o644),
            ]
    assert len(sums) == 1


def test_an_archive_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "xbuildenv").mkdir()
    (tmp_path / "xbuildenv" / "gone").symlink_to("nowhere")
    (tmp_path / "xbuildenv" / "socket").mkdir(mode=0o755)
    archive = tmp_path / "missing-folder" / "env.tar.gz"
    with pytest.raises(FileNotFoundError):
        pack(tmp_path, archive)
    assert [path.name for path in tmp_path.iterdir()] == ["xbuildenv"]


# ------------------------------------------------------------------ NumPy's overlay, recipes


def test_numpys_files_for_the_target(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path,
        "numpy",
        files={
            "numpy/__init__.py": "",
            "numpy/_core/include/numpy/_numpyconfig.h": "1",
            "numpy/_core/lib/libnpymath.a": "2",
            "numpy/random/lib/libnpyrandom.a": "3",
            "numpy/other/lib.a": "4",
        },
    )
    written = overlay(wheel, tmp_path / "extras")
    assert sorted(path.name for path in written) == [
        "_numpyconfig.h",
        "libnpymath.a",
        "libnpyrandom.a",
    ]
    with pytest.raises(CrossEnvFailed, match="carries no"):
        overlay(make_wheel(tmp_path, "other"), tmp_path / "extras")
