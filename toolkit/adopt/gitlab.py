"""``.gitlab-ci.yml``: our jobs are a file of their own, which it has to include."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from toolkit.adopt.choices import PLAIN
from toolkit.adopt.seen import FILES, GITLAB
from toolkit.adopt.workflows import NAMES
from toolkit.errors import NotAdopted

FILE: Final = FILES[GITLAB][0]
INCLUDE: Final = f"include:\n  - local: {NAMES[GITLAB]}\n"


class _Loader(yaml.SafeLoader):
    """Reads GitLab's own tags (``!reference``), too, as nothing in particular."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, node: yaml.serialize(node))


def read(text: str) -> Mapping[str, Any]:
    """Read a ``.gitlab-ci.yml``.

    Raises
    ------
    NotAdopted
        When it cannot be read.
    """
    try:
        # The loader is a safe one: it makes no objects.
        content = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.YAMLError as error:
        msg = f"{FILE}: {' '.join(str(error).split())}"
        raise NotAdopted(msg, do="correct the file") from error
    if not isinstance(content, dict | None):
        msg = f"{FILE} is no mapping of jobs"
        raise NotAdopted(msg, do="correct the file")
    return content or {}


def stage_of(content: Mapping[str, Any]) -> str:
    """Give the stage of our jobs: ``test`` where there is one, otherwise the last."""
    stages = content.get("stages")
    if not isinstance(stages, list) or not stages or "test" in stages:
        return "test"
    last = str(stages[-1])
    return last if PLAIN.fullmatch(last) else ".post"


def is_included(content: Mapping[str, Any]) -> bool:
    """Whether our file is included."""
    said = content.get("include", [])
    entries = said if isinstance(said, list) else [said]
    named = [one.get("local") if isinstance(one, dict) else one for one in entries]
    return any(str(name).lstrip("/") == NAMES[GITLAB] for name in named)


def with_include(text: str) -> str | None:
    """Give the text with our file included; ``None`` where that has to be done by hand."""
    content = read(text)
    if is_included(content):
        return text
    if "include" in content:
        return None
    start = text if not text or text.endswith("\n") else f"{text}\n"
    made = f"{start}\n{INCLUDE}" if start else INCLUDE
    after = dict(read(made))
    after.pop("include", None)
    return made if after == content else None
