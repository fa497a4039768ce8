"""Where a project's version comes from, and whether it can be had from there."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.errors import BuildFailed
from toolkit.project import Project, table
from toolkit.wheels.history import History, history_of, unreachable

SCM: Final = "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_"
TOOLS: Final = {
    "setuptools-scm": SCM,
    "vcs-versioning": SCM,
    "hatch-vcs": SCM,
    "flit-scm": SCM,
    "versioneer": "",
    "versioningit": "",
    "setuptools-git-versioning": "",
    "poetry-dynamic-versioning": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "pdm-backend": "PDM_BUILD_SCM_VERSION",
}
"""What computes versions from git, with the variable that says one instead (if there is one)."""
FALLBACK: Final = re.compile(r"fallback|default.version|parentdir")


@dataclass(frozen=True, kw_only=True)
class VersionSource:
    """Where a version comes from.

    Attributes
    ----------
    origin
        The file or tool, to be shown.
    version
        Where it can be read without a build.
    tool
        What computes it from git; empty where nothing does.
    by_history
        Whether a new commit or tag can change it.
    """

    origin: str
    version: str = ""
    tool: str = ""
    by_history: bool = False


def version_source(project: Project) -> VersionSource:
    """Say where the version of a project comes from."""
    static = table(project.pyproject, "project").get("version")
    static = static or table(project.pyproject, "tool", "poetry").get("version")
    if (told := _of_sdist(project.folder)) is not None:
        return VersionSource(origin="PKG-INFO of the sdist", version=told)
    tool = next(_tools(project), None)
    if static and tool != "poetry-dynamic-versioning":
        return VersionSource(origin="pyproject.toml", version=str(static))
    if tool is not None:
        return VersionSource(origin=f"git, by {tool}", tool=tool, by_history=True)
    if stated := _file(project.pyproject):
        return VersionSource(origin=stated)
    return VersionSource(origin="the build backend", by_history=True)


def history_key(project: Project) -> str:
    """Give what of the history the wheel is made from; empty where it makes no difference."""
    if not version_source(project).by_history:
        return ""
    history = history_of(project.folder)
    return "" if history is None else history.described


def require_version(project: Project, environment: Mapping[str, str]) -> None:
    """Check that a version that comes from git can be had.

    Parameters
    ----------
    project
        The project.
    environment
        The build's variables.

    Raises
    ------
    BuildFailed
        When there is no repository, or its history is cut off before the first tag: the
        tool would fail with a traceback, or make up a version.
    """
    source = version_source(project)
    if not source.tool or _is_told(project, source, {**os.environ, **environment}):
        return
    history = history_of(project.folder)
    if history is not None and history.at_top and (history.tagged or not history.shallow):
        return
    what, do = _reason(project, history)
    if source.tool == "versioneer" and history is None and unreachable(project.folder) is None:
        return  # it reads `git archive`'s own marks and the folder's name
    msg = f"the version of {project.name} comes from git ({source.tool}), and {what}"
    raise BuildFailed(msg, do=f"{do}, or {_say_it(project, source)}")


def version_advice(project: Project) -> str:
    """Say how to give a version that a tool could not find out."""
    source = version_source(project)
    return f"build from a git checkout with its tags, or {_say_it(project, source)}"


def _reason(project: Project, history: History | None) -> tuple[str, str]:
    if (missing := unreachable(project.folder)) is not None:
        what = f"its repository {missing} is not here (of a worktree or submodule, not mounted)"
        return what, "build from a clone of its own"
    if history is None:
        return "there is no git repository with a commit here", "build from a git checkout"
    if not history.at_top:
        return (
            "the project is not the top of its repository",
            "build from the sdist (`python -m build --sdist`)",
        )
    return (
        "this clone is shallow and holds no tag",
        "fetch the whole history (fetch-depth: 0; `git fetch --unshallow --tags`)",
    )


def _say_it(project: Project, source: VersionSource) -> str:
    variable = TOOLS.get(source.tool, SCM)
    if not variable:
        return "put a static version into pyproject.toml"
    if variable == SCM:
        variable += re.sub(r"[-_.]+", "_", project.name).upper()
    return f'put environment = {{{variable} = "…"}} into [tool.spec14.wheel]'


def _is_told(project: Project, source: VersionSource, environment: Mapping[str, str]) -> bool:
    prefix = TOOLS.get(source.tool, SCM).removesuffix("_FOR_")
    if prefix and any(name.startswith(prefix) and environment[name] for name in environment):
        return True
    if (project.folder / ".git_archival.txt").is_file():
        return True
    tables = ("setuptools_scm", "setuptools-scm", "hatch", "versioningit", "vcs-versioning")
    texts = [str(table(project.pyproject, "tool", name)) for name in tables]
    return any(FALLBACK.search(text) for text in (*texts, _setup_py(project)))


def _tools(project: Project) -> Iterator[str]:
    """Give the tools that compute the version from git."""
    tool = table(project.pyproject, "tool")
    required = {
        _name(item) for item in table(project.pyproject, "build-system").get("requires", [])
    }
    attribute = "version" in table(project.pyproject, "tool", "setuptools", "dynamic")
    if attribute and "setuptools_scm" not in tool:
        required.discard("setuptools-scm")  # it is there to find files
    if table(project.pyproject, "tool", "hatch", "version").get("source") != "vcs":
        required.discard("hatch-vcs")
    if table(project.pyproject, "tool", "pdm", "version").get("source") != "scm":
        required.discard("pdm-backend")
    script = _setup_py(project)
    if (project.folder / "versioneer.py").is_file() or "versioneer" in script:
        required.add("versioneer")
    if "use_scm_version" in script:
        required.add("setuptools-scm")
    yield from (tool for tool in TOOLS if tool in required)


def _setup_py(project: Project) -> str:
    try:
        return (project.folder / "setup.py").read_text("utf-8", "replace")
    except OSError:
        return ""


def _name(requirement: object) -> str:
    try:
        return canonicalize_name(Requirement(str(requirement)).name)
    except InvalidRequirement:
        return ""


def _file(pyproject: Mapping[str, Any]) -> str:
    """Say which file a backend reads the version from, where the settings say so."""
    hatch = table(pyproject, "tool", "hatch", "version")
    setuptools = table(pyproject, "tool", "setuptools", "dynamic").get("version")
    backend = str(table(pyproject, "build-system").get("build-backend", ""))
    if "path" in hatch and hatch.get("source", "regex") in ("regex", "code"):
        return str(hatch["path"])
    if isinstance(setuptools, Mapping):
        return ", ".join(str(value) for value in setuptools.values())
    if backend.startswith("flit_core"):
        return "the module's __version__"
    provider = table(pyproject, "tool", "scikit-build", "metadata", "version")
    return str(provider.get("input", ""))


def _of_sdist(folder: Path) -> str | None:
    """Give the version that an sdist was given when it was made."""
    try:
        text = (folder / "PKG-INFO").read_text("utf-8", "replace")
    except OSError:
        return None
    return HeaderParser().parsestr(text).get("Version")
