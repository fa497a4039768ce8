"""The session of pytest on this side: fed with what the workers report.

Its summary, exit code, JUnit file, ``--maxfail``, ``--durations`` and the memory of what
failed last are pytest's own code, as they are for pytest-xdist. It reads no conftest, no
configuration file and no test: how it is configured the first worker has told.
"""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from _pytest.config import _prepareconfig

from toolkit.runtime.interpreter import Message
from toolkit.testing.collecting import Told
from toolkit.testing.feed import Feed
from toolkit.testing.junit import junit_files

OURS: Final = frozenset(
    {
        "basetemp",
        "cacheclear",
        "capture",
        "confcutdir",
        "file_or_dir",
        "inifilename",
        "noconftest",
        "override_ini",
        "plugins",
        "rootdir",
        "xmlpath",
    }
)
"""Options of the workers that this session does not take over."""
VARIABLES: Final = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_THEME")
BLOCKED: Final = ("faulthandler", "unraisableexception", "threadexception", "doctest")


def run_session(feed: Feed, told: Told, *, junit: Path, plugins: Sequence[object] = ()) -> int:
    """Run a session to its end and give pytest's exit code.

    Parameters
    ----------
    feed
        What drives it.
    told
        How it is configured.
    junit
        Where its JUnit file goes, besides the one that was asked for.
    plugins
        Further plugins.

    Raises
    ------
    RuntimeFailed
        When interpreters die again and again.
    LostTests
        When fewer or more tests were reported than collected.
    """
    assert told.config is not None  # noqa: S101 - the caller's duty
    with _own_environment():
        config = _prepareconfig(_words(told.config), [feed, *plugins])
        try:
            _take_over(config, told.config["options"])
            for file in junit_files(config, junit):
                config.pluginmanager.register(file)
            code = int(config.hook.pytest_cmdline_main(config=config))
        except pytest.UsageError as error:
            for line in error.args:
                print(f"ERROR: {line}\n")  # noqa: T201 - as pytest does
            return int(pytest.ExitCode.USAGE_ERROR)
        finally:
            config._ensure_unconfigure()  # noqa: SLF001
    if feed.error is not None:
        raise feed.error
    return code


def _words(told: Message) -> list[str]:
    words = ["-c", os.devnull, "--rootdir", told["rootdir"], "--noconftest", "-s"]
    for name in BLOCKED:
        words += ["-p", f"no:{name}"]
    if "no:cacheprovider" in (told["options"].get("plugins") or ()):
        words += ["-p", "no:cacheprovider"]
    for name, value in told["ini"].items():
        words += ["-o", f"{name}={value}"]
    return words


def _take_over(config: pytest.Config, options: Mapping[str, Any]) -> None:
    """Have the options of the worker's session."""
    for name, value in options.items():
        if hasattr(config.option, name) and name not in OURS:
            setattr(config.option, name, value)
    config.option.spec14_show = options.get("capture") in ("no", "tee-sys")
    config.option.spec14_junit = options.get("xmlpath")
    config.option.xmlpath = None
    # What our reporter and others ask for: whether results are shown as they come.
    config.option.capture = options.get("capture", "fd")


@contextlib.contextmanager
def _own_environment() -> Iterator[None]:
    """Hide the variables that are for the session of the tests."""
    kept = {name: os.environ.pop(name) for name in VARIABLES if name in os.environ}
    before = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ |= kept
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        if before is not None:
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = before
