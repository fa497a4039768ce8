"""``tests/corpus.toml``, and what is refused in it."""

import re
from pathlib import Path

import pytest

from tests.corpus.entries import read_entries

GOOD = """
[Some-Name]
version = "1.0"
sha256 = "ab"
backend = "setuptools, C"
imports = ["some_name"]
"""


def read(tmp_path: Path, more: str) -> dict[str, object]:
    file = tmp_path / "corpus.toml"
    file.write_text(GOOD + more)
    return dict(read_entries(file))


def test_the_corpus_itself() -> None:
    entries = read_entries()
    assert len(entries) >= 24
    for entry in entries.values():
        assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256), entry.name
        assert entry.imports, entry.name
    backends = " ".join(entry.backend for entry in entries.values())
    for word in (
        *("setuptools", "meson-python", "scikit-build-core", "CMake through setuptools"),
        *("hatchling", "flit-core", "poetry-core", "pdm-backend", "uv-build", "maturin"),
        *("pybind11", "nanobind", "cffi", "Cython", "C++", "NumPy", "Fortran", "Rust"),
    ):
        assert word in backends


def test_an_entry(tmp_path: Path) -> None:
    (entry,) = read_entries(_written(tmp_path, 'tests = ["tests"]\nlimit = 60\n')).values()
    assert (entry.name, entry.version, entry.imports) == ("Some-Name", "1.0", ("some_name",))
    assert (entry.tested, entry.limit) == (True, 60)


def _written(tmp_path: Path, more: str) -> Path:
    file = tmp_path / "corpus.toml"
    file.write_text(GOOD + more)
    return file


def test_names_are_normalised(tmp_path: Path) -> None:
    assert set(read(tmp_path, 'no-tests = "none"\n')) == {"some-name"}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", r"\[Some-Name\] either tests"),
        ('tests = ["t"]\nno-tests = "none"\n', "either tests"),
        ('tests = ["t"]\npackage = "p"\n', "not both"),
        ('no-tests = "none"\nfails-at = "later"\nbecause = "x"\n', "fails-at must be one of"),
        ('no-tests = "none"\nfails-at = "build"\n', "go together"),
        ('no-tests = "none"\nhash = "x"\n', "hash: no such key"),
        ('no-tests = "none"\n[Other]\nversion = "1"\n', r"\[Other\] .*sha256"),
    ],
)
def test_what_is_refused(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read(tmp_path, more)
