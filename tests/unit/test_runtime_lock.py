"""The lock of exactly the wheels that are there."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.artefacts import COMPILED, MINOR, RUNTIME, SUFFIX, make_runtime, make_wheel
from toolkit.errors import CrossEnvFailed, LiteFailed, Untrusted
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.runtime.lock import make_lock, marker_environment, read_wheel


@pytest.fixture
def runtime(tmp_path: Path) -> Runtime:
    return read_runtime(make_runtime(tmp_path / "runtime"))


def depends(
    runtime: Runtime, wheels: Sequence[Path], provided: Sequence[str] = ()
) -> dict[str, list[str]]:
    lock = make_lock(runtime, wheels, provided=provided)
    return {name: spec.depends for name, spec in lock.packages.items()}


def test_an_entry_is_the_file_that_lies_there(tmp_path: Path, runtime: Runtime) -> None:
    wheel = make_wheel(tmp_path, "My.Package", version="2.0", tag=COMPILED)
    lock = make_lock(runtime, [wheel])
    entry = lock.packages["my-package"]
    assert entry.file_name == wheel.name
    assert entry.sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    assert (entry.version, entry.depends) == ("2.0", [])
    assert lock.info.abi_version == RUNTIME["abi"]


def test_the_order_of_the_files_makes_no_difference(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [
        make_wheel(tmp_path, "b", requires=["a"]),
        make_wheel(tmp_path, "a"),
        make_wheel(tmp_path, "c", requires=["b", "a"]),
    ]
    texts = []
    for number, order in enumerate((wheels, wheels[::-1])):
        make_lock(runtime, order).to_json(tmp_path / f"{number}.json")
        texts.append((tmp_path / f"{number}.json").read_text())
    assert texts[0] == texts[1]
    assert list(json.loads(texts[0])["packages"]) == ["a", "b", "c"]


def test_markers_are_those_of_the_runtime(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [
        make_wheel(
            tmp_path,
            "top",
            requires=[
                "yes; sys_platform == 'emscripten'",
                f"also; python_version >= '{MINOR}' and platform_machine == 'wasm32'",
                "no; sys_platform == 'win32'",
                "neither; platform_system != 'Emscripten'",
                f"old; python_full_version < '{MINOR}'",
            ],
        ),
        make_wheel(tmp_path, "yes"),
        make_wheel(tmp_path, "also"),
    ]
    assert depends(runtime, wheels)["top"] == ["also", "yes"]


def test_the_markers_have_every_variable_of_pep_508(runtime: Runtime) -> None:
    from packaging.markers import default_environment  # noqa: PLC0415

    assert set(marker_environment(runtime)) == set(default_environment())


def test_extras_are_followed_to_the_end(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [
        make_wheel(tmp_path, "top", requires=["Mid_dle[Fast]"]),
        make_wheel(
            tmp_path,
            "mid-dle",
            requires=[
                "bottom[deep]; extra == 'fast'",
                "unwanted; extra == 'slow'",
            ],
        ),
        make_wheel(tmp_path, "bottom", requires=["last; extra == 'deep'"]),
        make_wheel(tmp_path, "last"),
    ]
    found = depends(runtime, wheels)
    assert found == {"top": ["mid-dle"], "mid-dle": ["bottom"], "bottom": ["last"], "last": []}


def test_an_extra_of_itself(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [
        make_wheel(tmp_path, "user", requires=["one[all]"]),
        make_wheel(
            tmp_path,
            "one",
            requires=["one[part]; extra == 'all'", "other; extra == 'part'"],
        ),
        make_wheel(tmp_path, "other"),
    ]
    assert "other" in depends(runtime, wheels)["one"]


def test_packages_that_require_one_another(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [make_wheel(tmp_path, "a", requires=["b"]), make_wheel(tmp_path, "b", requires=["a"])]
    assert depends(runtime, wheels) == {"a": ["b"], "b": ["a"]}


def test_a_requirement_that_is_not_there(tmp_path: Path, runtime: Runtime) -> None:
    wheel = make_wheel(tmp_path, "top", requires=["Gone>=1", "lost"])
    with pytest.raises(LiteFailed, match="requires gone, lost, which is not in the site"):
        make_lock(runtime, [wheel])
    # What the kernel brings needs no wheel, and the lock must not name it.
    assert depends(runtime, [wheel], provided=["GONE", "lost"]) == {"top": []}


def test_two_wheels_of_one_package(tmp_path: Path, runtime: Runtime) -> None:
    wheels = [make_wheel(tmp_path, "a.b"), make_wheel(tmp_path, "A-B", version="2")]
    with pytest.raises(LiteFailed, match="two wheels of a-b"):
        make_lock(runtime, wheels)


def test_names_to_import(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path,
        "pil-low",
        files={
            "PIL/__init__.py": "",
            f"PIL/core{SUFFIX}": "",
            f"_speed{SUFFIX}": "",
            "six.py": "",
            "data/x.txt": "",
        },
    )
    assert read_wheel(wheel).imports == ("PIL", "_speed", "six")


# ------------------------------------------------------------------ what is no wheel, no runtime


def no_zip(path: Path) -> None:
    path.write_text("<html>404</html>")


def no_metadata(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a/b.dist-info/METADATA", "Name: hidden\nVersion: 1\n")


def no_name(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a.dist-info/METADATA", "Version: 1\n")


def bad_requirement(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("a.dist-info/METADATA", "Name: a\nVersion: 1\nRequires-Dist: a b c !\n")


@pytest.mark.parametrize("write", [no_zip, no_metadata, no_name, bad_requirement])
def test_what_is_no_wheel(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "a-1-py3-none-any.whl"
    write(path)
    with pytest.raises(Untrusted, match=r"^a-1-py3-none-any\.whl is not a wheel: .+"):
        read_wheel(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{"name": "other", "version": "1"}'),
        ("package.json", "[]"),
        ("package.json", "no json"),
        (
            "pyodide-lock.json",
            '{"info": {"platform": "linux_6", "python": "3", "abi_version": ""}}',
        ),
        ("pyodide-lock.json", "{}"),
        ("pyodide-lock.json", None),
    ],
)
def test_what_is_no_runtime(tmp_path: Path, name: str, text: str | None) -> None:
    folder = make_runtime(tmp_path / "runtime")
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(CrossEnvFailed, match="is not the folder of a Pyodide runtime"):
        read_runtime(folder)
