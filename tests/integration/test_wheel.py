"""``spec14 wheel`` on the example projects, with the real compiler."""

import hashlib
import json
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.artefacts import COMPILED, SUFFIX, write_tree
from tests.integration.conftest import Spec14, copy_project, error_lines, the_wheel
from toolkit.audit.wheel import audit_wheel, require_sound


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_compiled_project(demo: Path, toolchain: Path) -> None:
    wheel = the_wheel(demo)
    assert wheel.name == f"ripple_demo-1.0.0-{COMPILED}.whl"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        stamp = json.loads(archive.read("ripple_demo-1.0.0.dist-info/spec14.json"))
        record = archive.read("ripple_demo-1.0.0.dist-info/RECORD").decode()
    assert stamp["official"] is False
    assert "spec14.json,sha256=" in record
    assert f"ripple/_kernel{SUFFIX}" in names
    assert not [name for name in names if ".spec14" in name]
    audit = audit_wheel(wheel, toolchain / "runtime")
    assert [one.name for one in audit.modules] == [name for name in names if name.endswith(".so")]
    require_sound(audit)


def test_a_pure_project(pure: Path) -> None:
    assert the_wheel(pure).name == "measures_demo-1.0.0-py3-none-any.whl"


def test_nothing_changed_nothing_done(demo: Path, spec14: Spec14) -> None:
    before = the_wheel(demo).stat()
    begun = time.monotonic()
    done = spec14("--json", "wheel", "--project", demo)
    assert time.monotonic() - begun < 10
    assert done.returncode == 0
    assert "is up to date" in done.stderr
    told = json.loads(done.stdout)
    assert told == {
        "wheel": str(the_wheel(demo)),
        "sha256": sha256(the_wheel(demo)),
        "fresh": False,
    }
    assert the_wheel(demo).stat() == before


def test_a_wheel_that_was_tampered_with_is_built_again(pure: Path, spec14: Spec14) -> None:
    before = sha256(the_wheel(pure))
    with the_wheel(pure).open("ab") as wheel:
        wheel.write(b"more")
    done = spec14("wheel", "--project", pure)
    assert done.returncode == 0
    assert "built measures_demo" in done.stdout
    # Built at another time: the same bytes.
    assert sha256(the_wheel(pure)) == before


def test_the_same_source_elsewhere_gives_the_same_bytes(
    demo: Path, tmp_path: Path, spec14: Spec14
) -> None:
    twin = copy_project("demo", tmp_path / "of another name")
    done = spec14("wheel", "--project", twin)
    assert done.returncode == 0, done.stderr
    assert sha256(the_wheel(twin)) == sha256(the_wheel(demo))


def test_the_users_folder_is_not_built_in(demo: Path) -> None:
    assert {path.name for path in demo.iterdir()} - {".spec14"} == {
        path.name for path in copy_project("demo", demo.parent / "again").iterdir()
    }
    ignored = (demo / ".spec14" / ".gitignore").read_text().splitlines()
    assert "*" in ignored


def test_c_that_does_not_compile(demo: Path, tmp_path: Path, spec14: Spec14) -> None:
    project = Path(shutil.copytree(demo, tmp_path / "demo", symlinks=True))
    kernel = project / "src" / "ripple" / "_kernel.c"
    lines = kernel.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if line.startswith("#include"))
    lines.insert(number, "static int broken(void) { return missing_name; }")
    kernel.write_text("\n".join(lines) + "\n")
    before = sha256(the_wheel(project))
    done = spec14("wheel", "--project", project)
    assert done.returncode == 40
    what, _do = error_lines(done)
    assert what.startswith(f"src/ripple/_kernel.c:{number + 1}: ")
    assert "use of undeclared identifier 'missing_name'" in done.stderr
    assert lines[number] in done.stderr, "the compiler's own excerpt is kept"
    assert sha256(the_wheel(project)) == before
    # The wheel of yesterday's source is no wheel of today's.
    stale = spec14("test", "--no-deps", "--project", project)
    assert stale.returncode == 27
    error_lines(stale)


def test_a_build_file_that_is_wrong(demo: Path, tmp_path: Path, spec14: Spec14) -> None:
    project = Path(shutil.copytree(demo, tmp_path / "demo", symlinks=True))
    file = project / "meson.build"
    text = file.read_text()
    file.write_text(f"{text}dependency('no-such-library')\n")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 40
    what, _do = error_lines(done)
    assert what.startswith(f"meson.build:{len(text.splitlines()) + 1}: ")
    assert "no-such-library" in what


CYTHON = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools", "cython"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "fast"
        version = "1"
        [tool.setuptools]
        packages = ["fast"]
        ext-modules = [{name = "fast._k", sources = ["fast/_k.pyx"]}]
        """,
    "fast/__init__.py": "",
    "fast/_k.pyx": "def f(int x):\n    return x + undefined_name\n",
}


def test_cython_that_does_not_compile(tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(tmp_path / "fast", CYTHON)
    done = spec14("wheel", "--project", project)
    assert done.returncode == 40, done.stdout + done.stderr
    what, _do = error_lines(done)
    assert what == "fast/_k.pyx:2: undeclared name not builtin: undefined_name"
    assert not list((project / ".spec14" / "dist").iterdir())


def test_a_module_that_would_not_load(tmp_path: Path, spec14: Spec14) -> None:
    """It compiles and links: only the audit knows that nothing provides the symbol."""
    source = {
        **CYTHON,
        "fast/_k.pyx": (
            "cdef extern from *:\n"
            '    """\n    extern int in_no_library(int);\n    """\n'
            "    int in_no_library(int)\n"
            "def f(int x):\n    return in_no_library(x)\n"
        ),
    }
    done = spec14("wheel", "--project", write_tree(tmp_path / "fast", source))
    assert done.returncode == 41, done.stdout + done.stderr
    what, _do = error_lines(done)
    assert what == (
        f"fast/_k{SUFFIX} needs in_no_library (function (i32) -> i32), which nothing provides"
    )


def test_a_build_requirement_that_nobody_has(tmp_path: Path, spec14: Spec14) -> None:
    text = CYTHON["pyproject.toml"].replace('"cython"', '"spec14-no-such-package-anywhere"')
    project = write_tree(tmp_path / "fast", {**CYTHON, "pyproject.toml": text})
    # An index that is not there: this test asks nobody.
    env = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "UV_HTTP_RETRIES": "0",
    }
    done = spec14("wheel", "--project", project, env=env)
    assert done.returncode == 42, done.stdout + done.stderr
    what, _do = error_lines(done)
    assert what.startswith("a build requirement of fast cannot be had")
    assert "spec14-no-such-package-anywhere" in done.stderr or "127.0.0.1:9" in done.stderr


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (None, 22, "has no pyproject.toml"),
        ("[project\n", 22, "pyproject.toml: "),
        ("[tool.spec14]\nwhel = 3\n", 23, "did you mean 'wheel'?"),
        ("[tool.spec14.test]\npaths = 3\n", 23, "must be a list of strings, not 3"),
        ("[tool]\nspec14 = 3\n", 23, "must be a table"),
    ],
)
def test_projects_that_are_none(
    tmp_path: Path, spec14: Spec14, text: str | None, code: int, said: str
) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    done = spec14("wheel", "--project", tmp_path)
    assert done.returncode == code
    what, _do = error_lines(done)
    assert said in what
    assert not (tmp_path / ".spec14").exists()


def test_paths_that_are_no_projects(tmp_path: Path, spec14: Spec14) -> None:
    (tmp_path / "file").touch()
    for name, code in (("nowhere", 20), ("file", 21)):
        done = spec14("wheel", env={"PROJECT": str(tmp_path / name)})
        assert done.returncode == code
        error_lines(done)


def test_wrong_usage(spec14: Spec14) -> None:
    done: subprocess.CompletedProcess[str] = spec14("wheel", "--no-such-option")
    assert done.returncode == 2
    assert "--no-such-option" in done.stderr
