"""``[tool.spec14]``."""

import dataclasses
import tomllib
from typing import Any

import pytest

from toolkit.errors import SettingsError
from toolkit.settings import Settings, parse_settings


def parsed(text: str) -> Settings:
    return parse_settings(tomllib.loads(text))


def test_nothing_said_is_the_defaults() -> None:
    assert parsed("") == Settings()


def test_everything_said() -> None:
    settings = parsed(
        """
        [wheel]
        config-settings = ["a=b"]
        [test]
        paths = ["tests"]
        requires = ["pytest"]
        args = ["-x"]
        workers = 3
        timeout = 10
        run-timeout = 0.5
        [docs]
        source = "doc"
        builder = "dirhtml"
        requires = []
        warnings-are-errors = true
        lite-packages = ["numpy"]
        """
    )
    assert settings.wheel.config_settings == ("a=b",)
    assert (settings.test.paths, settings.test.requires) == (("tests",), ("pytest",))
    assert settings.test.args == ("-x",)
    assert (settings.test.workers, settings.test.run_timeout) == (3, 0.5)
    assert isinstance(settings.test.timeout, float)
    assert (settings.docs.source, settings.docs.builder) == ("doc", "dirhtml")
    assert settings.docs.requires == ()
    assert settings.docs.warnings_are_errors is True
    assert settings.docs.lite_packages == ("numpy",)


@pytest.mark.parametrize(
    ("text", "where", "meant"),
    [
        ("whee = {}", "tool.spec14", "wheel"),
        ("[test]\nrequire = []", "tool.spec14.test", "requires"),
        ("[wheel]\nconfig_settings = []", "tool.spec14.wheel", "config-settings"),
        ("[docs]\nwarning-are-errors = true", "tool.spec14.docs", "warnings-are-errors"),
    ],
)
def test_an_unknown_key_names_the_nearest(text: str, where: str, meant: str) -> None:
    with pytest.raises(SettingsError) as error:
        parsed(text)
    assert error.value.what.startswith(f"[{where}] has no key ")
    assert error.value.what.endswith(f"; did you mean {meant!r}?")
    assert meant in error.value.do


def test_a_key_that_resembles_nothing() -> None:
    with pytest.raises(SettingsError) as error:
        parsed("[test]\nzzzz = 1")
    assert error.value.what == "[tool.spec14.test] has no key 'zzzz'"
    assert error.value.do == (
        "use one of: args, durations, heap-limit, paths, platform-skips, replace-after, requires, "
        "run-timeout, skip, skips, timeout, workers, xfail-strict"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("wheel = 3", "tool.spec14.wheel must be a table"),
        (
            '[test]\npaths = "tests"',
            "tool.spec14.test.paths must be a list of strings, not 'tests'",
        ),
        ("[test]\nworkers = 1.5", "tool.spec14.test.workers must be a whole number, not 1.5"),
        ("[test]\nworkers = true", "tool.spec14.test.workers must be a whole number, not True"),
        ("[test]\ntimeout = '1 s'", "tool.spec14.test.timeout must be a number, not '1 s'"),
        ("[test]\npaths = [1]", "tool.spec14.test.paths must be a list of strings, not [1]"),
        (
            "[test]\nrequires = true",
            "tool.spec14.test.requires must be a list of strings, not True",
        ),
        ("[docs]\nsource = 1", "tool.spec14.docs.source must be a string, not 1"),
        ('[docs]\nwarnings-are-errors = "yes"', "must be true or false, not 'yes'"),
        ("[docs]\nwarnings-are-errors = 1", "must be true or false, not 1"),
        ("[docs]\nbuilder = false", "tool.spec14.docs.builder must be a string, not False"),
    ],
)
def test_a_value_of_the_wrong_type(text: str, wanted: str) -> None:
    with pytest.raises(SettingsError) as error:
        parsed(text)
    assert wanted in error.value.what


def all_fields(kind: Any) -> list[dataclasses.Field[Any]]:
    found: list[dataclasses.Field[Any]] = []
    for field in dataclasses.fields(kind):
        found.append(field)
        if dataclasses.is_dataclass(field.default):
            found += all_fields(field.default)
    return found


def test_every_key_says_what_it_is_for() -> None:
    assert [field.name for field in all_fields(Settings) if not field.metadata.get("help")] == []


def test_extra_indexes() -> None:
    urls = ("https://host.example/simple/", "file:///srv/index")
    assert parse_settings({"extra-index": list(urls)}).extra_index == urls


@pytest.mark.parametrize("url", ["", "nightly", "ftp://host/", "https://a/ --index https://b/"])
def test_an_extra_index_that_is_no_address(url: str) -> None:
    with pytest.raises(SettingsError, match=r"tool\.spec14\.extra-index") as error:
        parse_settings({"extra-index": [url]})
    assert error.value.do


def test_an_extra_index_with_a_password_is_not_repeated() -> None:
    with pytest.raises(SettingsError, match="a user name or a password") as error:
        parse_settings({"extra-index": ["https://me:s3cret@host.example/simple/"]})
    assert "s3cret" not in error.value.what + error.value.do


def test_the_distribution_is_one_of_three() -> None:
    assert parse_settings({}).distribution == "ask"
    assert parse_settings({"distribution": "never"}).distribution == "never"
    with pytest.raises(SettingsError, match=r"tool\.spec14\.distribution"):
        parse_settings({"distribution": "sometimes"})
