"""``spec14 audit`` on what the real compiler makes, and on wheels of other people."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import COMPILED, MINOR, PLATFORM, SUFFIX, make_wheel, write_tree
from tests.integration.conftest import Spec14, error_lines
from toolkit.audit.findings import Finding
from toolkit.audit.wheel import audit_wheel, require_sound

COMPILER: Final = ("emcc", "-O2", "-fPIC", "-sSIDE_MODULE", "-Wl,--experimental-pic")
TARGET: Final = ("-fwasm-exceptions", "-sSUPPORT_LONGJMP=wasm")
JUMPS: Final = """
    #include <setjmp.h>
    static jmp_buf place;
    void (*jump_to)(int);
    int jumps(int x) { if (setjmp(place)) return 1; jump_to(x); longjmp(place, 1); }
    """
THROWS: Final = """
    #include <stdexcept>
    extern "C" int throws(int x) {
        try { if (x) throw std::runtime_error("no"); }
        catch (std::exception &error) { return error.what()[0]; }
        return 0;
    }
    """
PLAIN: Final = """
    #ifdef RELAXED
    #include <wasm_simd128.h>
    v128_t madd(v128_t a, v128_t b, v128_t c) { return wasm_f32x4_relaxed_madd(a, b, c); }
    #else
    void scale(float *a, int n) { for (int i = 0; i < n; i++) a[i] *= 2.0f; }
    #endif
    """
COUNTS: Final = "static _Atomic int n; int *where(void) { return (int *)&n; }\n"


@pytest.fixture(scope="session")
def emcc(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder to compile in; emcc may have to add libraries to its cache."""
    del toolchain
    return tmp_path_factory.mktemp("emcc")


def compiled(folder: Path, source: str, *flags: str, suffix: str = ".c") -> bytes:
    """Compile and link a side module as a build would, with flags of the test's own."""
    text, module = folder / f"x{suffix}", folder / "x.so"
    write_tree(folder, {text.name: source})
    done = subprocess.run(
        [*COMPILER, *flags, text, "-o", module],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return module.read_bytes()


def findings(folder: Path, runtime: Path, content: bytes) -> list[Finding]:
    wheel = make_wheel(folder, "a", tag=COMPILED, files={"a/x.so": content})
    return list(audit_wheel(wheel, runtime).findings)


@pytest.mark.parametrize(
    ("source", "suffix"), [(JUMPS, ".c"), (THROWS, ".cpp"), (PLAIN, ".c"), (COUNTS, ".c")]
)
def test_the_targets_own_flags(emcc: Path, toolchain: Path, source: str, suffix: str) -> None:
    content = compiled(emcc, source, *TARGET, suffix=suffix)
    assert findings(emcc, toolchain / "runtime", content) == []


@pytest.mark.parametrize(
    ("source", "flags", "found"),
    [
        (JUMPS, ("-sSUPPORT_LONGJMP=emscripten",), {"longjmp": "error"}),
        (THROWS, ("-fexceptions",), {"exceptions": "error"}),
        (THROWS, (*TARGET, "-sWASM_LEGACY_EXCEPTIONS=0"), {"exceptions": "error"}),
        (JUMPS, (*TARGET, "-sMEMORY64"), {"memory64": "error"}),
        (COUNTS, (*TARGET, "-pthread"), {"threads": "error"}),
        (PLAIN, (*TARGET, "-msimd128"), {"simd": "warning"}),
        (PLAIN, (*TARGET, "-mrelaxed-simd", "-O3", "-DRELAXED"), {"relaxed-simd": "error"}),
        (PLAIN, (*TARGET, "-g"), {"debug": "error"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_other_flags(
    emcc: Path,
    toolchain: Path,
    source: str,
    flags: tuple[str, ...],
    found: dict[str, str],
) -> None:
    suffix = ".cpp" if source is THROWS else ".c"
    content = compiled(emcc, source, *flags, suffix=suffix)
    told = findings(emcc, toolchain / "runtime", content)
    assert {one.kind: one.severity.value for one in told} == found


def test_a_wrong_declaration(emcc: Path, toolchain: Path) -> None:
    """It compiles and links; the engine refuses it when it is loaded."""
    content = compiled(emcc, "double strlen(int); double f(int x) { return strlen(x); }\n", *TARGET)
    (found,) = findings(emcc, toolchain / "runtime", content)
    assert (found.kind, found.symbol) == ("type", "strlen")
    assert found.what == (
        "wants strlen as function (i32) -> f64; the runtime has function (i32) -> i32"
    )


def test_missing_symbols_are_readable(emcc: Path, toolchain: Path) -> None:
    source = """
        namespace other { double area(double, int); }
        extern "C" int getpriority_x(int);
        extern "C" double f(int x) { return other::area(getpriority_x(x), x); }
        """
    content = compiled(emcc, source, *TARGET, suffix=".cpp")
    found = {one.symbol: one for one in findings(emcc, toolchain / "runtime", content)}
    assert set(found) == {"_ZN5other4areaEdi", "getpriority_x"}
    area = found["_ZN5other4areaEdi"]
    assert area.readable == "other::area(double, int)"
    assert area.signature == "function (f64, i32) -> f64"
    assert area.what.startswith("needs other::area(double, int) [_ZN5other4areaEdi] ")


LOAD: Final = """
    import { readFileSync } from "node:fs";
    const [runtime, ...files] = process.argv.slice(2);
    const { loadPyodide } = await import(runtime + "/pyodide.mjs");
    const py = await loadPyodide();
    for (const file of files) {
        const [where, source] = file.split("=");
        py.FS.mkdirTree("/x/" + where.split("/").slice(0, -1).join("/"));
        py.FS.writeFile("/x/" + where, readFileSync(source));
    }
    py.globals.set("path", "/x/" + files[0].split("=")[0]);
    const said = py.runPython(`
import ctypes
try:
    ctypes.CDLL(path).f
    said = "loads"
except Exception as error:
    said = str(error)
said`);
    process.stdout.write(said, () => process.exit(0));
    """


def loaded(toolchain: Path, folder: Path, **modules: bytes) -> str:
    """Say what the runtime says of loading the first of some modules, named as `a/lib/x`."""
    write_tree(folder, {"load.mjs": LOAD})
    words = []
    for number, (name, content) in enumerate(modules.items()):
        (folder / f"{number}.so").write_bytes(content)
        words.append(f"{name}.so={folder / f'{number}.so'}")
    start = ["node", "--experimental-wasm-stack-switching", str(folder / "load.mjs")]
    done = subprocess.run(
        [*start, str(toolchain / "runtime"), *words],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_what_the_audit_says_of_a_type_is_what_the_engine_says(
    emcc: Path, toolchain: Path, tmp_path: Path
) -> None:
    """A signature that differs really does not load: asked of the runtime in Node."""
    wrong = compiled(emcc, "double strlen(int); double f(int x) { return strlen(x); }\n", *TARGET)
    right = compiled(emcc, "int strlen(int); int f(int x) { return strlen(x); }\n", *TARGET)
    assert findings(emcc, toolchain / "runtime", right) == []
    assert loaded(toolchain, tmp_path, x=right) == "loads"
    assert [one.kind for one in findings(emcc, toolchain / "runtime", wrong)] == ["type"]
    assert loaded(toolchain, tmp_path, x=wrong) != "loads"


@pytest.mark.parametrize(
    ("place", "path", "found"),
    [
        ("a/lib/libg", "$ORIGIN/lib", True),
        ("a/lib/libg", "", False),
        ("a/libg", "", False),
        ("a.libs/libg", "", False),
        ("a.libs/libg", "$ORIGIN/../a.libs", True),
    ],
)
def test_a_library_is_found_where_the_loader_finds_it(
    emcc: Path, toolchain: Path, tmp_path: Path, *, place: str, path: str, found: bool
) -> None:
    library = compiled(emcc, "int g(int x) { return x + 1; }\n", *TARGET)
    (emcc / "libg.so").write_bytes(library)
    flags = [*TARGET, f"-L{emcc}", "-lg", *([f"-Wl,-rpath,{path}"] if path else [])]
    user = compiled(emcc, "int g(int); int f(int x) { return g(x); }\n", *flags)
    files: dict[str, str | bytes] = {"a/x.so": user, f"{place}.so": library}
    wheel = make_wheel(tmp_path, "a", tag=COMPILED, files=files)
    kinds = {one.kind for one in audit_wheel(wheel, toolchain / "runtime").findings}
    assert ("library" not in kinds) is found
    said = loaded(toolchain, tmp_path, **{"a/x": user, place: library})
    assert (said == "loads") is found, said


def test_a_module_of_this_machine(toolchain: Path, tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text("int f(void) { return 1; }\n")
    subprocess.run(
        ["/usr/bin/gcc", "-shared", "-fPIC", tmp_path / "x.c", "-o", tmp_path / "x.so"], check=True
    )
    (found,) = findings(tmp_path, toolchain / "runtime", (tmp_path / "x.so").read_bytes())
    assert (found.kind, found.what) == ("native", "is for Linux (ELF)")


def test_numpy(toolchain: Path, spec14: Spec14) -> None:
    (wheel,) = (toolchain / "wheelhouse" / "target").glob("numpy-*.whl")
    done = spec14("--json", "audit", wheel)
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert told["sound"]
    assert len(told["modules"]) > 15
    assert sum(module["imports"] for module in told["modules"]) > 2000


def test_the_native_numpy(toolchain: Path, spec14: Spec14) -> None:
    (wheel,) = (toolchain / "wheelhouse" / "native").glob("numpy-*.whl")
    done = spec14("audit", wheel)
    assert done.returncode == 41
    what, _do = error_lines(done)
    assert "manylinux" in what or "ELF" in what


@pytest.mark.network
@pytest.mark.parametrize("name", ["contourpy==1.4.0", "pydantic-core==2.50.4"])
def test_wheels_of_the_real_toolchain(toolchain: Path, tmp_path: Path, name: str) -> None:
    """Built by their projects with the runtime's own Emscripten (one in C++, one in Rust)."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    pip += ["--platform", PLATFORM, "--implementation", "cp"]
    subprocess.run([*pip, "--python-version", MINOR, name, "-d", tmp_path], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    audit = audit_wheel(wheel, toolchain / "runtime")
    require_sound(audit)
    assert len(audit.modules) == 1


FALLBACK: Final = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "maybe"
        version = "1"
        """,
    "setup.py": """
        from setuptools import Extension, setup
        fast = False  # what a library that is not found does
        setup(
            packages=["maybe"],
            ext_modules=[Extension("maybe._fast", ["maybe/_fast.c"])] if fast else [],
        )
        """,
    "maybe/__init__.py": "",
    "maybe/_fast.c": "int unused;\n",
}


def test_a_build_that_fell_back_to_pure(tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(tmp_path / "maybe", FALLBACK)
    done = spec14("wheel", "--project", project)
    assert done.returncode == 41, done.stdout + done.stderr
    what, do = error_lines(done)
    assert "holds no compiled module" in what
    assert "(setup.py, maybe/_fast.c)" in what
    assert 'allow = ["pure"]' in do
    assert not list((project / ".spec14" / "dist").iterdir())

    warned = spec14("wheel", "--warn", "--project", project)
    assert warned.returncode == 0, warned.stderr
    assert "--warn let errors of the audit pass: 1" in warned.stdout
    # It stands there, and a run that does not ask for that says so.
    again = spec14("wheel", "--project", project)
    assert again.returncode == 41
    assert "stands there because of --warn" in error_lines(again)[0]

    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.spec14.wheel]\nallow = ["pure"]\n')
    allowed = spec14("wheel", "--project", project)
    assert allowed.returncode == 0, allowed.stderr
    assert "--warn" not in allowed.stdout


def test_a_kind_that_is_none(tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(tmp_path / "maybe", FALLBACK)
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.spec14.wheel]\nallow = ["pur"]\n')
    done = spec14("wheel", "--project", project)
    assert done.returncode == 23
    assert "did you mean 'pure'" in error_lines(done)[0]


def test_hostile_and_damaged_wheels(tmp_path: Path, spec14: Spec14) -> None:
    hostile = tmp_path / "h-1-py3-none-any.whl"
    with zipfile.ZipFile(hostile, "w") as wheel:
        wheel.writestr("../outside.py", "")
    cut = make_wheel(tmp_path, "cut")
    os.truncate(cut, 200)
    for wheel_path in (hostile, cut):
        done = spec14("audit", wheel_path)
        assert done.returncode == 32, done.stdout + done.stderr
        assert wheel_path.name in error_lines(done)[0]
    assert not (tmp_path.parent / "outside.py").exists()
    done = spec14("audit", tmp_path / "no-1-py3-none-any.whl")
    assert done.returncode == 41
    error_lines(done)


def test_the_suffix_is_the_interpreters(toolchain: Path) -> None:
    """What the file-name rule of the audit rests on."""
    start = ["node", "--experimental-wasm-stack-switching", "--input-type=module", "-e"]
    code = (
        f'const {{ loadPyodide }} = await import("{toolchain}/runtime/pyodide.mjs");'
        "const py = await loadPyodide();"
        'const said = py.runPython("import _imp; _imp.extension_suffixes()").toJs();'
        "process.stdout.write(JSON.stringify(said), () => process.exit(0));"
    )
    done = subprocess.run([*start, code], capture_output=True, text=True, check=True, timeout=120)
    assert json.loads(done.stdout) == [SUFFIX, ".abi3.so", ".so"]
