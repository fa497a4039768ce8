"""When pages, wheel and package are of one version."""

from pathlib import Path

import pytest

from toolkit.docs.versions import check_imported, check_release
from toolkit.errors import VersionsDiffer


def given(release: str, version: str = "") -> dict[str, str]:
    return {"conf": "/project/docs/conf.py", "release": release, "version": version}


def wheel(version: str) -> Path:
    return Path(f"ripple_demo-{version}-py3-none-any.whl")


@pytest.mark.parametrize(
    ("release", "version", "built"),
    [
        ("1.2.3", "1.2", "1.2.3"),
        ("1.2", "", "1.2.3"),
        ("1.2.0", "1.2", "1.2"),
        ("", "", "1.2.3"),
        ("dev", "latest", "1.2.3"),
        ("1.3.dev0", "1.3", "1.3.dev0+g1a2b3c"),
        ("1.3.dev0+g1a2b3c", "1.3.dev0+g1a2b3c", "1.3.dev0+g1a2b3c"),
        ("v1.2.3", "", "1.2.3"),
    ],
)
def test_one_version(release: str, version: str, built: str) -> None:
    check_release(wheel(built), given(release, version))


@pytest.mark.parametrize(
    ("release", "version", "built"),
    [
        ("1.2.3", "", "1.2.4"),
        ("1.2.3", "1.3", "1.2.3"),
        ("1.2.3", "", "1.2"),
        ("1.3.dev0", "", "1.3.dev1"),
        ("1.3.dev0+gaaa", "", "1.3.dev0+gbbb"),
    ],
)
def test_two_versions(release: str, version: str, built: str) -> None:
    with pytest.raises(VersionsDiffer, match=r"conf\.py: (release|version) is .* the wheel is"):
        check_release(wheel(built), given(release, version))


def test_what_the_package_says() -> None:
    check_imported(wheel("1.2.3"), {"ripple": "1.2.3", "_ripple": "unknown"})
    with pytest.raises(VersionsDiffer, match=r"ripple\.__version__ is 1\.2\.2 in WebAssembly"):
        check_imported(wheel("1.2.3"), {"ripple": "1.2.2"})
