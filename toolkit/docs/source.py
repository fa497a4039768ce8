"""Where a project keeps its documentation, and which tool it is for."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from toolkit.docs.handover import LITE
from toolkit.errors import DocsFailed, TwoDocumentations
from toolkit.project import Project
from toolkit.settings import MKDOCS, SPHINX

PLACES: Final = ("docs", "doc", "docs/source", "doc/source")
CONF: Final = "conf.py"
MKDOCS_PLACES: Final = (".", *PLACES)
MKDOCS_FILES: Final = ("mkdocs.yml", "mkdocs.yaml")
"""As MkDocs 1.6 looks for them (``mkdocs/config/base.py``)."""
MARKS: Final = ("pyproject.toml", "setup.py")


@dataclass(frozen=True, kw_only=True)
class Documentation:
    """A documentation as it was found.

    Attributes
    ----------
    tool
        ``sphinx`` or ``mkdocs``.
    file
        ``conf.py`` or ``mkdocs.yml``.
    """

    tool: str
    file: Path

    @property
    def folder(self) -> Path:
        """The folder of its configuration."""
        return self.file.parent

    @property
    def documents(self) -> Path:
        """The folder of its pages."""
        if self.tool == SPHINX:
            return self.folder
        named = self.folder / _docs_dir(self.file)
        return named if named.resolve().is_relative_to(self.folder.resolve()) else self.folder


def documented_in(folder: Path) -> Path:
    """Give the folder of the documentation that handed something over."""
    conf: str = json.loads((folder / LITE).read_text("utf-8"))["conf"]
    return Path(conf).parent


def project_above(folder: Path) -> Path:
    """Give the nearest folder that holds a project: `folder`, or one above it.

    Raises
    ------
    DocsFailed
        When there is none.
    """
    for one in (folder, *folder.parents):
        if any((one / name).is_file() for name in MARKS):
            return one
    msg = f"no {' or '.join(MARKS)} in {folder} or above it"
    raise DocsFailed(msg, do="put the documentation into a project's folder")


def find_source(project: Project) -> Path:
    """Give the folder that holds ``conf.py`` or ``mkdocs.yml``.

    Raises
    ------
    DocsFailed, TwoDocumentations
        As :func:`find_documentation`.
    """
    return find_documentation(project).folder


def find_documentation(project: Project) -> Documentation:
    """Give the documentation of a project.

    Raises
    ------
    DocsFailed
        When there is none, or the one named in the settings lies outside the project.
    TwoDocumentations
        When there is one of each tool, and no setting says which is meant.
    """
    docs = project.settings.docs
    found = [
        one
        for tool in ((SPHINX, MKDOCS) if docs.tool is None else (docs.tool,))
        if (one := _find(project, tool)) is not None
    ]
    match found:
        case [one]:
            return one
        case [one, other]:
            shown = [str(each.file.relative_to(project.root.resolve())) for each in (one, other)]
            msg = f"{project.root} has two documentations: {shown[0]} and {shown[1]}"
            do = f'set tool = "{SPHINX}" or "{MKDOCS}" in [tool.spec14.docs]'
            raise TwoDocumentations(msg, do=do)
        case _:
            raise _nothing_found(project)


def _find(project: Project, tool: str) -> Documentation | None:
    named = project.settings.docs.source
    usual, files = (PLACES, (CONF,)) if tool == SPHINX else (MKDOCS_PLACES, MKDOCS_FILES)
    root = project.root.resolve()
    for place in usual if named is None else (named,):
        folder = (project.root / place).resolve()
        if not folder.is_relative_to(root):
            msg = f"[tool.spec14.docs] source = {place!r} leads out of the project"
            raise DocsFailed(msg, do="name a folder inside the project")
        for name in files:
            if (folder / name).is_file():
                return Documentation(tool=tool, file=folder / name)
    return None


def _nothing_found(project: Project) -> DocsFailed:
    docs = project.settings.docs
    wanted = {SPHINX: CONF, MKDOCS: MKDOCS_FILES[0], None: f"{CONF} or {MKDOCS_FILES[0]}"}[
        docs.tool
    ]
    if docs.source is not None:
        msg = f"[tool.spec14.docs] source = {docs.source!r}: there is no {wanted} in it"
        return DocsFailed(msg, do="name the folder that holds Sphinx's conf.py, or mkdocs.yml")
    places = {
        SPHINX: f"no {CONF} in {', '.join(PLACES)}",
        MKDOCS: f"no {MKDOCS_FILES[0]} in it, {', '.join(PLACES)}",
    }
    said = "; ".join(text for tool, text in places.items() if docs.tool in (None, tool))
    msg = f"{project.root} has no documentation: {said}"
    do = (
        "set source in [tool.spec14.docs], or start with `sphinx-quickstart docs` or `mkdocs new .`"
    )
    return DocsFailed(msg, do=do)


class _WithTags(yaml.SafeLoader):
    """Reads ``mkdocs.yml`` without following its tags (``!ENV``, ``!!python/name:``)."""


_WithTags.add_multi_constructor("", lambda _loader, _suffix, _node: None)


def _docs_dir(file: Path) -> str:
    """Give ``docs_dir`` of ``mkdocs.yml``; what is wrong in the file MkDocs itself says."""
    try:
        read: Any = yaml.load(file.read_text("utf-8"), Loader=_WithTags)  # noqa: S506 - a safe one
    except OSError, ValueError, yaml.YAMLError:
        return "docs"
    said = read.get("docs_dir") if isinstance(read, dict) else None
    return said if isinstance(said, str) and said else "docs"
