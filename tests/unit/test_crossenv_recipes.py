"""Recipes: what they need, what they are known by, where their sources come from."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import make_runtime, make_wheel
from toolkit.crossenv.debian import source_lines, version_with
from toolkit.crossenv.libraries import (
    files_of,
    library_flags,
    library_variables,
    merge,
    take_out,
)
from toolkit.crossenv.recipe_build import require_imports
from toolkit.crossenv.recipe_graph import Recipe, all_needs, digest, digests, read_recipes
from toolkit.crossenv.recipes import Workshop, build_all, recipe_for
from toolkit.errors import BuildFailed, Incoherent, RequirementsFailed
from toolkit.pins import OrigPin, RecipePin, SdistPin, read_pins

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "images" / "recipes"
PINS: Final = read_pins().wheelhouse
ZLIB: Final = OrigPin(package="zlib", archive="zlib_1.3.orig.tar.gz", sha256="0" * 64)


def pin(version: str = "1", sha256: str = "s") -> RecipePin:
    return RecipePin(
        version=version,
        source=SdistPin(name="numpy", version=version, sha256=sha256),
        prebuilt=True,
    )


# ------------------------------------------------------------------ what needs what


def test_every_pin_has_a_recipe_and_the_other_way_round() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PINS)


def test_every_recipe_can_be_read_and_is_of_the_pinned_version() -> None:
    recipes = read_recipes(FOLDER, PINS, PINS)
    assert set(recipes) == set(PINS)
    for recipe in recipes.values():
        assert recipe.is_library is recipe.name.startswith("lib")
        assert recipe.is_library is not bool(recipe.imports), recipe.name


def test_what_is_needed_comes_first() -> None:
    recipes = read_recipes(FOLDER, PINS, ["matplotlib"])
    order = list(recipes)
    assert order[-1] == "matplotlib"
    for recipe in recipes.values():
        assert all(order.index(need) < order.index(recipe.name) for need in recipe.needs)
    assert set(all_needs(recipes["matplotlib"], recipes)) == set(order) - {"matplotlib"}
    assert "libharfbuzz" in order, "a need of a need"


def test_a_recipe_that_is_not_there() -> None:
    with pytest.raises(RequirementsFailed, match="no recipe for nonesuch"):
        read_recipes(FOLDER, PINS, ["nonesuch"])


def test_a_recipe_of_another_version_than_its_pin(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "libz", tmp_path / "libz")
    meta = tmp_path / "libz" / "meta.yaml"
    meta.write_text(meta.read_text().replace(PINS["libz"].version, "0.9"))
    with pytest.raises(Incoherent, match=re.escape(f"{PINS['libz'].version}, its recipe 0.9")):
        read_recipes(tmp_path, PINS, ["libz"])


@pytest.mark.parametrize(
    ("name", "found"),
    [("PyYAML", "pyyaml"), ("matplotlib", "matplotlib"), ("libz", None), ("pandas", None)],
)
def test_the_recipe_for_a_distribution(name: str, found: str | None) -> None:
    assert recipe_for(name) == found


# ------------------------------------------------------------------ what it is known by


def test_every_input_of_a_recipe_counts(tmp_path: Path) -> None:
    folder = tmp_path / "numpy"
    (folder / "patches").mkdir(parents=True)
    (folder / "meta.yaml").write_text("1")
    (folder / "patches" / "a.patch").write_bytes(b"\xff")

    def key(version: str = "1", sha256: str = "s", facts: tuple[str, ...] = ("f",)) -> str:
        return digest(Recipe(name="numpy", pin=pin(version, sha256), folder=folder), facts)

    before = key()
    assert key() == before
    others = [key("2"), key(sha256="t"), key(facts=("g",))]
    (folder / "patches" / "a.patch").write_bytes(b"\xfe")
    others.append(key())
    assert len({before, *others}) == 5


def test_what_needs_a_changed_recipe_changes_and_nothing_else(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    before = digests(read_recipes(tmp_path, PINS, PINS), ["facts"])
    meta = tmp_path / "libfreetype" / "meta.yaml"
    meta.write_text(meta.read_text() + "# changed\n")
    after = digests(read_recipes(tmp_path, PINS, PINS), ["facts"])
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"libfreetype", "libharfbuzz", "libraqm", "pillow", "matplotlib"}


def test_what_is_known_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network, a compiler or pyodide-build on the path."""
    facts = ("compiler",)
    monkeypatch.setattr("toolkit.crossenv.recipes.toolchain_facts", lambda _home: facts)
    monkeypatch.setenv("PATH", "")
    keys = digests(read_recipes(FOLDER, PINS, ["libyaml"]), facts)
    for place in ("cache", "known"):
        (tmp_path / place).mkdir()
    (tmp_path / "known" / keys["libyaml"]).mkdir()
    shop = Workshop(
        recipes=FOLDER,
        pins=PINS,
        home=tmp_path,
        runtime=make_runtime(tmp_path / "runtime"),
        cache=tmp_path / "cache",
        known=[tmp_path / "known"],
        env={},
    )
    assert build_all(shop, ["libyaml"]) == {"libyaml": tmp_path / "known" / keys["libyaml"]}


# ------------------------------------------------------------------ Debian's archives

PRINTED: Final = """\
'http://mirror.example/debian/dists/forky/InRelease' mirror.example_debian_dists_forky_InRelease 0
'https://other.example/security/dists/forky-security/InRelease' other.example_x_InRelease 0
'http://mirror.example/debian/dists/forky/main/binary-amd64/Packages.xz' mirror.example_Packages 0
"""


@pytest.mark.parametrize(
    ("environ", "lines"),
    [
        (
            {"DEBIAN_MIRROR": ""},
            [
                "deb-src http://mirror.example/debian forky main",
                "deb-src https://other.example/security forky-security main",
            ],
        ),
        (
            {"DEBIAN_MIRROR": "http://mine.example/debian", "SUITE": "forky"},
            ["deb-src http://mine.example/debian forky main"],
        ),
    ],
)
def test_sources_come_from_where_packages_come_from(
    environ: Mapping[str, str], lines: list[str]
) -> None:
    assert source_lines(environ, PRINTED) == lines


SHOWN: Final = """\
Package: zlib
Version: 1:1.2-1
Checksums-Sha256:
 aa 1 zlib_1.2.orig.tar.gz

Package: zlib
Version: 1:1.3-2
Checksums-Sha256:
 bb 1 zlib_1.3.orig.tar.gz
 cc 1 zlib_1.3.orig.tar.gz.asc
"""


def test_the_version_that_has_the_archive() -> None:
    assert version_with(SHOWN, ZLIB) == "1:1.3-2"
    assert version_with(SHOWN.strip(), ZLIB) == "1:1.3-2"


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        ("", "it has no zlib"),
        (SHOWN.replace("1.3.orig", "1.4.orig"), "it has zlib 1:1.2-1, 1:1.3-2"),
    ],
)
def test_debian_has_moved_on(shown: str, told: str) -> None:
    with pytest.raises(RequirementsFailed, match=re.escape(told)) as error:
        version_with(shown, ZLIB)
    assert "pins.toml" in error.value.do


# ------------------------------------------------------------------ what comes out


def test_a_wheel_must_hold_what_its_recipe_names(tmp_path: Path) -> None:
    recipe = Recipe(name="x", pin=pin(), folder=tmp_path, imports=("x", "x.a", "x._fast"))
    pure = {"x/__init__.py": "", "x/a.py": ""}
    with pytest.raises(BuildFailed, match=r"lacks x\._fast"):
        require_imports(make_wheel(tmp_path, "x", files=pure), recipe)
    fast = {**pure, "x/_fast.cpython-314-wasm32-emscripten.so": "m"}
    require_imports(make_wheel(tmp_path, "x", files=fast), recipe)


def test_a_wheel_without_anything_compiled_is_refused(tmp_path: Path) -> None:
    recipe = Recipe(name="x", pin=pin(), folder=tmp_path, imports=("x",))
    with pytest.raises(BuildFailed, match="nothing compiled"):
        require_imports(make_wheel(tmp_path, "x"), recipe)


def a_prefix(folder: Path) -> Path:
    for name in ("include/a.h", "lib/liba.a", "share/licenses/a/LICENSE", "share/man/a.3"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "lib" / "pkgconfig").mkdir()
    text = f"prefix={folder}\nlibdir={folder}/lib\nName: a\nDescription: a\nVersion: 1\n"
    (folder / "lib" / "pkgconfig" / "a.pc").write_text(f"{text}Libs: -L${{libdir}} -la\n")
    (folder / "lib" / "liba-variant.a").symlink_to("liba.a")
    return folder


def test_what_a_recipe_adds_is_taken_and_fits_elsewhere(tmp_path: Path) -> None:
    prefix = a_prefix(tmp_path / "prefix")
    take_out(prefix, {"include/a.h"}, tmp_path / "a")
    assert files_of(tmp_path / "a") == {
        "lib/liba.a",
        "lib/liba-variant.a",
        "lib/pkgconfig/a.pc",
        "share/licenses/a/LICENSE",
    }
    merge([tmp_path / "a"], tmp_path / "elsewhere")
    assert (tmp_path / "elsewhere" / "lib" / "liba-variant.a").read_text() == "lib/liba.a"
    described = (tmp_path / "elsewhere" / "lib" / "pkgconfig" / "a.pc").read_text()
    assert str(tmp_path) not in described
    assert "libdir=${pcfiledir}/../../lib" in described


def test_a_recipe_that_leaves_nothing_is_an_error(tmp_path: Path) -> None:
    prefix = a_prefix(tmp_path / "prefix")
    with pytest.raises(BuildFailed, match="has left no file"):
        take_out(prefix, files_of(prefix), tmp_path / "a")


def test_a_project_is_led_to_the_libraries(tmp_path: Path) -> None:
    assert library_variables(tmp_path / "none") == library_flags(tmp_path / "none") == {}
    assert library_variables(tmp_path)["PKG_CONFIG_LIBDIR"] == f"{tmp_path}/lib/pkgconfig"
    assert library_flags(tmp_path) == {
        "CFLAGS": f"-I{tmp_path}/include",
        "CXXFLAGS": f"-I{tmp_path}/include",
        "LDFLAGS": f"-L{tmp_path}/lib",
    }
