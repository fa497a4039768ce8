"""MkDocs with :mod:`toolkit.docs.mkdocs.plugin` added, as a program of its own.

It runs under the Python that has the project installed. What went wrong is told in lines that
:mod:`toolkit.docs.mkdocs.messages` reads.
"""

import argparse
import json
import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Final

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException

from toolkit.docs.handover import PAGES, SETTINGS
from toolkit.docs.mkdocs.messages import SAID, STOPPED, Said
from toolkit.docs.mkdocs.plugin import Given, Plugin
from toolkit.docs.mkdocs.wrong import PageWrong

NAME: Final = "spec14"
IN_PAGE: Final = re.compile(r"(?:Doc file|page) '(?P<page>[^']+)'")
"""How MkDocs 1.6 names the page that a message is about."""


OURS: Final = f"mkdocs.plugins.{NAME}"
"""The logger of our plugin (``get_plugin_logger``)."""


class Lines(logging.Handler):
    """Tells what MkDocs logs: warnings, errors and our own words for a program, the rest as is."""

    documents = Path()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        text = self.format(record)
        if record.levelno < logging.WARNING and record.name != OURS:
            print(text, flush=True)  # noqa: T201
            return
        page = IN_PAGE.search(text)
        place = str(self.documents / page["page"]) if page else ""
        told = {"level": record.levelname, "text": text, "place": place}
        print(f"{SAID}{json.dumps(told)}", flush=True)  # noqa: T201


def main() -> int:
    """Build, and give 0, 1 (warnings that count as errors) or 2 (MkDocs stopped)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--strict", action="store_true")
    arguments = parser.parse_args()
    lines = Lines()
    logger = logging.getLogger("mkdocs")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(lines)
    try:
        config = load_config(
            str(arguments.file),
            site_dir=str(arguments.folder / PAGES),
            # Where it is false, the file's own word counts.
            strict=arguments.strict or None,
        )
        lines.documents = Path(config.docs_dir)
        add_plugin(config, arguments.folder)
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
    except Abort as error:
        if isinstance(error.__context__, PageWrong):
            return stopped(error.__context__)
        if "strict mode" in str(error):
            return 1
        return stopped(error)
    except Exception as error:  # noqa: BLE001 - plugins and hooks can raise anything
        return stopped(error)
    finally:
        config_done = locals().get("config")
        if isinstance(config_done, MkDocsConfig):
            config_done.plugins.on_shutdown()
    return 0


def add_plugin(config: MkDocsConfig, folder: Path) -> None:
    """Tell the plugin what it is given; add it where ``mkdocs.yml`` does not name it."""
    plugin = config.plugins.get(NAME)
    if not isinstance(plugin, Plugin):
        plugin = Plugin()
        plugin.load_config({}, config_file_path=config.config_file_path)
        config.plugins[NAME] = plugin
    settings = json.loads((folder / SETTINGS).read_text("utf-8"))
    plugin.given = Given(folder=folder, settings=settings)


def stopped(error: BaseException) -> int:
    """Tell what stopped MkDocs."""
    if not isinstance(error, MkDocsException):
        traceback.print_exception(error, file=sys.stdout)
    if isinstance(error, PageWrong):
        said = Said(what=error.what, do=error.do)
    else:
        kind = "" if isinstance(error, MkDocsException) else f"{type(error).__name__}: "
        said = Said(what=f"{kind}{error}")
    print(f"{STOPPED}{json.dumps(said._asdict())}", flush=True)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
