"""``[tool.spec14]`` of a project's ``pyproject.toml``, as frozen dataclasses.

:mod:`toolkit.tables` reads them, and says what a field's description is for.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from toolkit.errors import SettingsError
from toolkit.tables import option, read_table

DISTRIBUTIONS: Final = ("ask", "pyodide", "never")
"""What ``[tool.spec14] distribution`` may say."""

PYODIDE: Final = "pyodide"
XEUS: Final = "xeus"
KERNELS: Final = (PYODIDE, XEUS, "both")
"""What ``[tool.spec14] kernel`` may say."""

RATTLER: Final = "rattler"
MICROMAMBA: Final = "micromamba"

INDEX_SCHEMES: Final = ("https", "http", "file")

SPHINX: Final = "sphinx"
MKDOCS: Final = "mkdocs"
TOOLS: Final = (SPHINX, MKDOCS)
"""What ``[tool.spec14.docs] tool`` may say."""

CHOICES: Final = (
    ("docs", "tool", (None, *TOOLS)),
    ("verify", "fail_on", ("new", "any", "never")),
    ("verify", "differs", ("on", "off")),
    ("data", "cors", ("none", "jsdelivr", "statically", "githack")),
    ("xeus", "solver", (RATTLER, MICROMAMBA)),
)
"""Tables, keys in them, and what these may say."""


@dataclass(frozen=True, kw_only=True)
class SkipSettings:
    """``[[tool.spec14.test.skip]]``, or ``[[skip]]`` in a file of its own."""

    test: str = option(
        "",
        "node id of a test, a class or a file, or a pattern of `*` and `?`; it names all that lies "
        "in it; unset: every test that fails for `cause`",
    )
    cause: str = option(
        "", "only tests that fail for this cause (docs/platform.md); unset: whatever they do"
    )
    reason: str = option("", "why; it cannot be left out")
    kind: str = option(
        "skip",
        '"skip": the test is not run, nor a file that is named imported; "xfail": it is run and '
        "must fail",
    )
    link: str = option("", "where it is written about, shown with the reason")
    expires: dt.date | None = option(
        None, "the last day it holds (2027-01-31, without quotes); unset: for good"
    )


@dataclass(frozen=True, kw_only=True)
class TestSettings:
    """``[tool.spec14.test]``."""

    __test__ = False

    paths: tuple[str, ...] = option(
        (), "what pytest is given when the command line names nothing; empty: pytest's own choice"
    )
    skips: str | None = option(None, "TOML file with more entries like [[tool.spec14.test.skip]]")
    skip: tuple[SkipSettings, ...] = option((), "tests that are not run or must fail")
    platform_skips: bool = option(
        default=True,
        description="whether tests that fail for want of threads, processes, sockets and the like "
        "are reported as skipped (docs/platform.md)",
    )
    xfail_strict: bool = option(
        default=False,
        description="whether a strict xfail of the project's own that passes is a failure here too",
    )
    requires: tuple[str, ...] | None = option(
        None,
        "requirements of the tests; unset: the dependency group or extra named test, tests, "
        "testing or dev, or [tool.cibuildwheel] test-requires",
    )
    args: tuple[str, ...] = option((), "arguments given to pytest before those of the command line")
    workers: int | None = option(
        None, "interpreters at once; unset: one for each processor this machine lets us use"
    )
    timeout: float = option(
        120.0, "seconds one test may take, with what its fixtures do; 0: as long as it likes"
    )
    run_timeout: float = option(0.0, "seconds the whole run may take; 0: as long as it likes")
    replace_after: int = option(
        5000,
        "tests after which an interpreter is replaced by a fresh one",
    )
    heap_limit: int = option(
        1024,
        "MiB of memory from which an interpreter is replaced, not amid tests that share fixtures",
    )
    durations: str | None = option(
        None,
        "file of durations by which shards are dealt, the same for all machines (a copy of "
        ".spec14/cache/durations.json); unset: by numbers of tests",
    )


@dataclass(frozen=True, kw_only=True)
class DocsSettings:
    """``[tool.spec14.docs]``."""

    tool: str | None = option(
        None, "what makes the pages: sphinx or mkdocs; unset: what the project has a file for"
    )
    source: str | None = option(
        None,
        "folder with conf.py or mkdocs.yml; unset: docs, doc, docs/source or doc/source, and for "
        "mkdocs.yml the project's own first",
    )
    builder: str = option(
        "html", "Sphinx builder: html or dirhtml (in mkdocs.yml that is use_directory_urls)"
    )
    requires: tuple[str, ...] | None = option(
        None,
        "requirements of the docs beyond the stack of the image; unset: the dependency group or "
        "extra named docs, doc or documentation",
    )
    warnings_are_errors: bool = option(
        default=False, description="run Sphinx with -W --keep-going, MkDocs with --strict"
    )
    jobs: int = option(1, "processes in which Sphinx reads and writes (-j); 0: one per processor")
    examples: bool | None = option(
        None,
        "whether every Examples section of a docstring has a button; unset: as conf.py says, "
        "otherwise yes",
    )
    button_text: str | None = option(None, "what is written on these buttons")
    warning_text: str | None = option(
        None, "what stands at the head of the notebook that such a button opens"
    )
    banner: str | None = option(
        None, "Markdown at the head of the notebooks of Sphinx-Gallery's scripts"
    )
    preamble: str | None = option(
        None, "code that is run first, in the notebooks of examples and of Sphinx-Gallery's scripts"
    )
    preambles: Mapping[str, str] | None = option(
        None,
        "code that is run in the place of `preamble`, by pattern of the page (`reference/*`) or "
        "of the documented object (`ripple.waves.*`); the longest that fits",
    )
    strip_tagged_cells: bool | None = option(
        None, "whether cells tagged jupyterlite_sphinx_strip are left out of notebooks"
    )
    check_version: bool = option(
        default=True,
        description="whether the release in conf.py, the wheel and `__version__` in the kernel "
        "must be one",
    )
    allow_origins: tuple[str, ...] = option(
        (), 'origins ("https://host") from which pages may load something; otherwise none'
    )
    lite_packages: tuple[str, ...] = option(
        (), "packages put into the site besides the project and what it requires"
    )
    pypi: bool = option(
        default=False,
        description="whether `%pip install` in the reader's browser takes from PyPI what is not in "
        "the site; otherwise it says what is",
    )
    snapshot: bool = option(
        default=True,
        description="whether kernels start from a memory snapshot; otherwise all of a start is "
        "done in the reader's browser",
    )


@dataclass(frozen=True, kw_only=True)
class DataFileSettings:
    """``[[tool.spec14.data.files]]``."""

    url: str = option("", "what an example asks for; it cannot be left out")
    sha256: str = option(
        "", "of the file, in hexadecimal; without it the build stops and says which line to add"
    )
    path: str | None = option(
        None, "file of the project that is what the URL gives; unset: it is fetched"
    )
    ship: bool = option(
        default=True,
        description="whether it is put into the site; if not, the reader's browser asks its host",
    )


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """``[tool.spec14.data]``."""

    files: tuple[DataFileSettings, ...] = option((), "files that examples read by their URL")
    registry: str | None = option(
        None, "registry file of pooch, with the names and hashes of more of them"
    )
    base_url: str | None = option(
        None, "what stands before the names of the registry; not for those with a URL of their own"
    )
    only: tuple[str, ...] = option(
        ("*",), "names of the registry, or patterns of `*` and `?`, that are taken"
    )
    elsewhere: tuple[str, ...] = option(
        (), "names of the registry, or patterns, that are not put into the site"
    )
    cors: str = option(
        "none",
        'where files of GitHub and GitLab that are not in the site are asked for: "jsdelivr", '
        '"statically", "githack", or "none": where they are',
    )
    max_size: float = option(200.0, "MiB that all files may have together")
    timeout: float = option(300.0, "seconds that one file may take")


@dataclass(frozen=True, kw_only=True)
class VerifySettings:
    """``[tool.spec14.verify]``."""

    fail_on: str = option(
        "new",
        'which examples without a button are an error: "new" (those that the baseline does not '
        'name; without one, none), "any" or "never"',
    )
    baseline: str | None = option(
        None,
        "file of what is known not to work (`spec14 verify --accept` writes it); unset: "
        "spec14-examples.json",
    )
    differs: str = option(
        "on",
        'whether an example whose output is not what its page shows has a button: "on" or "off"',
    )
    timeout: float = option(60.0, "seconds one example may take")
    workers: int | None = option(
        None, "interpreters at once; unset: one for each processor this machine lets us use"
    )


@dataclass(frozen=True, kw_only=True)
class XeusSettings:
    """``[tool.spec14.xeus]``."""

    environment: str | None = option(
        None,
        "file of conda's (environment.yml) with the packages of the kernels; unset: the one in the "
        "folder of the documentation or in the project's, where `languages` and `packages` name "
        "nothing",
    )
    languages: tuple[str, ...] = option(
        (), "kernels by their language: python, lua, sqlite, r or cpp"
    )
    packages: tuple[str, ...] = option((), "conda packages, as match specifications")
    channels: tuple[str, ...] = option(
        (),
        "where packages are looked for: names (emscripten-forge, conda-forge), addresses, folders; "
        "empty: those of the file, or these two",
    )
    private: tuple[str, ...] = option(
        (), "beginnings of channels' addresses that the site does not tell its readers"
    )
    solver: str = option(
        RATTLER,
        'who chooses and installs the packages: "rattler" (py-rattler, in the image) or '
        '"micromamba" (yours: on PATH, or what MAMBA_EXE names)',
    )


@dataclass(frozen=True, kw_only=True)
class WheelSettings:
    """``[tool.spec14.wheel]``."""

    config_settings: tuple[str, ...] | None = option(
        None,
        "KEY=VALUE settings for the build backend, as for `python -m build -C`; unset: "
        "[tool.cibuildwheel] config-settings",
    )
    environment: Mapping[str, str] | None = option(
        None, "variables of the build, laid over those of [tool.cibuildwheel] environment"
    )
    before_build: tuple[str, ...] | None = option(
        None,
        "commands run in the copy of the source before the backend; unset: [tool.cibuildwheel] "
        "before-build; empty: none",
    )
    exports: str | None = option(
        None,
        "what modules export: requested, pyinit, whole_archive or names with commas between them "
        "(`pyodide build --exports`)",
    )
    allow: tuple[str, ...] = option(
        (), "kinds of audit findings (docs/audit.md) that only warn, pure or debug for instance"
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """``[tool.spec14]``."""

    package: str | None = option(
        None,
        "folder of the package, with its pyproject.toml, where that is not the project's own "
        "folder; the documentation stays in the project's",
    )
    wheel: WheelSettings = option(WheelSettings(), "building the wheel")
    test: TestSettings = option(TestSettings(), "running the tests")
    docs: DocsSettings = option(DocsSettings(), "building the documentation")
    data: DataSettings = option(DataSettings(), "data that the examples read")
    verify: VerifySettings = option(VerifySettings(), "running the examples of the documentation")
    kernel: str = option(
        "pyodide",
        'what runs in the reader\'s browser: "pyodide", "xeus" (a kernel of conda packages), or '
        '"both": Pyodide, and xeus where a notebook names one of its kernels',
    )
    xeus: XeusSettings = option(XeusSettings(), "kernels made of conda packages")
    distribution: str = option(
        "ask",
        "whether a requirement that has no other wheel for the target may come from the Pyodide "
        'distribution: "pyodide" (yes), "never" (its sdist is built instead) or "ask" (it is an '
        "error that names --distribution=pyodide)",
    )
    extra_index: tuple[str, ...] = option(
        (),
        "addresses of package indexes (https:, http:, file:) that are asked besides pip's own: "
        "nightlies of what the project requires (docs/nightly.md)",
    )
    offline: bool = option(
        default=False,
        description="ask no package index and no other host: only the lock, the caches and the "
        "wheelhouse of the image",
    )


def parse_settings(table: Mapping[str, Any]) -> Settings:
    """Read the table ``[tool.spec14]``.

    Raises
    ------
    SettingsError
        For an unknown key (with the nearest known one) or a value of a wrong type.
    """
    settings = read_table(Settings, table, "tool.spec14")
    if settings.distribution not in DISTRIBUTIONS:
        msg = f"tool.spec14.distribution must not be {settings.distribution!r}"
        raise SettingsError(msg, do=f"use one of: {', '.join(DISTRIBUTIONS)}")
    if settings.kernel not in KERNELS:
        msg = f"tool.spec14.kernel must not be {settings.kernel!r}"
        raise SettingsError(msg, do=f"use one of: {', '.join(KERNELS)}")
    for part, name, known in CHOICES:
        if (value := getattr(getattr(settings, part), name)) not in known:
            key = name.replace("_", "-")
            msg = f"tool.spec14.{part}.{key} must not be {value!r}"
            raise SettingsError(msg, do=f"use one of: {', '.join(filter(None, known))}")
    for url in settings.extra_index:
        _require_index(url)
    return settings


def _require_index(url: str) -> None:
    parts = urlsplit(url)
    plain = not any(letter.isspace() for letter in url)
    if not plain or parts.scheme not in INDEX_SCHEMES or not (parts.netloc or parts.path):
        msg = f"tool.spec14.extra-index must not hold {url!r}"
        raise SettingsError(msg, do="write the address of an index: https://host/simple/")
    if "@" in parts.netloc:
        msg = f"tool.spec14.extra-index names {parts.hostname} with a user name or a password"
        do = "take it out: pip's configuration (extra-index-url) is the place for it"
        raise SettingsError(msg, do=do)


def parse_skips(table: Mapping[str, Any], where: str) -> tuple[SkipSettings, ...]:
    """Read a skip file: ``[[skip]]`` and nothing else.

    Parameters
    ----------
    table
        The whole file.
    where
        Its name, for messages.

    Raises
    ------
    SettingsError
        For an unknown key (with the nearest known one) or a value of a wrong type.
    """
    return read_table(_SkipFile, table, where).skip


@dataclass(frozen=True, kw_only=True)
class _SkipFile:
    skip: tuple[SkipSettings, ...] = option((), "as [[tool.spec14.test.skip]]")
