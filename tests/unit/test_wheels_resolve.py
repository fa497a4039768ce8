"""uv's answers and refusals, with a small index on this machine."""

import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.artefacts import make_wheel, write_tree
from tests.indexes import make_index, serving
from toolkit.errors import RequirementsFailed
from toolkit.wheels.refusal import Refusal, image_versions, read_refusal
from toolkit.wheels.resolve import Chosen, Question, Refused, ask, without_credentials

FOREIGN = "cp314-cp314-win_amd64"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("index")

    def add(name: str, *requires: str, version: str = "1.0", tag: str = "py3-none-any") -> None:
        make_wheel(folder / name, name, version=version, tag=tag, requires=requires)

    add("upper", "middle")
    add("middle", "upper", "foreign>=1")
    add("foreign", tag=FOREIGN)
    add("chosen", version="1.0")
    add("chosen", version="2.0")
    add("new", "chosen>=2")
    add("old", "chosen<2")
    add("lost", "ghost>1")
    add("round", "about")
    add("about", "round")
    add("outer", "source-only>=0.5")
    source = folder / "source-only" / "source_only-0.6.tar.gz"
    tree = write_tree(
        folder.parent / f"{folder.name}-source",
        {"PKG-INFO": "Metadata-Version: 2.4\nName: source-only\nVersion: 0.6\n"},
    )
    source.parent.mkdir()
    with tarfile.open(source, "w:gz") as archive:
        archive.add(tree, "source_only-0.6")
    return make_index(folder)


def resolve(
    tmp_path: Path,
    index: str,
    *requirements: str,
    constraints: Sequence[str] = (),
    preferred: dict[str, str] | None = None,
    links: Sequence[Path] = (),
    with_index: bool = True,
) -> tuple[Chosen, ...]:
    question = Question(
        requirements=requirements,
        constraints=tuple(constraints),
        preferred=preferred or {},
        links=tuple(links),
        index=with_index,
    )
    env = {
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_DEFAULT_INDEX": index,
        "UV_HTTP_RETRIES": "0",
    }
    return ask(question, python=Path(sys.executable), folder=tmp_path / "resolve", env=env)


def refusal(tmp_path: Path, index: str, *requirements: str, **kwargs: Sequence[str]) -> Refusal:
    with pytest.raises(Refused) as refused:
        resolve(tmp_path, index, *requirements, **kwargs)  # type: ignore[arg-type]
    return refused.value.refusal


def versions(chosen: tuple[Chosen, ...]) -> dict[str, str]:
    return {one.name: one.version for one in chosen}


def test_an_answer_has_files_and_hashes(tmp_path: Path, index: str) -> None:
    (one,) = resolve(tmp_path, index, "chosen")
    assert (one.name, one.version, one.file) == ("chosen", "2.0", "chosen-2.0-py3-none-any.whl")
    assert one.path is not None
    assert one.path.is_file()
    assert len(one.sha256) == 64
    assert not one.direct


def test_a_cycle_is_no_trouble(tmp_path: Path, index: str) -> None:
    assert versions(resolve(tmp_path, index, "round")) == {"about": "1.0", "round": "1.0"}


def test_constraints_hold_and_preferences_are_kept_where_they_can(
    tmp_path: Path, index: str
) -> None:
    assert versions(resolve(tmp_path, index, "chosen", constraints=["chosen<2"]))["chosen"] == "1.0"
    preferred = {"chosen": "1.0"}
    assert versions(resolve(tmp_path, index, "chosen", preferred=preferred))["chosen"] == "1.0"
    assert versions(resolve(tmp_path, index, "new", preferred=preferred))["chosen"] == "2.0"


def test_a_folder_of_wheels_wins_over_the_index(tmp_path: Path, index: str) -> None:
    wheel = make_wheel(tmp_path / "links", "chosen", version="2.0")
    (one,) = resolve(tmp_path, index, "chosen", links=[wheel.parent])
    assert one.path == wheel
    (alone,) = resolve(tmp_path, index, "chosen", links=[wheel.parent], with_index=False)
    assert alone == one


def test_a_wheel_with_its_address(tmp_path: Path, index: str) -> None:
    wheel = make_wheel(tmp_path / "links", "mine", requires=["chosen"])
    found = resolve(tmp_path, index, f"mine @ {wheel.as_uri()}")
    assert {one.name: one.direct for one in found} == {"mine": True, "chosen": False}


def test_only_a_foreign_wheel(tmp_path: Path, index: str) -> None:
    said = refusal(tmp_path, index, "upper")
    assert said.lacking == ("foreign",)
    assert said.chain("foreign", ["upper"]) == ("upper", "middle", "foreign")
    assert "hint" not in said.text


def test_only_an_sdist(tmp_path: Path, index: str) -> None:
    said = refusal(tmp_path, index, "outer")
    assert said.lacking == ("source-only",)
    assert said.chain("source-only", ["outer"]) == ("outer", "source-only")
    assert said.specifiers("source-only") in ("==0.6", ">=0.5")


def test_a_name_that_nobody_knows(tmp_path: Path, index: str) -> None:
    said = refusal(tmp_path, index, "lost")
    assert (said.unknown, said.lacking) == (("ghost",), ())
    assert said.chain("ghost", ["lost"]) == ("lost", "ghost")
    assert said.specifiers("ghost") == ">1"


def test_a_contradiction(tmp_path: Path, index: str) -> None:
    said = refusal(tmp_path, index, "new", "old")
    assert (said.unknown, said.lacking, said.unreachable) == ((), (), False)
    assert image_versions(said, {"chosen": "1.0", "other": "1"}) == ("chosen 1.0",)


def test_an_index_that_does_not_answer(tmp_path: Path) -> None:
    with serving(tmp_path) as (gone, _):
        pass
    assert refusal(tmp_path, gone, "chosen").unreachable


def test_what_is_no_requirement(tmp_path: Path, index: str) -> None:
    with pytest.raises(RequirementsFailed, match="PEP 508"):
        resolve(tmp_path, index, "not a requirement")


def test_a_list_of_versions_is_understood() -> None:
    said = read_refusal(
        "error: No solution found when resolving dependencies\n"
        "  cause: Because all of:\n             scikit-learn<=0.20.4\n"
        "             scikit-learn>=0.22.2.post1\n         have no usable wheels and a==1.0 "
        "depends on scikit-learn, we can conclude that a==1.0 cannot be used.\n\n"
        "hint: Wheels are required for `scikit-learn` because building is disabled\n"
    )
    assert said.lacking == ("scikit-learn",)
    assert said.chain("scikit-learn", ["a"]) == ("a", "scikit-learn")


def test_versions_that_exclude_each_other() -> None:
    said = read_refusal("No solution found: a<2 depends on x==1 and a>=2 depends on x==2, so no")
    assert said.specifiers("x") == "==1"
    said = read_refusal("No solution found: a<2 depends on x>=1 and you require x<3, so no")
    assert said.specifiers("x") == "<3,>=1"


def test_a_package_outside_every_chain() -> None:
    assert read_refusal("nothing that is known").chain("x", ["a"]) == ("x",)


def test_credentials_do_not_get_into_a_lock() -> None:
    assert without_credentials("https://me:secret@host/a.whl") == "https://host/a.whl"
    assert without_credentials("https://host:8080/a.whl") == "https://host:8080/a.whl"
