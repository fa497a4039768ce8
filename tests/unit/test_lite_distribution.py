"""The Pyodide distribution of a site."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.artefacts import COMPILED, PLATFORM, make_runtime, make_wheel
from toolkit.errors import LiteFailed
from toolkit.lite.distribution import Distribution, names, write_distribution
from toolkit.runtime.distribution import read_runtime


def distribution(tmp_path: Path, *project: Path, kernel: tuple[Path, ...] = ()) -> Distribution:
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    return Distribution(runtime=runtime, kernel=kernel, project=project)


def test_the_lock_names_each_file_with_its_own_hash(tmp_path: Path) -> None:
    made = tmp_path / "made"
    numpy = make_wheel(made, "numpy", tag=COMPILED)
    ripple = make_wheel(made, "ripple-demo", requires=["numpy>=1", "pytest; extra == 'test'"])
    write_distribution(distribution(tmp_path, ripple, numpy), tmp_path / "out")
    lock = json.loads((tmp_path / "out" / "pyodide-lock.json").read_text())
    assert set(lock["packages"]) == {"numpy", "ripple-demo"}
    assert lock["packages"]["ripple-demo"]["depends"] == ["numpy"]
    assert lock["packages"]["ripple-demo"]["imports"] == ["ripple_demo"]
    for entry in lock["packages"].values():
        content = (tmp_path / "out" / entry["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]


def test_of_the_runtime_only_what_a_worker_loads_is_taken(tmp_path: Path) -> None:
    write_distribution(distribution(tmp_path), tmp_path / "out")
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "pyodide-lock.json",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "pyodide.mjs",
        "python_stdlib.zip",
        "spec14-ahead.mjs",
        "spec14-early.mjs",
        "spec14-files.json",
        "spec14-heap.mjs",
        "spec14-interrupt.mjs",
        "spec14-line.mjs",
        "spec14-parts.mjs",
        "spec14-prepare.mjs",
        "spec14-progress.mjs",
        "spec14-restore.mjs",
        "spec14-snapshot.json",
        "spec14-snapshot.mjs",
        "spec14-start.mjs",
        "spec14-store.mjs",
        "spec14-urls.mjs",
        "spec14_cells.py",
        "spec14_data.py",
        "spec14_drive.py",
        "spec14_later.py",
        "spec14_packages.py",
        "spec14_site.py",
        "spec14_visit.py",
    }


def test_the_sizes_of_what_each_start_fetches_are_written(tmp_path: Path) -> None:
    made = tmp_path / "made"
    kernel, numpy = make_wheel(made, "ipython"), make_wheel(made, "numpy")
    ripple, extra = make_wheel(made, "ripple", requires=["numpy"]), make_wheel(made, "extra")
    whole = Distribution(
        runtime=read_runtime(make_runtime(tmp_path / "runtime")),
        kernel=(kernel,),
        project=(ripple, numpy, extra),
        own=ripple,
    )
    write_distribution(whole, tmp_path / "out")
    sizes = json.loads((tmp_path / "out" / "spec14-files.json").read_text())
    always = {"pyodide-lock.json", "spec14-snapshot.json", "pyodide.asm.wasm", "python_stdlib.zip"}
    wanted = {
        "ordinary": {*always, kernel.name, numpy.name, ripple.name},
        "snapshot": always,
    }
    assert sizes == {
        kind: {name: (tmp_path / "out" / name).stat().st_size for name in names}
        for kind, names in wanted.items()
    }


def test_a_site_that_was_built_without_a_snapshot_says_so(tmp_path: Path) -> None:
    write_distribution(distribution(tmp_path), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "spec14-snapshot.json").read_text())
    assert manifest == {"schema": 1, "reason": "the site was built without one"}


def test_a_requirement_without_its_wheel_is_an_error(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "made", "lonely", requires=["numpy"])
    with pytest.raises(LiteFailed, match=r"lonely-1\.0.* requires numpy"):
        write_distribution(distribution(tmp_path, wheel), tmp_path / "out")


def test_a_requirement_for_another_version_is_an_error(tmp_path: Path) -> None:
    old = make_wheel(tmp_path / "made", "numpy", version="1.9")
    wheel = make_wheel(tmp_path / "made", "ripple", requires=["NumPy>=2"])
    with pytest.raises(LiteFailed, match=r"requires NumPy>=2, but the site has version 1\.9"):
        write_distribution(distribution(tmp_path, wheel, old), tmp_path / "out")


def test_a_requirement_for_another_platform_is_none(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "made", "a", requires=["b>=9; sys_platform != 'emscripten'"])
    other = make_wheel(tmp_path / "made", "b")
    write_distribution(distribution(tmp_path, wheel, other), tmp_path / "out")
    assert (tmp_path / "out" / wheel.name).is_file()


@pytest.mark.parametrize(
    "tag",
    [
        "cp314-cp314-manylinux_2_28_x86_64",
        f"cp313-cp313-{PLATFORM}",
        "cp314-cp314-pyemscripten_2025_0_wasm32",
        "py2-none-any",
    ],
)
def test_a_wheel_for_another_machine_is_refused(tmp_path: Path, tag: str) -> None:
    wheel = make_wheel(tmp_path / "made", "ripple", tag=tag)
    with pytest.raises(LiteFailed, match="is not for this runtime"):
        write_distribution(distribution(tmp_path, wheel), tmp_path / "out")


@pytest.mark.parametrize("tag", [COMPILED, f"cp311-abi3-{PLATFORM}", "py2.py3-none-any"])
def test_a_wheel_for_this_runtime_is_taken(tmp_path: Path, tag: str) -> None:
    wheel = make_wheel(tmp_path / "made", "ripple", tag=tag)
    write_distribution(distribution(tmp_path, wheel), tmp_path / "out")
    assert (tmp_path / "out" / wheel.name).is_file()


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    made = make_wheel(tmp_path / "made", "ripple")
    odd = made.rename(made.with_name("ripple.whl"))
    with pytest.raises(LiteFailed, match="not named like a wheel"):
        write_distribution(distribution(tmp_path, odd), tmp_path / "out")


def test_the_projects_own_version_stands_before_the_kernels(tmp_path: Path) -> None:
    mine = make_wheel(tmp_path / "mine", "decorator", version="6.0")
    theirs = make_wheel(tmp_path / "kernel", "decorator", version="5.2")
    whole = distribution(tmp_path, mine, kernel=(theirs,))
    assert whole.wheels == (mine,)
    assert names(whole.wheels) == ["decorator"]


def test_the_kernel_is_not_given_a_version_it_cannot_use(tmp_path: Path) -> None:
    mine = make_wheel(tmp_path / "mine", "decorator", version="6.0")
    ipython = make_wheel(tmp_path / "kernel", "ipython", requires=["decorator<6"])
    with pytest.raises(LiteFailed, match=r"ipython-1\.0.* requires decorator<6"):
        write_distribution(distribution(tmp_path, mine, kernel=(ipython,)), tmp_path / "out")


def test_what_is_there_from_the_start_is_the_project_and_all_it_requires(tmp_path: Path) -> None:
    made = tmp_path / "made"
    # NumPy and Meson require each other; an extra is not required, nor is who requires us.
    ripple = make_wheel(made, "Ripple-Demo", requires=["numpy", "decorator", "more; extra == 'x'"])
    numpy = make_wheel(made, "numpy", requires=["meson"])
    meson = make_wheel(made, "meson", requires=["numpy"])
    more, tests = make_wheel(made, "more"), make_wheel(made, "tests", requires=["ripple-demo"])
    mine = make_wheel(made, "decorator", version="6.0")
    theirs = make_wheel(made, "decorator", version="5.0")
    ipython = make_wheel(made, "ipython", requires=["decorator", "wcwidth"])
    wcwidth = make_wheel(made, "wcwidth")
    project = (tests, meson, mine, more, numpy, ripple)
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    whole = Distribution(
        runtime=runtime, kernel=(ipython, theirs, wcwidth), project=project, own=ripple
    )
    assert whole.of_kernel == (mine, ipython, wcwidth)
    assert whole.from_start == (meson, numpy, ripple)
    assert {*whole.of_kernel, *whole.from_start} < {*whole.wheels}


def test_without_a_package_of_its_own_all_are_there_from_the_start(tmp_path: Path) -> None:
    numpy, extra = (make_wheel(tmp_path / "made", name) for name in ("numpy", "extra"))
    ipython = make_wheel(tmp_path / "made", "ipython")
    whole = distribution(tmp_path, numpy, extra, kernel=(ipython,))
    assert whole.from_start == (numpy, extra)


def test_a_project_that_is_of_the_kernel_is_there_with_what_it_requires(tmp_path: Path) -> None:
    made = tmp_path / "made"
    mine = make_wheel(made, "ipython", version="2.0", requires=["numpy"])
    theirs, numpy = make_wheel(made, "ipython"), make_wheel(made, "numpy")
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    whole = Distribution(runtime=runtime, kernel=(theirs,), project=(mine, numpy), own=mine)
    assert (whole.of_kernel, whole.from_start) == ((mine,), (numpy,))
