"""What a public index may be given."""

import json
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import COMPILED, PLATFORM, make_wheel, write_tree
from toolkit.errors import NotForUpload
from toolkit.project import read_project
from toolkit.wheels.upload import require_wheel_for_upload, why_nobody_else_has_it

OFFICIAL: Final = json.dumps({"official": True})
METADATA: Final = "Metadata-Version: 2.4\nName: x\nVersion: 1.0\n"


def wheel(
    folder: Path,
    *,
    version: str = "1.0",
    tag: str = "py3-none-any",
    stamp: str | None = OFFICIAL,
    files: Mapping[str, str] | None = None,
) -> Path:
    content = {"x.py": "", **(files or {})}
    if stamp is not None:
        content[f"x-{version}.dist-info/spec14.json"] = stamp
    return make_wheel(folder, "x", version=version, tag=tag, files=content)


def test_a_wheel_that_may_go(tmp_path: Path) -> None:
    require_wheel_for_upload(wheel(tmp_path))


@pytest.mark.parametrize(
    "tag",
    [
        "cp314-cp314-linux_x86_64",
        "cp314-cp314-emscripten_5_0_3_wasm32",
        "cp314-cp314-pyodide_2025_0_wasm32",
        "cp314-cp314-pyemscripten_2025_0_wasm32",
        f"{COMPILED}.linux_x86_64",
    ],
)
def test_another_platform(tmp_path: Path, tag: str) -> None:
    with pytest.raises(NotForUpload, match=f"not for {PLATFORM}"):
        require_wheel_for_upload(wheel(tmp_path, tag=tag))


def test_a_local_version(tmp_path: Path) -> None:
    with pytest.raises(NotForUpload, match=r"local version \+abc"):
        require_wheel_for_upload(wheel(tmp_path, version="1.0+abc"))


@pytest.mark.parametrize("stamp", [None, "{}", '{"official": false}', '{"official": "true"}'])
def test_another_toolchain(tmp_path: Path, stamp: str | None) -> None:
    with pytest.raises(NotForUpload, match="does not say that the runtime's own compiler"):
        require_wheel_for_upload(wheel(tmp_path, stamp=stamp))


def test_a_name_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotForUpload, match="Invalid wheel filename"):
        require_wheel_for_upload(wheel(tmp_path).rename(tmp_path / "x.whl"))


def with_metadata(folder: Path, line: str) -> Path:
    """Give the wheel with one more line in its METADATA."""
    made = wheel(folder / "plain")
    changed = folder / made.name
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, f"{METADATA}{line}\n" if name.endswith("/METADATA") else text)
    return changed


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Classifier: Private :: Do Not Upload", "is private"),
        ("Requires-Python: whatever", "metadata that public indexes refuse"),
        ("Description-Content-Type: text/plain2", "metadata that public indexes refuse"),
    ],
)
def test_metadata(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(NotForUpload, match=words):
        require_wheel_for_upload(with_metadata(tmp_path, line))


# ------------------------------------------------------------------ the source


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=n@localhost"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    files = {"pyproject.toml": "[project]\nname = 'x'\n", "x.py": "", ".gitignore": "*.log\n"}
    folder = write_tree(tmp_path / "x", files)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return folder


def reason(folder: Path, out: Path | None = None) -> str | None:
    return why_nobody_else_has_it(read_project(folder, out))


def test_a_clean_checkout(checkout: Path) -> None:
    (checkout / "ignored.log").write_text("")
    assert reason(checkout) is None


def test_a_changed_file(checkout: Path) -> None:
    (checkout / "x.py").write_text("x = 1\n")
    assert "changes that are in no commit: M x.py" in str(reason(checkout))


def test_new_files_though_the_user_hides_them(checkout: Path) -> None:
    git(checkout, "config", "status.showUntrackedFiles", "no")
    (checkout / "a.py").write_text("")
    (checkout / "b.py").write_text("")
    assert "?? a.py and 1 more" in str(reason(checkout))


def test_a_staged_change(checkout: Path) -> None:
    (checkout / "x.py").write_text("x = 1\n")
    git(checkout, "add", "-A")
    assert "in no commit" in str(reason(checkout))


def test_changes_elsewhere_in_the_repository_are_none_of_ours(checkout: Path) -> None:
    inner = write_tree(checkout / "inner", {"pyproject.toml": "[project]\nname = 'y'\n"})
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "y")
    (checkout / "x.py").write_text("x = 1\n")
    assert reason(inner) is None


def test_no_repository(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "x", {"pyproject.toml": "[project]\nname = 'x'\n"})
    assert "neither an sdist nor a commit" in str(reason(folder))


def test_a_folder_that_its_repository_ignores(checkout: Path) -> None:
    (checkout / ".gitignore").write_text("inner\n")
    git(checkout, "commit", "-qam", "ignore it")
    inner = write_tree(checkout / "inner", {"pyproject.toml": "[project]\nname = 'y'\n"})
    assert "neither an sdist nor a commit" in str(reason(inner))


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "x", {"pyproject.toml": "[project]\nname = 'x'\n"})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    assert "neither an sdist nor a commit" in str(reason(folder))


def test_an_sdist_that_was_unpacked_for_the_build(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project]\nname = 'x'\n", "PKG-INFO": METADATA}
    folder = write_tree(tmp_path / "x", files)
    assert reason(folder, tmp_path / "elsewhere" / ".spec14") is None
    # The same folder in the user's hands may have been changed since.
    assert "neither an sdist nor a commit" in str(reason(folder))
