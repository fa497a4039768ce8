"""What compose.yaml promises, read without an engine."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return loaded


@pytest.mark.parametrize("name", ["preview", "tests", "toolkit"])
def test_every_service(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["image"] == "spec14-toolkit"
    assert service["user"] == "${SPEC14_UID:-1000}:${SPEC14_GID:-1000}"
    assert service["init"] is True
    assert service["build"] == compose["services"]["preview"]["build"]
    mounts = {mount["target"]: mount for mount in service["volumes"]}
    assert mounts["/project"]["source"] == "${PROJECT:-.}"
    assert mounts["/run/spec14"]["read_only"] is True
    for mount in mounts.values():
        # The engine's socket is in none of them, and nothing is created by a misspelling.
        assert "docker" not in mount["source"]
        assert mount["bind"]["create_host_path"] is False


def test_only_the_preview_starts_and_only_on_the_loopback_interface(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["preview"]
    assert services["preview"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]
    assert all("ports" not in services[name] for name in ("tests", "toolkit"))


def test_secrets_are_empty_files_unless_handed_over(compose: dict[str, Any]) -> None:
    for name in compose["services"]["preview"]["build"]["secrets"]:
        default = compose["secrets"][name]["file"].partition(":-")[2].rstrip("}")
        assert (ROOT / default).read_bytes() == b""


def test_what_is_handed_over_never_gets_into_git_or_a_layer() -> None:
    assert "images/host" in (ROOT / ".dockerignore").read_text().splitlines()
    ignored = (ROOT / "images/host/.gitignore").read_text().splitlines()
    assert [line for line in ignored if not line.startswith("#")] == ["*", "!.gitignore", "!empty"]


def test_what_moves_the_pins_is_an_image_of_its_own(compose: dict[str, Any]) -> None:
    upkeep, tests = compose["services"]["upkeep"], compose["services"]["tests"]
    assert upkeep["image"] != tests["image"]
    assert upkeep["build"] == {**tests["build"], "target": "upkeep"}
    assert upkeep["volumes"] == tests["volumes"]
    of_tests = {"PYTHONPYCACHEPREFIX", "SPEC14_TEST_TURN"}
    assert set(tests["environment"]) - set(upkeep["environment"]) == of_tests
    assert (upkeep["user"], upkeep["cap_drop"]) == (tests["user"], ["ALL"])
    assert " AS upkeep\n" in (ROOT / "Dockerfile").read_text()
