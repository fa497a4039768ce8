"""Snapshots that are kept: what is asked once, and what is made again.

Heaps are made by no test here, that takes Node and ten seconds (tests/integration): a runtime of
empty programs makes none, and those that are kept are written as the toolkit keeps them.
"""

import base64
import gzip
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.artefacts import MINOR, make_kernel_snapshot, make_runtime, make_wheel
from toolkit.cache import read_record, write_record
from toolkit.lite.distribution import Distribution
from toolkit.lite.snapshot.files import listed, unpacked
from toolkit.lite.snapshot.heap import heap_key
from toolkit.lite.snapshot.kept import (
    LASTS,
    RECORD,
    KernelSnapshot,
    kernel_snapshot,
    package_files,
)
from toolkit.lite.snapshot.site import Snapshots
from toolkit.runtime.distribution import RUNTIME_FILES, Runtime, read_runtime

SITE = f"/lib/python{MINOR}/site-packages"


@dataclass
class Counted:
    """A gate that counts how often it is asked."""

    trouble: str = ""
    asked: list[str] = field(default_factory=list)

    def obstacle(self) -> str:
        """Say why nothing can be compared."""
        self.asked.append("obstacle")
        return self.trouble

    def __call__(self, runtime: Runtime, wheels: Sequence[Path], snapshot: KernelSnapshot) -> str:
        """Give the reason not to ship a snapshot."""
        self.asked.append("gate")
        return ""


@dataclass
class Kernel:
    """A runtime and a kernel's wheels, with places for snapshots."""

    runtime: Runtime
    wheels: list[Path]
    image: Path
    own: Path
    said: list[str] = field(default_factory=list)

    def snapshot(self, gate: Counted) -> KernelSnapshot:
        """Give its snapshot."""
        return kernel_snapshot(
            self.runtime, self.wheels, [self.image, self.own], gate=gate, say=self.said.append
        )

    def keep(self, place: Path, *, key: str | None = None) -> KernelSnapshot:
        """Keep a snapshot that has passed."""
        key = heap_key(self.runtime, self.wheels) if key is None else key
        made = make_kernel_snapshot(place / key[:24])
        assert made.heap
        assert made.files
        record = {
            "key": key,
            "start": made.start,
            "heap": made.heap.file,
            "memory": made.memory,
            "runs": made.runs,
            "brought": made.brought,
            "files": made.files.file,
            "modules": made.modules,
            "reason": "",
        }
        write_record(made.folder / RECORD, record)
        return made


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    """Give a kernel."""
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    wheels = [make_wheel(tmp_path / "made", "ipython"), make_wheel(tmp_path / "made", "jedi")]
    return Kernel(runtime, wheels, tmp_path / "image", tmp_path / "own")


def below(folder: Path) -> dict[Path, bytes]:
    """Give the files below a folder."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_where_nothing_can_be_compared_there_is_none_and_that_is_not_recorded(
    kernel: Kernel,
) -> None:
    gate = Counted("there is no firefox on this machine")
    for _ in range(2):
        made = kernel.snapshot(gate)
        assert made.reason == "it could not be compared: there is no firefox on this machine"
        assert made.heap is None
    assert gate.asked == ["obstacle", "obstacle"]
    assert below(kernel.own) == {}
    assert kernel.said == []


def test_a_reason_is_recorded_and_nothing_is_tried_again(kernel: Kernel) -> None:
    gate = Counted()
    first = kernel.snapshot(gate)
    # Its programs are none.
    assert first.reason.startswith("it could not be made: ")
    assert (gate.asked, len(kernel.said)) == (["obstacle"], 1)
    assert read_record(first.folder / RECORD)["reason"] == first.reason
    assert first.folder.parent == kernel.own
    assert kernel.snapshot(gate) == first
    assert (gate.asked, len(kernel.said)) == (["obstacle"], 1)
    assert not kernel.image.exists()


def test_a_kernel_without_all_it_requires_has_that_reason(kernel: Kernel, tmp_path: Path) -> None:
    kernel.wheels.append(make_wheel(tmp_path / "made", "stack-data", requires=["pure-eval"]))
    assert "stack_data-1.0-py3-none-any.whl requires pure-eval" in kernel.snapshot(Counted()).reason


@pytest.mark.parametrize("place", ["image", "own"])
def test_one_that_is_kept_is_given_and_nothing_is_asked(kernel: Kernel, place: str) -> None:
    wanted = kernel.keep(getattr(kernel, place))
    gate, before = Counted("a machine without browsers"), below(kernel.image)
    assert kernel.snapshot(gate) == wanted
    assert gate.asked == []
    assert below(kernel.image) == before


def test_that_of_the_image_is_only_read(kernel: Kernel) -> None:
    """Damaged, it is made again beside: here that fails, and that is written down there."""
    made = kernel.keep(kernel.image)
    assert made.heap
    (made.folder / made.heap.file).write_bytes(b"")
    before = below(kernel.image)
    again = kernel.snapshot(Counted())
    assert again.folder.parent == kernel.own
    assert again.reason
    assert below(kernel.image) == before


@pytest.mark.parametrize("part", ["heap", "files"])
def test_one_with_a_damaged_part_is_not_taken(kernel: Kernel, part: str) -> None:
    made = kernel.keep(kernel.own)
    file = made.folder / getattr(made, part).file
    content = file.read_bytes()
    file.write_bytes(content[:20] + bytes([content[20] ^ 1]) + content[21:])
    gate = Counted()
    kernel.snapshot(gate)
    assert gate.asked == ["obstacle"]


def test_one_of_another_kernel_is_not_taken_for_this_one(kernel: Kernel) -> None:
    key = heap_key(kernel.runtime, kernel.wheels)
    kernel.keep(kernel.own, key=key[:24] + "0" * 40)
    gate = Counted()
    kernel.snapshot(gate)
    assert gate.asked == ["obstacle"]


def test_the_key_is_all_that_goes_into_it(kernel: Kernel, tmp_path: Path) -> None:
    key = heap_key(kernel.runtime, kernel.wheels)
    assert heap_key(kernel.runtime, kernel.wheels[::-1]) == key
    keys = {key}
    other = make_wheel(tmp_path / "other", "jedi", files={"jedi.py": "1"})
    keys.add(heap_key(kernel.runtime, [kernel.wheels[0], other]))
    for name in RUNTIME_FILES:
        (kernel.runtime.folder / name).write_text("another")
        keys.add(heap_key(kernel.runtime, kernel.wheels))
    assert len(keys) == 2 + len(RUNTIME_FILES)


def test_the_files_of_a_package_are_kept_by_the_wheel(kernel: Kernel, tmp_path: Path) -> None:
    wheel, place = make_wheel(tmp_path / "made", "ripple-demo"), tmp_path / "own"
    part, folder = package_files(wheel, kernel.runtime, place)
    assert part.file.startswith("ripple-demo.")
    found = dict(listed(gzip.decompress((folder / part.file).read_bytes())))
    plain = unpacked(wheel, kernel.runtime)
    assert plain.items() < found.items()
    assert found.keys() - plain.keys() == {
        f"{SITE}/ripple_demo/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"
    }
    os.utime(folder / part.file, (1, 1))
    assert package_files(wheel, kernel.runtime, place) == (part, folder)
    assert (folder / part.file).stat().st_mtime == 1
    other = make_wheel(tmp_path / "other", "ripple-demo", files={"ripple_demo.py": "1"})
    assert package_files(other, kernel.runtime, place)[1] != folder


def test_damaged_files_of_a_package_are_made_again(kernel: Kernel, tmp_path: Path) -> None:
    wheel, place = make_wheel(tmp_path / "made", "ripple"), tmp_path / "own"
    part, folder = package_files(wheel, kernel.runtime, place)
    whole = (folder / part.file).read_bytes()
    (folder / part.file).write_bytes(bytes(len(whole)))
    assert package_files(wheel, kernel.runtime, place) == (part, folder)
    assert (folder / part.file).read_bytes() == whole


def test_files_that_nobody_has_used_for_long_are_dropped(kernel: Kernel, tmp_path: Path) -> None:
    place, long_ago = tmp_path / "own", time.time() - LASTS - 60
    one, two, three = (make_wheel(tmp_path / "made", name) for name in ("one", "two", "three"))
    _, unused = package_files(one, kernel.runtime, place)
    part, used = package_files(two, kernel.runtime, place)
    for folder in (unused, used):
        os.utime(folder, (long_ago, long_ago))
    # In one build: the one is known, the other is new.
    assert package_files(two, kernel.runtime, place) == (part, used)
    package_files(three, kernel.runtime, place)
    assert not unused.exists()
    assert (used / part.file).is_file()


def test_a_site_has_the_files_of_what_is_there_from_the_start(
    kernel: Kernel, tmp_path: Path
) -> None:
    kept = kernel.keep(kernel.image)
    ripple = make_wheel(tmp_path / "made", "ripple", requires=["numpy"])
    numpy, extra = (make_wheel(tmp_path / "made", name) for name in ("numpy", "extra"))
    whole = Distribution(
        runtime=kernel.runtime,
        kernel=tuple(kernel.wheels),
        project=(ripple, extra, numpy),
        own=ripple,
    )
    snapshots = Snapshots(places=(kernel.image, kernel.own), gate=Counted(), say=kernel.said.append)
    snapshot = snapshots(whole)
    assert snapshot.kernel == kept
    assert base64.b64decode(snapshot.kernel.start) == b"start"
    assert [wheel for wheel, _, _ in snapshot.packages] == [ripple, numpy]
    for _, part, folder in snapshot.packages:
        assert (folder / part.file).is_relative_to(kernel.own)
        assert (folder / part.file).is_file()
    assert kernel.said == []


def test_a_site_without_one_says_why(kernel: Kernel, tmp_path: Path) -> None:
    ripple = make_wheel(tmp_path / "made", "ripple")
    whole = Distribution(runtime=kernel.runtime, kernel=tuple(kernel.wheels), project=(ripple,))
    gate = Counted("there is no chromium")
    snapshot = Snapshots(places=(kernel.own,), gate=gate, say=kernel.said.append)(whole)
    assert snapshot.packages == ()
    assert snapshot.kernel.reason == "it could not be compared: there is no chromium"
    assert kernel.said == [f"kernels start without a memory snapshot: {snapshot.kernel.reason}"]
