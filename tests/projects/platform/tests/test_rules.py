"""Everything in the plugin's data, tried in the runtime: each test is skipped for its cause."""

import importlib

import pytest
from pytest_spec14.platform import platform

KNOWN = platform()


@pytest.mark.parametrize("number", range(len(KNOWN.rules)))
def test_rule(number: int, record_property) -> None:
    rule = KNOWN.rules[number]
    record_property("cause", rule.cause)
    exec(rule.attempt, {})


@pytest.mark.parametrize("name", sorted(KNOWN.modules))
def test_module(name: str, record_property) -> None:
    record_property("cause", KNOWN.modules[name])
    importlib.import_module(name)


@pytest.mark.parametrize(("module", "name"), sorted(KNOWN.names))
def test_name(module: str, name: str, record_property) -> None:
    record_property("cause", KNOWN.names[module, name])
    getattr(importlib.import_module(module), name)


@pytest.mark.parametrize(("module", "name"), sorted(KNOWN.names))
def test_imported_name(module: str, name: str, record_property) -> None:
    record_property("cause", KNOWN.names[module, name])
    exec(f"from {module} import {name}", {})
