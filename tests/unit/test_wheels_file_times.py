"""Files that are installed again as they were are not younger for it."""

import base64
import hashlib
import os
from pathlib import Path

from toolkit.wheels.file_times import unchanged_keep_their_times

OLD = 1_000_000_000_000_000_000


def install(environment: Path, files: dict[str, str], name: str = "Sample") -> Path:
    """Write a distribution as an installer does."""
    packages = environment / "lib" / "python3.14" / "site-packages"
    info = packages / f"{name.lower()}-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    rows = []
    for path, text in files.items():
        (packages / path).parent.mkdir(parents=True, exist_ok=True)
        (packages / path).write_text(text)
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        rows.append(f"{path},sha256={sha256.decode().rstrip('=')},{len(text)}\n")
    (info / "RECORD").write_text("".join(rows) + f"{info.name}/RECORD,,\n")
    return packages


def age(packages: Path) -> None:
    for path in packages.rglob("*.py"):
        os.utime(path, ns=(OLD, OLD))


def test_only_what_changed_is_young(tmp_path: Path) -> None:
    packages = install(tmp_path, {"a.py": "1", "b.py": "2", "other.py": "3"})
    age(packages)
    with unchanged_keep_their_times(tmp_path, "sample"):
        install(tmp_path, {"a.py": "1", "b.py": "changed", "new.py": "4"})
    times = {path.name: path.stat().st_mtime_ns for path in packages.glob("*.py")}
    assert times["a.py"] == OLD
    assert min(times["b.py"], times["new.py"]) > OLD


def test_another_distribution_is_left_alone(tmp_path: Path) -> None:
    packages = install(tmp_path, {"a.py": "1"}, "other")
    age(packages)
    with unchanged_keep_their_times(tmp_path, "sample"):
        install(tmp_path, {"a.py": "1"}, "other")
    assert (packages / "a.py").stat().st_mtime_ns > OLD


def test_an_empty_environment(tmp_path: Path) -> None:
    with unchanged_keep_their_times(tmp_path, "sample"):
        packages = install(tmp_path, {"a.py": "1"})
    assert (packages / "a.py").stat().st_mtime_ns > OLD


def test_a_record_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("1")
    os.utime(outside, ns=(OLD, OLD))
    files = {"../../../../outside.py": "1"}
    environment = tmp_path / "environment"
    install(environment, files)
    os.utime(outside, ns=(OLD, OLD))
    with unchanged_keep_their_times(environment, "sample"):
        install(environment, files)
    assert outside.stat().st_mtime_ns > OLD
