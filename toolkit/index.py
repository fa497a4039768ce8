"""Which package index this machine uses, as its pip is configured.

No host name stands in this package: clients know their default, and a company's mirror
stands in pip's configuration.
"""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.errors import RequirementsFailed

KEYS: Final = ("index-url", "extra-index-url")
SECTIONS: Final = ("global", "install")
"""Of pip's configuration files; the later one wins in ``pip install``."""


def pip_configuration(environ: Mapping[str, str], root: Path = Path("/")) -> dict[str, str]:
    """Give ``index-url`` and ``extra-index-url`` as pip would see them.

    Parameters
    ----------
    environ
        The variables of this process.
    root
        Where ``etc/pip.conf`` is looked for.

    Raises
    ------
    RequirementsFailed
        When a configuration file cannot be read.
    """
    found: dict[str, str] = {}
    for file in _files(environ, root):
        found |= _read(file)
    for key in KEYS:
        if value := environ.get(f"PIP_{key.upper().replace('-', '_')}"):
            found[key] = value
    return found


def _files(environ: Mapping[str, str], root: Path) -> list[Path]:
    """Give pip's configuration files, the strongest last (pip's manual, "Configuration")."""
    named = environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    home = Path(environ.get("HOME") or root / "nonexistent")
    xdg = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [root / "etc" / "pip.conf", home / ".pip" / "pip.conf", xdg / "pip" / "pip.conf"]
    return [*files, Path(named)] if named else files


class _Parser(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        # pip takes index_url for index-url.
        return optionstr.lower().replace("_", "-")


def _read(file: Path) -> dict[str, str]:
    parser = _Parser()
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        msg = f"pip's configuration {file} cannot be read: {str(error).splitlines()[0]}"
        raise RequirementsFailed(msg, do="correct the file (see `pip config debug`)") from error
    return {
        key: parser[section][key]
        for section in SECTIONS
        for key in KEYS
        if parser.has_option(section, key) and parser[section][key].strip()
    }
