"""Sites with xeus kernels, of packages from a local channel: alone, and beside Pyodide."""

import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.artefacts import make_python
from tests.xeus_stage import PACKAGES, Stage, packed_names
from toolkit.check.site import read_site
from toolkit.check.static import findings
from toolkit.docs.build import Parts, build_docs
from toolkit.lite.application import Application
from toolkit.lite.config import ALWAYS_APPS
from toolkit.lite.distribution import Distribution
from toolkit.lite.kernel import EXTENSION, kernel_wheels
from toolkit.lite.site import LiteSite, build_lite
from toolkit.lite.xeus.extension import NAME as XEUS_EXTENSION
from toolkit.pins import IMAGE
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse


def pyodide() -> Distribution:
    return Distribution(
        runtime=read_runtime(IMAGE / "runtime"),
        kernel=kernel_wheels(Wheelhouse().kernel),
        project=(),
    )


def config(lite: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((lite / "jupyter-lite.json").read_text())
    return dict(read["jupyter-config-data"])


def loaded(lite: Path) -> set[str]:
    return {one["name"] for one in config(lite)["federated_extensions"]}


def members(lite: Path) -> Iterator[tuple[str, bytes]]:
    """Give all files of a site, those in archives too."""
    for file in sorted(lite.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(lite)), file.read_bytes()
        if file.name.endswith(".tar.gz"):
            with tarfile.open(file) as archive:
                for one in archive:
                    content = archive.extractfile(one)
                    assert content is not None
                    yield one.name, content.read()


def test_documentation_with_xeus_kernels_alone(stage: Stage, tmp_path: Path) -> None:
    project = stage.project()
    packed = stage.packed(project)
    built = build_docs(
        project,
        Parts(
            wheels=[stage.wheel],
            kernel_wheels=tmp_path / "none",
            runtime=tmp_path / "none",
            xeus=(packed,),
        ),
        native_python=make_python(tmp_path / "env", stage.folder / "src"),
    )
    lite = built.site / "lite"
    assert loaded(lite) == {XEUS_EXTENSION, "@spec14/kernel", "@spec14/xeus"}
    assert not (lite / "static" / "pyodide").exists()
    assert not (lite / "extensions" / EXTENSION).exists()
    assert "pyodide" not in (lite / "notebooks" / "index.html").read_text().lower()
    assert "early.js" not in (lite / "notebooks" / "index.html").read_text()
    assert config(lite)["defaultKernelName"] == "xpython"

    named = {
        file.name: json.loads(file.read_text())["metadata"]["kernelspec"]["name"]
        for file in (lite / "files").glob("*.ipynb")
    }
    (example,) = set(named) - {"lua.ipynb", "python.ipynb", "more.ipynb"}
    assert named == {
        example: "xpython",
        "lua.ipynb": "xlua",
        "python.ipynb": "xpython",
        "more.ipynb": "xpython",
    }
    assert "python3" in (stage.folder / "docs" / "more.ipynb").read_text()
    guide = (built.site / "guide.html").read_text()
    assert re.findall(r"kernel=(\w+)", guide) == ["xpython", "xlua"]

    assert json.loads((built.site / "spec14-site.json").read_text())["xeus"] == [
        {
            "name": "xeus",
            "kernels": ["xlua", "xpython"],
            "python": "3.13.1",
            "packages": 4,
            "lock_sha256": packed.lock_sha256,
            "wheels": [stage.wheel.name, *packed_names(packed)[1:]],
        }
    ]
    errors = [one for one in findings(read_site(built.site)) if one.severity == "error"]
    assert errors == []
    texts = list(members(built.site))
    assert [name for name, text in texts if str(tmp_path).encode() in text] == []
    assert [name for name, text in texts if b"file:/" in text and name.endswith(".json")] == []


def test_the_wheel_and_what_conda_lacks_are_mounted(stage: Stage, tmp_path: Path) -> None:
    packed = stage.packed(stage.project("both"))
    own, decorator = packed_names(packed)
    assert own == stage.wheel.name
    assert decorator.startswith("decorator-")
    site = LiteSite(
        application=Application(apps=ALWAYS_APPS), distribution=pyodide(), xeus=(packed,)
    )
    build_lite(site, tmp_path / "lite", cache=tmp_path / "cache")
    folder = tmp_path / "lite" / "xeus" / "xeus"
    meta = json.loads((folder / "empack_env_meta.json").read_text())
    (mount,) = meta["mounts"]
    with tarfile.open(folder / "kernel_packages" / mount["filename"]) as archive:
        names = archive.getnames()
    assert f"{PACKAGES}/greetings.py" in names
    assert f"{PACKAGES}/decorator.py" in names
    assert f"{PACKAGES}/tiny.py" not in names
    assert not [name for name in names if "direct_url" in name or "/bin/" in name]
    build = dict(members(tmp_path / "lite"))[f"{PACKAGES.rpartition('/')[0]}/_build.py"]
    assert build == b"prefix = '/'\n"


def test_both_kernels_in_one_site(stage: Stage, tmp_path: Path) -> None:
    packed = stage.packed(stage.project("both"))
    application = Application(apps=ALWAYS_APPS)
    alone = LiteSite(application=application, distribution=pyodide())
    build_lite(alone, tmp_path / "alone", cache=tmp_path / "cache")
    build_lite(replace(alone, xeus=(packed,)), tmp_path / "both", cache=tmp_path / "cache")
    before, after = (dict(members(tmp_path / name)) for name in ("alone", "both"))
    assert [name for name in before if "xeus" in name] == []
    assert loaded(tmp_path / "alone") == {EXTENSION, "@spec14/kernel"}
    assert loaded(tmp_path / "both") == {
        EXTENSION,
        XEUS_EXTENSION,
        "@spec14/kernel",
        "@spec14/xeus",
    }
    assert config(tmp_path / "both")["defaultKernelName"] == "python"
    kernels = json.loads(after["xeus/kernels.json"])
    assert [one["kernel"] for one in kernels] == ["xlua", "xpython"]
    same = [name for name in before if name.startswith("static/pyodide/")]
    assert same
    assert [name for name in same if before[name] != after[name]] == []


def test_what_is_packed_is_the_same_each_time(stage: Stage, tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        packed = stage.packed(stage.project("xeus"))
        # Not the one that was kept.
        packed = replace(packed, prefix=replace(packed.prefix, packs=None))
        site = LiteSite(
            application=Application(apps=ALWAYS_APPS), distribution=None, xeus=(packed,)
        )
        build_lite(site, tmp_path / name, cache=tmp_path / "cache")
        files = (tmp_path / name / "xeus").rglob("*")
        made.append(
            {
                str(file.relative_to(tmp_path / name)): file.read_bytes()
                for file in files
                if file.is_file()
            }
        )
    assert made[0] == made[1]
