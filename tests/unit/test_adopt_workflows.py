"""Workflows in all their forms, held against the published schemas (SchemaStore, vendored)."""

import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from check_jsonschema.cli import main as check_jsonschema
from click.testing import CliRunner, Result
from packaging.requirements import Requirement

from tests.artefacts import write_tree
from toolkit.adopt.choices import OURS, Choices, complete
from toolkit.adopt.seen import Seen, look
from toolkit.adopt.workflows import readthedocs, workflow
from toolkit.errors import NotAdopted
from toolkit.project import read_project

SCHEMAS: Final = {
    "github": ("vendor.github-workflows", "custom.github-workflows-require-timeout"),
    "gitlab": ("vendor.gitlab-ci",),
    "circleci": ("vendor.circle-ci",),
    "readthedocs": ("vendor.readthedocs",),
}
IMAGE: Final = "registry.example.org:5000/us/spec14-toolkit:0.1.0"


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    files = {"pyproject.toml": '[project]\nname = "x"\n', "docs/conf.py": ""}
    return look(read_project(write_tree(tmp_path / "project", files)))


def below(seen: Seen) -> Seen:
    """Give the same in a folder of a repository, with a version from git."""
    return replace(seen, repository=seen.repository.parent, needs_history=True)


def variants(service: str, *seen: Seen) -> Iterator[str]:
    """Give a service's file in every form that the command line can ask for."""
    asked = itertools.product((None, IMAGE), (1, 4), ("pages", "readthedocs", "none"), seen)
    for image, shards, host, one in asked:
        choices = Choices(
            ci=service, image=image, shards=shards, host=host, toolkit=Requirement(OURS)
        )
        yield readthedocs(one, choices) if service == "readthedocs" else workflow(one, choices)


def content(text: str) -> dict[Any, Any]:
    made = yaml.safe_load(text)
    assert isinstance(made, dict)
    return made


def validated(service: str, schema: str, *files: Path) -> Result:
    """Run check-jsonschema; its schemas come with it."""
    words = ["--builtin-schema", schema]
    words += ["--data-transform", "gitlab-ci"] if service == "gitlab" else []
    return CliRunner().invoke(check_jsonschema, [*words, *map(str, files)])


@pytest.mark.parametrize("service", SCHEMAS)
def test_every_form_keeps_to_the_schema(service: str, seen: Seen, tmp_path: Path) -> None:
    files = []
    for number, text in enumerate(variants(service, seen, below(seen))):
        files.append(tmp_path / f"{number}.yml")
        files[-1].write_text(text)
        assert "[[" not in text
        assert "[%" not in text
    assert len(files) == 24
    for schema in SCHEMAS[service]:
        told = validated(service, schema, *files)
        assert told.exit_code == 0, told.output


def test_a_file_that_is_wrong_would_be_found(seen: Seen, tmp_path: Path) -> None:
    """The schemas are not so wide that anything fits."""
    for service, (schema, *_more) in SCHEMAS.items():
        text = next(variants(service, seen))
        wrong = re.sub(r"(?m)^( *)(steps|script|tools):", r"\1stepz:", text)
        assert wrong != text
        file = tmp_path / f"{service}.yml"
        file.write_text(wrong)
        assert validated(service, schema, file).exit_code == 1, service


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
def test_actionlint_has_nothing_to_say(seen: Seen, tmp_path: Path) -> None:
    for number, text in enumerate(variants("github", seen, below(seen))):
        (tmp_path / f"{number}.yml").write_text(text)
    files = [str(file) for file in sorted(tmp_path.glob("*.yml"))]
    done = subprocess.run(["actionlint", *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_github_jobs_have_the_least_permissions_and_an_end(seen: Seen) -> None:
    for text in variants("github", seen):
        made = content(text)
        assert made["permissions"] == {"contents": "read"}
        assert "concurrency" in made
        for name, job in made["jobs"].items():
            assert job["timeout-minutes"] <= 60
            wanted = {
                "publish": {"pages": "write", "id-token": "write"},
                "release": {"contents": "write"},
            }
            assert job.get("permissions") == wanted.get(name)
            for step in job["steps"]:
                assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
                if step.get("uses", "").startswith("actions/checkout"):
                    assert step["with"]["persist-credentials"] is False


def test_spec14_ci_is_the_one_command_that_is_run(seen: Seen) -> None:
    for service in ("github", "gitlab", "circleci"):
        for text in variants(service, seen):
            assert set(re.findall(r"spec14 (\w+) ?(?:--|<<|$)", text)) <= {"ci"}
            assert re.search(r"\bspec14 ci\b", text)


def test_the_image_is_the_container_or_is_built(seen: Seen) -> None:
    for service in ("github", "gitlab", "circleci"):
        for text in variants(service, seen):
            assert (IMAGE in text) != ("pip download" in text)


def test_shards_share_the_wheel_that_was_built_once(seen: Seen) -> None:
    choices = Choices(ci="github", image=IMAGE, shards=3, host="none", toolkit=Requirement(OURS))
    jobs = content(workflow(seen, choices))["jobs"]
    assert list(jobs) == ["wheel", "tests", "site"]
    assert jobs["tests"]["strategy"]["matrix"] == {"shard": [1, 2, 3]}
    assert jobs["tests"]["needs"] == "wheel"
    assert jobs["site"]["needs"] == ["wheel", "tests"]
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert runs == [
        "spec14 ci --until audit",
        "spec14 ci --shard ${{ matrix.shard }}/3",
        "spec14 ci --merge .spec14/shards",
    ]


def test_a_project_below_the_repository_is_named(seen: Seen) -> None:
    for service in SCHEMAS:
        for text in variants(service, below(seen)):
            for line in text.splitlines():
                if re.search(r"spec14 (ci|docs)\b", line) and "name:" not in line:
                    assert "--project project" in line
            assert "project/.spec14/" in text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"image": "a b"}, "no reference of an image"),
        ({"image": 'x"\n- run: evil'}, "no reference of an image"),
        ({"image": "${{ secrets.X }}"}, "no reference of an image"),
        ({"shards": 0}, "0 shards"),
        ({"shards": 65}, "65 shards"),
        ({"toolkit": "!"}, "not a requirement"),
        ({"toolkit": "numpy"}, "does not name an sdist"),
        ({"toolkit": "spec14-toolkit @ https://x.example/$(id)/x.tar.gz"}, "does not name"),
        ({"ci": "jenkins"}, "no CI service"),
    ],
)
def test_what_cannot_stand_in_a_workflow_is_named(
    seen: Seen, said: dict[str, Any], words: str
) -> None:
    usual: dict[str, Any] = {
        "ci": None, "image": None, "shards": 1, "host": None, "toolkit": OURS,
    }  # fmt: skip
    with pytest.raises(NotAdopted, match=words):
        complete(seen, **{**usual, **said})


@pytest.mark.parametrize(
    "image", [IMAGE, "spec14-toolkit", "ghcr.io/a/b@sha256:" + "0" * 64, "localhost:5000/x:y"]
)
def test_references_of_images(seen: Seen, image: str) -> None:
    found = complete(seen, ci="github", image=image, shards=1, host=None, toolkit=OURS)
    assert (found.image, found.host) == (image, "pages")
