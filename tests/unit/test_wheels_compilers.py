"""What compilers are given: how many processors, and setuptools' threads where they are safe."""

import os
from pathlib import Path

import pytest

from toolkit.wheels.compilers import CacheUse, parallel_extensions, processors_allowed
from toolkit.wheels.kept import Folders


@pytest.mark.parametrize(
    ("text", "most"), [("max 100000", None), ("50000 100000", 1), ("100000 100000", 1), ("", None)]
)
def test_the_control_group_has_a_say(tmp_path: Path, text: str, most: int | None) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert processors_allowed(tmp_path / "cpu.max") == most or (
        most is None and processors_allowed(tmp_path / "cpu.max") == os.process_cpu_count()
    )


@pytest.mark.parametrize(
    ("setup", "files", "parallel"),
    [
        (None, ["a.c"], True),
        ("setup(ext_modules=[...])", ["a.c"], True),
        ("setup(cmdclass={'build_ext': mine})", ["a.c"], False),
        ("from x import build_ext", ["a.c"], False),
        ("setup(ext_modules=cythonize(...))", ["a.pyx"], True),
        ("setup(ext_modules=[...])", ["a.pyx"], False),
    ],
)
def test_setuptools_compiles_side_by_side_where_nothing_breaks(
    tmp_path: Path, setup: str | None, files: list[str], *, parallel: bool
) -> None:
    where = Folders(source=tmp_path / "source", out=tmp_path / "out", kept=tmp_path / "kept")
    where.source.mkdir()
    where.kept.mkdir()
    for name in files:
        (where.source / name).touch()
    if setup is not None:
        (where.source / "setup.py").write_text(setup)
    given = parallel_extensions(where)
    assert bool(given) is parallel
    for path in given.values():
        assert "parallel = " in Path(path).read_text()


def test_it_is_said_in_one_line() -> None:
    assert str(CacheUse(hits=41, total=43)) == "ccache: 41 of 43 compilations from the cache"
    assert "not on the PATH" in str(CacheUse(hits=None, total=0))
