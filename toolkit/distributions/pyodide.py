"""``meta.yaml``: a recipe in the form of the Pyodide distribution (pyodide-build 0.39.2).

What ``pyodide skeleton`` leaves to be filled in by hand is filled from the build that was made
here: backend flags, compiler flags, commands before the build, exports, libraries, imports.
The result is read by pyodide-build's own model before anybody sees it.
"""

import shlex
from collections.abc import Sequence
from typing import Any, Final

from packaging.utils import canonicalize_name
from pyodide_build.recipe.spec import MetaConfig, SpecValidationError

from toolkit.distributions.facts import Facts
from toolkit.distributions.source import BESIDE, Source
from toolkit.errors import RecipeFailed
from toolkit.wheels.plan import EXPORTS

FLAGS: Final = ("CFLAGS", "CXXFLAGS", "LDFLAGS")
DEFAULT_EXPORTS: Final = "pyinit"
"""Of recipes; that of ``pyodide build`` is another."""
INCLUDE: Final = "-I$(WASM_LIBRARY_DIR)/include"
LIBRARY: Final = "-L$(WASM_LIBRARY_DIR)/lib"


def meta(facts: Facts, source: Source, maintainers: Sequence[str]) -> dict[str, Any]:
    """Give the content of a ``meta.yaml``.

    Parameters
    ----------
    facts
        The package.
    source
        Where its source lies.
    maintainers
        Names at GitHub.

    Raises
    ------
    RecipeFailed
        When the build took something that the form cannot say.
    """
    found: dict[str, dict[str, Any]] = {
        "package": {
            "name": facts.name,
            "version": facts.version,
            "top-level": list(facts.imports),
        },
        "source": {"url": source.url, "sha256": source.sha256} if source.url else {"path": BESIDE},
        "build": _build(facts),
        "requirements": _requirements(facts),
        "test": {"imports": list(facts.importable)},
        "about": {
            "home": facts.urls.get("home") or facts.urls.get("repository"),
            "summary": facts.summary,
            "license": facts.license,
        },
        "extra": {"recipe-maintainers": list(maintainers)},
    }
    content = {part: _said(values) for part, values in found.items()}
    content = {part: values for part, values in content.items() if values}
    try:
        MetaConfig.from_dict(content)
    except (SpecValidationError, ValueError, TypeError) as error:
        msg = f"pyodide-build does not take the recipe of {facts.name}: {error}"
        raise RecipeFailed(msg, do="see what of the project's settings it names") from error
    return content


def lacking(facts: Facts, offered: Sequence[str]) -> tuple[str, ...]:
    """Give what a recipe names that the distribution does not have: it needs recipes, too.

    Parameters
    ----------
    facts
        The package.
    offered
        Normalised names of the packages that the distribution has.
    """
    wheels = [name for name in _names(facts) if name not in offered]
    return (*wheels, *(one.name for one in facts.libraries if not one.pyodide and not one.port))


def _names(facts: Facts) -> list[str]:
    return [str(canonicalize_name(one.name)) for one in facts.requires]


def _requirements(facts: Facts) -> dict[str, list[str]]:
    libraries = [one.pyodide or one.name for one in facts.libraries if not one.port]
    # Its headers are those of the recipe and not of whatever the machine has.
    numpy = [one.name for one in facts.build_requires if canonicalize_name(one.name) == "numpy"]
    host = [*(numpy if facts.compiled else ()), *libraries]
    executable = ["pkg-config"] if facts.libraries else []
    if "rust" in facts.languages:
        executable += ["rustup", "rustc", "cargo"]
    return {"run": _names(facts), "host": host, "executable": executable}


def _build(facts: Facts) -> dict[str, Any]:
    plan, environment = facts.plan, dict(facts.plan.environment)
    if not facts.compiled:
        flags = {name.lower(): "" for name in FLAGS}
    else:
        flags = {name.lower(): _flags(name, environment.pop(name, ""), facts) for name in FLAGS}
    for setting in plan.config_settings:
        if len(setting.split()) != 1:
            msg = f"the build setting {setting!r} has blanks, which a Pyodide recipe cannot hold"
            raise RecipeFailed(msg, do="set it in the project's own build files")
    exports = plan.exports.split(",") if plan.exports not in EXPORTS else plan.exports
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    return {
        "exports": exports if facts.compiled and exports != DEFAULT_EXPORTS else None,
        "backend-flags": "\n".join(plan.config_settings),
        **flags,
        "script": "\n".join([*lines, *plan.before_build]),
    }


def _flags(name: str, own: str, facts: Facts) -> str:
    found = [own] if own else []
    if any(not one.port for one in facts.libraries):
        found.append(LIBRARY if name == "LDFLAGS" else INCLUDE)
    found += [one.port for one in facts.libraries if one.port]
    return " ".join(found)


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
