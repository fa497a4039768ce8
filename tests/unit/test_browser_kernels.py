"""What is known of kernels without a browser: their names, and verdicts on what ran in them."""

import json
from dataclasses import replace
from pathlib import Path

from tests.artefacts import write_tree
from toolkit.browser.in_chromium import identity_of, kernels_of, verdict
from toolkit.browser.jobs import Failure, Ran, Shown
from toolkit.browser.kernels import exposed
from toolkit.lite.elsewhere import xeus_kernels
from toolkit.lite.xeus.prefix import Prefix
from toolkit.verify.outcome import Cell, Example, Kind

EXAMPLE = Example(
    key="a",
    form="notebook",
    document="d",
    place="p",
    name="n",
    cells=(Cell(source="print(1)", expected="1"), Cell(source="2", expected="2")),
    kernel="xlua",
)
FINE = (Shown(printed="1\n", warned="careful\n"), Shown(values=("2",)))


def test_what_a_notebook_would_show() -> None:
    shown = Shown(printed="a\nb\n", warned="careful", values=("1", "2"))
    assert shown.text == "a\nb\n1\n2"
    assert Shown(warned="careful").text == ""


def test_verdicts() -> None:
    limit = 5.0
    assert verdict(EXAMPLE, Ran(cells=FINE, seconds=2.346), limit).kind is Kind.WORKS
    assert verdict(EXAMPLE, Ran(cells=FINE, seconds=2.346), limit).seconds == 2.35
    other = verdict(EXAMPLE, Ran(cells=(FINE[0], Shown(values=("3",)))), limit)
    assert (other.kind, other.expected, other.got) == (Kind.DIFFERS, "2", "3")
    slow = verdict(EXAMPLE, Ran(cells=FINE[:1], overdue=True), limit)
    assert (slow.kind, slow.reason, slow.source) == (Kind.SLOW, "it takes more than 5 s", "2")
    died = verdict(EXAMPLE, Ran(cells=(), died="unreachable"), limit)
    assert (died.kind, died.reason) == (Kind.FAILS, "the kernel died: unreachable")
    assert died.source == "print(1)"
    raised = Shown(failure=Failure(name="KeyError", value="'x'"))
    fails = verdict(EXAMPLE, Ran(cells=(raised,)), limit)
    assert (fails.kind, fails.reason) == (Kind.FAILS, "KeyError: 'x'")
    missing = Shown(failure=Failure(name="ModuleNotFoundError", value="No module named 'a.b'"))
    needs = verdict(EXAMPLE, Ran(cells=(missing,)), limit)
    assert (needs.kind, needs.reason) == (Kind.NEEDS, "there is no package a.b")


def prefix(folder: Path, environment: str, *kernels: tuple[str, str]) -> Prefix:
    for name, language in kernels:
        file = folder / environment / "share/jupyter/kernels" / name / "kernel.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"language": language}))
    package = {"name": "a", "version": "1", "build": "0", "sha256": environment, "url": "file:/x"}
    return Prefix(folder=folder / environment, packages=(package,))


def test_kernels_by_the_names_that_the_interface_gives_them(tmp_path: Path) -> None:
    one = prefix(tmp_path, "one", ("xpython", "python"), ("xlua", "lua"))
    two = prefix(tmp_path, "two", ("xpython", "python"))
    found = kernels_of([one, two])
    assert found == {"xpython (one)": "python", "xpython (two)": "python", "xlua": "lua"}
    entries = [
        {"kernel": kernel, "env_name": name}
        for name, kernel in (("one", "xpython"), ("one", "xlua"), ("two", "xpython"))
    ]
    site = write_tree(tmp_path / "site", {"xeus/kernels.json": json.dumps(entries)})
    assert xeus_kernels(site) == sorted(found)
    assert xeus_kernels(tmp_path) == []
    assert kernels_of([one]) == {"xpython": "python", "xlua": "lua"}


def test_an_environment_is_known_by_its_packages(tmp_path: Path) -> None:
    one = prefix(tmp_path, "one")
    (package,) = one.packages
    moved = replace(one, folder=tmp_path / "elsewhere" / "one")
    built = replace(one, packages=({**package, "sha256": "other"},))
    assert identity_of([one]) == identity_of([moved]) != identity_of([built])


def test_a_copy_whose_application_is_in_reach(tmp_path: Path) -> None:
    config = {"jupyter-config-data": {"appName": "a"}}
    files = {"jupyter-lite.json": json.dumps(config), "tree/index.html": "<!doctype html>"}
    site = write_tree(tmp_path / "site", files)
    with exposed(site) as copy:
        told = json.loads((copy / "jupyter-lite.json").read_text())["jupyter-config-data"]
        assert told == {"appName": "a", "exposeAppInBrowser": True}
        assert (copy / "tree/index.html").read_text() == "<!doctype html>"
    assert json.loads((site / "jupyter-lite.json").read_text()) == config
    assert not copy.exists()
