"""What is brought where there is no image: everything is the pinned file, or an error."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import make_runtime, make_wheel, write_tree
from toolkit import outside
from toolkit.errors import (
    CrossEnvFailed,
    RequirementsFailed,
    Spec14Error,
    ToolMissing,
    Untrusted,
    UpstreamFailed,
)

NOT_IT = """\
#!/bin/sh
while [ "$1" != --pack-destination ]; do shift; done
echo something else > "$2/pyodide-314.0.6.tgz"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder in the place of the user's cache."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(outside, "IMAGE", folder)
    monkeypatch.setattr(outside, "RUNTIME", folder / "runtime")
    return folder


def say(line: str) -> None:
    assert line


def with_npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called npm on PATH, and no other."""
    write_tree(folder / "bin", {"npm": script})
    (folder / "bin" / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/bin")


def test_another_package_than_the_pinned_one_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_npm(tmp_path, NOT_IT, monkeypatch)
    with pytest.raises(Untrusted, match="has integrity sha512-"):
        outside._bring_runtime("", say)
    assert not (home / "runtime").exists()


def test_npm_that_fails_is_quoted(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_npm(tmp_path, "#!/bin/sh\necho no such host; exit 1\n", monkeypatch)
    with pytest.raises(UpstreamFailed, match="npm cannot fetch") as caught:
        outside._bring_runtime("", say)
    assert "no such host" in caught.value.detail


def test_without_npm_the_way_out_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(ToolMissing) as caught:
        outside._bring_runtime("", say)
    assert "SPEC14_RUNTIME" in caught.value.do


def test_a_runtime_that_is_named_has_to_be_of_the_pinned_version(
    home: Path, tmp_path: Path
) -> None:
    given = make_runtime(tmp_path / "given")
    outside._bring_runtime(str(given), say)
    assert (home / "runtime" / "pyodide.mjs").is_file()
    text = (given / "package.json").read_text()
    (given / "package.json").write_text(text.replace("314.0.6", "314.0.5"))
    with pytest.raises(CrossEnvFailed, match=r"is Pyodide 314\.0\.5"):
        outside._bring_runtime(str(given), say)


def test_wheels_beside_come_from_folders_and_addresses(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "a", "one")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    target = tmp_path / "target"
    target.mkdir()
    outside._take(str(wheel.parent), target)
    assert [path.name for path in target.iterdir()] == [wheel.name]
    (target / wheel.name).unlink()
    outside._take(f"{wheel.as_uri()}#sha256={sha256}", target)
    assert (target / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("nowhere", RequirementsFailed),
        ("https://x.example/one-1.0-py3-none-any.whl", RequirementsFailed),
        (f"https://x.example/one.zip#sha256={'0' * 64}", RequirementsFailed),
        (f"https://x.example/..%2Fone-1.0-py3-none-any.whl#sha256={'0' * 63}", RequirementsFailed),
        (f"file:///bin/one-1.0-py3-none-any.whl#sha256={'0' * 64}", RequirementsFailed),
        (f"ftp://x.example/one-1.0-py3-none-any.whl#sha256={'0' * 64}", UpstreamFailed),
    ],
)
def test_any_other_word_is_an_error(tmp_path: Path, word: str, kind: type[Spec14Error]) -> None:
    with pytest.raises(kind):
        outside._take(word, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_with_another_checksum_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "a", "one")
    (tmp_path / "target").mkdir()
    with pytest.raises(Untrusted):
        outside._take(f"{wheel.as_uri()}#sha256={'0' * 64}", tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_in_the_image_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*words: Any) -> None:
        raise AssertionError(words)

    monkeypatch.setattr(outside, "_fill", never)
    outside.prepare(offline=False, say=never)
