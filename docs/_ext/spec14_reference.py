"""Sphinx directives that read their tables off the code: what they show cannot be out of date.

``spec14-settings``
    The keys of ``[tool.spec14]``, from the dataclasses of :mod:`toolkit.settings`.
``spec14-exit-codes``
    The exit codes, from :func:`toolkit.errors.all_errors`.
``spec14-commands``
    The subcommands of ``spec14`` and their options, from Click.
``spec14-sessions``
    The nox sessions of a tag, from ``noxfile.py``.
``spec14-pins``
    What ``images/pins.toml`` pins.
``spec14-profiles``
    The header profiles of the server, from :mod:`toolkit.serve.headers`.
``spec14-findings``
    What ``spec14 check`` finds, from :mod:`toolkit.check.findings`.
``spec14-causes``
    What the runtime lacks, from the test plugin's ``platform.toml``.
"""

import ast
import dataclasses
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import click
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from toolkit.check.findings import KINDS
from toolkit.cli import cli
from toolkit.errors import INTERRUPTED, all_errors
from toolkit.serve.headers import ALWAYS, DEFAULT, PROFILES
from toolkit.settings import Settings
from toolkit.tables import table_in, type_name
from toolkit.testing.platform import platform

ROOT: Final = Path(__file__).resolve().parents[2]

type Row = tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """A table in MyST text.

    Attributes
    ----------
    heading
        The first row.
    rows
        The others.
    """

    heading: Row
    rows: tuple[Row, ...]

    def lines(self) -> list[str]:
        """Give the table as a ``list-table`` in MyST's words."""
        text = ["```{list-table}", ":header-rows: 1", ""]
        for row in (self.heading, *self.rows):
            for column, cell in enumerate(row):
                text.append(f"{'* ' if column == 0 else '  '}- {' '.join(cell.split())}")
        return [*text, "```", ""]


def settings_tables(
    kind: type = Settings, where: str = "tool.spec14"
) -> Iterator[tuple[str, Table]]:
    """Give a table of keys for each table of the settings, by its name.

    Parameters
    ----------
    kind
        A dataclass of settings.
    where
        Its name in ``pyproject.toml``.
    """
    hints = typing.get_type_hints(kind)
    rows: list[Row] = []
    for field in dataclasses.fields(kind):
        hint, key = hints[field.name], field.name.replace("_", "-")
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            yield from settings_tables(hint, f"{where}.{key}")
        else:
            if (entry := table_in(hint)) is not None:
                yield from settings_tables(entry, f"[{where}.{key}]")
            default = _default(field.default)
            rows.append((f"`{key}`", type_name(hint), default, field.metadata["help"]))
    if rows:
        yield where, Table(heading=("key", "type", "default", "what it is"), rows=tuple(rows))


def exit_code_table() -> Table:
    """Give every exit code and what it means."""
    ours = tuple((str(kind.exit_code), kind.summary) for kind in all_errors())
    rows = (
        ("0", "all is well"),
        ("1, 3, 4, 5", "in `spec14 test` and `nox -s wasm-test`: pytest's own"),
        ("2", "wrong usage (in `spec14 test` also pytest's: the run was interrupted)"),
        *ours,
        (str(INTERRUPTED), "Ctrl-C (while pytest runs: 2)"),
    )
    return Table(heading=("code", "meaning"), rows=rows)


def subcommands() -> dict[str, click.Command]:
    """Give the subcommands by name; of a group of commands those (``report merge``)."""
    context = click.Context(cli)
    found: dict[str, click.Command] = {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": inner for below, inner in command.commands.items()}
        elif command is not None:
            found[name] = command
    return found


def command_tables() -> Iterator[tuple[str, str, Table]]:
    """Give name, summary and options of the command and of each subcommand."""
    yield "spec14", cli.help or "", _options(cli)
    for name, command in sorted(subcommands().items()):
        yield f"spec14 {name}", command.help or "", _options(command)


def session_table(tag: str, noxfile: Path = ROOT / "noxfile.py") -> Table:
    """Give the sessions of ``noxfile.py`` that carry `tag`, with the first line of their text."""
    rows = []
    for function in ast.parse(noxfile.read_text("utf-8")).body:
        if isinstance(function, ast.FunctionDef):
            for options in _session_options(function):
                if tag in options.get("tags", ()):
                    name = options.get("name", function.name)
                    said = (ast.get_docstring(function) or "").split("\n\n")
                    rows.append((f"`nox -s {name}`", " ".join(said[0].split())))
    return Table(heading=("session", "what it does"), rows=tuple(rows))


def pin_table(file: Path = ROOT / "images" / "pins.toml") -> Table:
    """Give what is pinned, without the hashes."""
    pins = tomllib.loads(file.read_text("utf-8"))
    rows: list[Row] = [
        (name, f"`{value}`", "the runtime (npm package)")
        for name, value in pins["runtime"].items()
        if name != "npm-integrity"
    ]
    for table, what in (
        ("kernel", "Python package"),
        ("build", "Python package"),
        ("xeus", "Python package, beside the tools of the xeus kernels"),
    ):
        rows += [(name, f"`{value}`", what) for name, value in pins[table].items()]
    debian = pins["toolchain"]["debian"]
    rows += [
        (name, f"`{value}`", f"Debian {debian['suite']}, a range")
        for name, value in debian.items()
        if name != "suite"
    ]
    rows += [
        (name, f"`{pin['version']}`", _compiled(pin)) for name, pin in pins["wheelhouse"].items()
    ]
    return Table(heading=("what", "version", "from"), rows=tuple(rows))


def _compiled(pin: Mapping[str, Any]) -> str:
    source = f"Debian's source package {pin['debian']}" if "debian" in pin else "its sdist"
    when = "when the image is built" if pin.get("prebuilt", True) else "when something requires it"
    return f"compiled from {source}, {when}"


def cause_table() -> Table:
    """Give what the runtime lacks, and in which words of Python that shows."""
    known = platform()
    rows = []
    for name, cause in known.items():
        shown = ", ".join(f"`{word}`" for word in cause.examples)
        rows.append((f"`{name}`", cause.reason, shown, "skipped" if cause.skip else "failed"))
    heading = ("cause", "reason that is shown", "for instance", "the test is")
    return Table(heading=heading, rows=tuple(rows))


def finding_table() -> Table:
    """Give the kinds of findings of ``spec14 check``."""
    rows = tuple((f"`{kind}`", words) for kind, words in KINDS.items())
    return Table(heading=("finding", "that is"), rows=rows)


def profile_table() -> Table:
    """Give the header profiles of the server."""
    rows = []
    for profile in PROFILES.values():
        name = f"`{profile.name}`" + (" (default)" if profile.name == DEFAULT else "")
        headers = (*ALWAYS, *profile.headers)
        shown = ", ".join(f"`{key}: {value}`" for key, value in headers)
        rows.append((name, profile.summary, shown))
    return Table(heading=("profile", "what it is like", "headers"), rows=tuple(rows))


def _default(value: object) -> str:
    match value:
        case None:
            return "unset"
        case bool():
            return f"`{str(value).lower()}`"
        case int() | float():
            return f"`{value}`"
        case tuple():
            return f"`{list(value)!r}`"
        case _:
            return f'`"{value}"`'


def _options(command: click.Command) -> Table:
    rows = []
    context = click.Context(command)
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None:
            rows.append((f"`{record[0]}`", _escaped(record[1])))
        elif isinstance(parameter, click.Argument):
            rows.append((f"`{parameter.make_metavar(context)}`", "passed on"))
    return Table(heading=("option", "meaning"), rows=tuple(rows))


def _escaped(text: str) -> str:
    # [default: $PROJECT, or …] is neither a link nor mathematics.
    return text.replace("[", "\\[").replace("$", "\\$")


def _session_options(function: ast.FunctionDef) -> Iterator[dict[str, Any]]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "nox.session":
            literal = [word for word in decorator.keywords if word.arg in ("name", "tags")]
            yield {str(word.arg): ast.literal_eval(word.value) for word in literal}


class Tables(SphinxDirective):
    """A directive that is replaced by MyST text; the files it was read from are noted."""

    sources: ClassVar[Sequence[str]] = ()

    def text(self) -> list[str]:
        """Give the lines to put here."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Give the nodes."""
        for source in self.sources:
            self.env.note_dependency(str(ROOT / source))
        place, line = self.get_source_info()
        content = StringList(self.text(), source=f"{place}:{line}")
        holder = nodes.Element()
        self.state.nested_parse(content, self.content_offset, holder)
        return list(holder.children)


class SettingsTables(Tables):
    """``spec14-settings``."""

    sources = ("toolkit/settings.py",)

    def text(self) -> list[str]:
        """Give a line and a table for each table of the settings."""
        return [
            line
            for name, table in settings_tables()
            for line in (f"**`[{name}]`**", "", *table.lines())
        ]


class ExitCodes(Tables):
    """``spec14-exit-codes``."""

    sources = ("toolkit/errors.py",)

    def text(self) -> list[str]:
        """Give the table."""
        return exit_code_table().lines()


class Commands(Tables):
    """``spec14-commands``."""

    sources = tuple(
        f"toolkit/commands/{path.name}" for path in (ROOT / "toolkit" / "commands").glob("*.py")
    )

    def text(self) -> list[str]:
        """Give a line and a table for each subcommand."""
        return [
            line
            for name, summary, table in command_tables()
            for line in (f"**`{name}`**: {_escaped(summary)}", "", *table.lines())
        ]


class Sessions(Tables):
    """``spec14-sessions TAG``."""

    sources = ("noxfile.py",)
    required_arguments = 1

    def text(self) -> list[str]:
        """Give the table."""
        return session_table(self.arguments[0]).lines()


class Pins(Tables):
    """``spec14-pins``."""

    sources = ("images/pins.toml",)

    def text(self) -> list[str]:
        """Give the table."""
        return pin_table().lines()


class Causes(Tables):
    """``spec14-causes``."""

    sources = ("toolkit/testing/inside/pytest_spec14/platform.toml",)

    def text(self) -> list[str]:
        """Give the table."""
        return cause_table().lines()


class Profiles(Tables):
    """``spec14-profiles``."""

    sources = ("toolkit/serve/headers.py",)

    def text(self) -> list[str]:
        """Give the table."""
        return profile_table().lines()


class Findings(Tables):
    """``spec14-findings``."""

    sources = ("toolkit/check/findings.py",)

    def text(self) -> list[str]:
        """Give the table."""
        return finding_table().lines()


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directives."""
    app.add_directive("spec14-settings", SettingsTables)
    app.add_directive("spec14-exit-codes", ExitCodes)
    app.add_directive("spec14-commands", Commands)
    app.add_directive("spec14-sessions", Sessions)
    app.add_directive("spec14-pins", Pins)
    app.add_directive("spec14-profiles", Profiles)
    app.add_directive("spec14-findings", Findings)
    app.add_directive("spec14-causes", Causes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
