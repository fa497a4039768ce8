"""A recipe's files: as text, and laid into a folder without taking anything away unasked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from toolkit.cache import write_atomically
from toolkit.disk import full_disk_is_an_error
from toolkit.distributions.source import BESIDE
from toolkit.docs.publish import replacing
from toolkit.errors import RecipeFailed
from toolkit.project import Project
from toolkit.wheels.copy import fresh_copy
from toolkit.wheels.generated import project_files


class _Dumper(yaml.SafeDumper):
    """Lists under their key are set in, and texts of several lines are written as such."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        del indentless
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def as_yaml(content: Mapping[str, Any]) -> str:
    """Give YAML, keys in the order they have."""
    return yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def write_recipe(
    folder: Path, files: Mapping[str, str], *, source: Project | None, force: bool
) -> None:
    """Write a recipe's folder.

    Parameters
    ----------
    folder
        Its folder: named like the package.
    files
        Its files, by name.
    source
        The project whose source is laid beside them; ``None`` for an address.
    force
        Whether files that are there are replaced.

    Raises
    ------
    RecipeFailed
        When one of them is there, or the copy of a source would lie in that source.
    """
    if source is not None and _is_source_of(source, folder):
        msg = f"{folder} lies in the project whose source it would hold"
        raise RecipeFailed(msg, do=f"name a folder outside, or one in {source.out}")
    places = [folder / name for name in (*files, *([BESIDE] if source is not None else []))]
    there = [place for place in places if place.exists()]
    if there and not force:
        msg = f"{there[0]} is there already"
        raise RecipeFailed(msg, do="name another folder for --out, or give --force to replace it")
    folder.mkdir(parents=True, exist_ok=True)
    if source is not None:
        with full_disk_is_an_error(folder), replacing(folder / BESIDE) as target:
            fresh_copy(source.folder, project_files(source), target)
    for name, text in files.items():
        write_atomically(folder / name, text.encode())
        if name.endswith(".sh"):
            (folder / name).chmod(0o755)


def _is_source_of(project: Project, folder: Path) -> bool:
    place = folder.resolve()
    inside = place.is_relative_to(project.folder.resolve())
    return inside and not place.is_relative_to(project.out.resolve())
