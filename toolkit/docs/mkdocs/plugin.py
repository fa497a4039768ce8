"""The plugin ``spec14`` of MkDocs: ``plugins: [search, spec14]``, or nothing at all.

``spec14 docs`` adds it by itself and builds the Lite site when MkDocs has ended. Under a ``mkdocs
build`` of the project's own it has ``spec14 docs --around`` do so: the examples are run, and the
Lite site goes into what MkDocs has written. Under ``mkdocs serve`` there are no buttons: nothing
would have tried them.
"""

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page

from toolkit.docs.handover import FOLDERS, LITE, SOURCE_MAPS
from toolkit.docs.mkdocs import assets, docstrings
from toolkit.docs.mkdocs.examples import At, Examples
from toolkit.docs.mkdocs.fences import Fences
from toolkit.docs.mkdocs.links import address_in_nav, with_links
from toolkit.docs.mkdocs.wrong import PageWrong
from toolkit.docs.source import project_above
from toolkit.docs.told import docs_settings
from toolkit.errors import Spec14Error
from toolkit.process import run
from toolkit.project import prepare_output, read_project

LOGGER: Final = get_plugin_logger("spec14")
LAST: Final = -100
"""Priority of what comes after all other plugins."""


class Options(Config):  # type: ignore[no-untyped-call]
    """What stands below ``spec14`` in ``mkdocs.yml``."""

    contents = config_options.ListOfItems(config_options.Type(str), default=[])
    """Files and folders that notebooks find beside them, from the folder of ``mkdocs.yml``."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """What ``spec14 docs`` gives the plugin.

    Attributes
    ----------
    folder
        Where what is made for the Lite site is handed over.
    settings
        ``[tool.spec14.docs]`` by key.
    """

    folder: Path
    settings: Mapping[str, Any]


class Plugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """The buttons of a build."""

    given: Given | None = None
    """``None`` under a MkDocs of the project's own."""
    examples: Examples | None = None
    """``None`` where there are no buttons."""

    def __init__(self) -> None:
        self._serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn what MkDocs was called for."""
        self._serving = command == "serve"
        if dirty and not self._serving:
            raise PageWrong(
                "--dirty leaves pages as they are, and their buttons", do="leave it out"
            )

    @event_priority(LAST)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Add what makes buttons."""
        if self._serving:
            LOGGER.info("mkdocs serve shows no buttons: `spec14 serve --watch` does")
        else:
            given = self.given or _given_by(Path(config.config_file_path))
            self.examples = Examples(folder=given.folder, settings=given.settings)
            said = assets.keep_to_the_site(
                config.theme, config.theme.name, given.settings.get("allow-origins") or ()
            )
            if said:
                LOGGER.info(said)
        Fences(examples=lambda: self.examples).add_to(
            config.markdown_extensions, config.mdx_configs
        )
        docstrings.connect(config.plugins, lambda: self.examples)
        return config

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Begin with nothing."""
        del config
        if self.examples:
            self.examples.begin()

    @event_priority(LAST)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out the source maps of a theme: they are for those who work on it."""
        del config
        for file in list(files):
            if file.src_uri.endswith(SOURCE_MAPS):
                files.remove(file)
        return files

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Lead links of the navigation to the Lite site."""
        del config, files
        for link in _links(nav.items):
            if (address := address_in_nav(link.url)) is not None:
                link.url = address
        return nav

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> None:
        """Begin a page."""
        del markdown, config, files
        if self.examples:
            file = page.file
            self.examples.enter(
                At(
                    document=file.src_uri.removesuffix(Path(file.src_uri).suffix),
                    source=file.abs_src_path or file.src_uri,
                    text=file.content_string,
                    url=page.url,
                )
            )

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Lead links to the Lite site."""
        del page, files
        if self.examples is None:
            return html
        return with_links(html, self.examples, Path(config.docs_dir))

    @event_priority(LAST)
    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Name the scripts around the buttons."""
        if self.examples is None:
            return output
        always = assets.IN_PLACE in config.theme.get("features", ())
        return assets.with_scripts(output, page.url, always=always)

    @event_priority(LAST)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Hand over; under a MkDocs of the project's own, have the site made."""
        if self.examples is None:
            return
        assets.copy(Path(config.site_dir))
        self.examples.hand_over()
        _write_lite(self.examples.folder, config, self.config.contents)
        if self.given is None:
            _build_around(config, self.examples.folder)


def _links(items: Sequence[Any]) -> list[Link]:
    """Give the links of a navigation, however deep."""
    found: list[Link] = []
    for item in items:
        if isinstance(item, Link):
            found.append(item)
        found += _links(item.children or ())
    return found


def _given_by(config_file: Path) -> Given:
    """Give what the plugin finds out by itself.

    Raises
    ------
    PageWrong
        When there is no project, or its settings are wrong.
    """
    try:
        project = read_project(project_above(config_file.resolve().parent))
        prepare_output(project)
    except Spec14Error as error:
        raise PageWrong(error.what, do=error.do) from error
    return Given(folder=project.cache / "docs" / "mkdocs-own", settings=docs_settings(project))


def _write_lite(folder: Path, config: MkDocsConfig, contents: Sequence[str]) -> None:
    """Write down what the Lite site is made of, as :func:`toolkit.docs.extension.write_lite`."""
    root = Path(config.config_file_path).resolve().parent
    kept = folder / FOLDERS
    for name in contents:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.exists():
            msg = f"contents of the plugin spec14 in mkdocs.yml: {name} is not there"
            raise PageWrong(msg, do="name a file or folder below the folder of mkdocs.yml")
        kept.mkdir(exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, kept / path.name, dirs_exist_ok=True)
        else:
            shutil.copyfile(path, kept / path.name)
    given = {
        "folder": None,
        "config": None,
        "overrides": None,
        "contents": [str(kept)] if kept.is_dir() else [],
        "ignore": [],
        "conf": str(Path(config.config_file_path).resolve()),
        # MkDocs documents no release.
        "release": "",
        "version": "",
    }
    (folder / LITE).write_text(json.dumps(given, indent=1), "utf-8")


def _build_around(config: MkDocsConfig, folder: Path) -> None:
    """Run the examples and put the Lite site into what MkDocs has written.

    Raises
    ------
    PageWrong
        When that fails; its lines have been printed.
    """
    root = project_above(Path(config.config_file_path).resolve().parent)
    words: list[str | Path] = [sys.executable, "-m", "toolkit.cli", "docs", "--project", root]
    words += ["--around", config.site_dir, "--handed-over", folder]
    done = run(words, on_line=LOGGER.info)
    if done.code != 0:
        msg = f"the interactive part failed (exit code {done.code}): {done.tail(3).strip()}"
        raise PageWrong(msg, do="see the lines above")
