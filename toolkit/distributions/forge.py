"""``recipe.yaml``: a recipe for emscripten-forge, in the format that rattler-build reads.

The format is the first one of the conda recipes (``schema_version: 1``); what is customary is
read off github.com/emscripten-forge/recipes as of August 2026 (its ``recipes_emscripten``, and
``recipes/cross-python_emscripten-wasm32/activate.sh`` for what a script finds). A recipe has a
few files beside it: a test for ``pytester``, and for Meson the file that says what the target is.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

from toolkit.distributions.facts import Facts
from toolkit.distributions.source import BESIDE, Source

NAMES: Final = {"build": "python-build", "msgpack": "msgpack-python", "tables": "pytables"}
"""Conda packages that are called otherwise than on the Python package index."""
TARGET: Final = "${{ target_platform }}"
INSTALL: Final = "${PYTHON} -m pip install . ${PIP_ARGS}"
MESON: Final = "mesonpy"
WITH_HEADERS: Final = frozenset({"numpy", "pybind11", "nanobind"})
"""Build requirements whose headers are looked for among the target's packages."""
BROUGHT: Final = {"scikit_build_core": ("cmake", "ninja"), MESON: ("ninja", "pkg-config")}
"""What a backend asks for besides, when it is asked (PEP 517)."""
CROSS_NAME: Final = "emscripten.meson.cross"
CROSS: Final = """\
# What the target is, for Meson; build.sh puts the path of Python in.
[host_machine]
system = 'emscripten'
cpu_family = 'wasm32'
cpu = 'wasm32'
endian = 'little'

[properties]
needs_exe_wrapper = true
skip_sanity_check = true
longdouble_format = 'IEEE_QUAD_LE'

[binaries]
exe_wrapper = 'node'
pkg-config = 'pkg-config'
python = '@PYTHON@'
"""


def recipe(facts: Facts, source: Source, maintainers: Sequence[str]) -> dict[str, Any]:
    """Give the content of a ``recipe.yaml``.

    Parameters
    ----------
    facts
        The package.
    source
        Where its source lies.
    maintainers
        Names at GitHub.
    """
    return {
        "schema_version": 1,
        "context": {"name": facts.name, "version": facts.version},
        "package": {"name": "${{ name }}", "version": "${{ version }}"},
        "source": _source(facts, source),
        "build": _build(facts),
        "requirements": _requirements(facts),
        "tests": [
            {
                "script": "pytester",
                "files": {"recipe": [test_name(facts)]},
                "requirements": {"build": ["pytester"], "run": ["pytester-run"]},
            }
        ],
        "about": _about(facts),
        **({"extra": {"recipe-maintainers": list(maintainers)}} if maintainers else {}),
    }


def beside(facts: Facts) -> dict[str, str]:
    """Give the files beside a ``recipe.yaml``, by name."""
    lines = [f"    import {name}  # noqa: F401" for name in facts.importable] or ["    pass"]
    files = {test_name(facts): "\n".join(["def test_import():", *lines, ""])}
    if _needs_script(facts):
        files["build.sh"] = _script(facts)
    if facts.compiled and facts.backend == MESON:
        files[CROSS_NAME] = CROSS
    return files


def test_name(facts: Facts) -> str:
    """Give the name of the test's file."""
    return f"test_import_{facts.name.replace('-', '_')}.py"


def match(requirement: Requirement) -> str:
    """Give a requirement as conda writes it (match specification)."""
    name = str(canonicalize_name(requirement.name))
    parts = sorted(map(_part, requirement.specifier), key=lambda part: (part[0] == "<", part))
    return " ".join([NAMES.get(name, name), ",".join(parts)]).strip()


def plain(text: str) -> str:
    """Give a text in which rattler-build finds nothing to fill in."""
    return text.replace("${{", "$ {{")


def _part(specifier: Specifier) -> str:
    if specifier.operator == "===":
        return f"=={specifier.version}"
    if specifier.operator == "==" and specifier.version.endswith(".*"):
        return specifier.version
    if specifier.operator == "~=":
        release = Version(specifier.version).release
        return f">={specifier.version},{'.'.join(map(str, release[:-1]))}.*"
    return f"{specifier.operator}{specifier.version}"


def _source(facts: Facts, source: Source) -> dict[str, Any]:
    if not source.url:
        return {"path": BESIDE}
    head, slash, file = source.url.rpartition("/")
    exact = re.compile(rf"(?<![0-9.]){re.escape(facts.version)}(?![0-9])")
    return {
        "url": plain(head) + slash + exact.sub("${{ version }}", plain(file)),
        "sha256": source.sha256,
    }


def _build(facts: Facts) -> dict[str, Any]:
    build: dict[str, Any] = {"number": 0}
    if not _needs_script(facts):
        build["script"] = INSTALL
    if not facts.compiled:
        build["noarch"] = "python"
    build["files"] = {"exclude": ["**/__pycache__/**", "**/*.pyc"]}
    build["python"] = {"skip_pyc_compilation": ["**/*.py"]}
    return build


def _requirements(facts: Facts) -> dict[str, list[str]]:
    names = {str(canonicalize_name(one.name)): match(one) for one in facts.build_requires}
    brought = BROUGHT.get(facts.backend, ()) if facts.compiled else ()
    build = [f"${{{{ compiler('{language}') }}}}" for language in facts.languages]
    build += [f"cross-python_{TARGET}", "python", "pip", *names.values()]
    build += [name for name in brought if name not in names]
    libraries = [one.forge for one in facts.libraries]
    if libraries and "pkg-config" not in build:
        build.append("pkg-config")
    host = ["python", "pip"] if not facts.compiled else ["python"]
    host += [text for name, text in names.items() if facts.compiled and name in WITH_HEADERS]
    return {
        "build": build,
        "host": [*host, *libraries],
        "run": ["python", *(match(one) for one in facts.requires)],
    }


def _about(facts: Facts) -> dict[str, Any]:
    about: dict[str, Any] = {
        "homepage": facts.urls.get("home") or facts.urls.get("repository"),
        "license": _license(facts.license),
        "license_file": list(facts.license_files),
        "summary": facts.summary,
        "documentation": facts.urls.get("documentation"),
        "repository": facts.urls.get("repository"),
    }
    return {key: _plain(value) for key, value in about.items() if value}


def _plain(value: str | list[str]) -> str | list[str]:
    return plain(value) if isinstance(value, str) else [plain(text) for text in value]


def _license(said: str) -> str:
    """Give an SPDX expression: rattler-build takes nothing else."""
    try:
        return str(canonicalize_license_expression(said)) if said else ""
    except InvalidLicenseExpression:
        return f"LicenseRef-{re.sub(r'[^A-Za-z0-9.]+', '-', said).strip('-')}"


def _needs_script(facts: Facts) -> bool:
    plan = facts.plan
    settled = plan.config_settings or plan.environment or plan.before_build
    return bool(settled) or (facts.compiled and facts.backend == MESON)


def _script(facts: Facts) -> str:
    return "\n".join(["#!/bin/bash", "set -e", *_lines(facts), ""])


def _lines(facts: Facts) -> Iterator[str]:
    for name, value in facts.plan.environment.items():
        # What the compiler is given by emscripten-forge stays in front.
        before = f"${{{name}}} " if name in {"CFLAGS", "CXXFLAGS", "LDFLAGS"} else ""
        yield (
            f'export {name}="{before}"{shlex.quote(value)}'
            if before
            else (f"export {name}={shlex.quote(value)}")
        )
    yield from facts.plan.before_build
    words = [INSTALL]
    if facts.compiled and facts.backend == MESON:
        place = f'"$SRC_DIR/{CROSS_NAME}"'
        yield f'sed "s|@PYTHON@|${{PYTHON}}|g" "$RECIPE_DIR/{CROSS_NAME}" > {place}'
        words += ["--no-build-isolation", f"-Csetup-args=--cross-file={place}"]
    words += [f"-C{shlex.quote(setting)}" for setting in facts.plan.config_settings]
    yield " ".join(words)
