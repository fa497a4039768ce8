"""emsdk at one commit, and the compiler that it installs from archives checked beforehand.

``pyodide xbuildenv install-emscripten`` (pyodide-build 0.39.2) clones whatever emsdk's
default branch is that day, and emsdk downloads its archives unchecked. Everything else
of both is used as it is: only the clone is replaced, and the archives lie where emsdk
looks before it downloads (``EMSDK_KEEP_DOWNLOADS``, emsdk.py 5.0.3).
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.crossenv.fetch import REACH, Limits, is_loopback, require_safe, shown
from toolkit.errors import UpstreamFailed
from toolkit.process import Finished, run

MACHINE: Final = "linux-x64"
"""The one machine whose archives are pinned."""


def archives(pin: Mapping[str, str], builds: str) -> dict[str, tuple[str, str]]:
    """Give URL and SHA-256 of what emsdk would download, by the name it looks for.

    Names and addresses are those of emsdk 5.0.3 (``emsdk_manifest.json``: the prefix of
    ``releases``, and ``node``; ``emsdk.py``: ``emsdk_packages_url``).

    Parameters
    ----------
    pin
        ``[toolchain.emsdk.upstream]`` of the pins.
    builds
        The address below which they lie.
    """
    build, node = pin["build"], f"node-v{pin['node']}-{MACHINE}.tar.xz"
    compiler = f"{builds}/linux/{build}/wasm-binaries.tar.xz"
    return {
        f"{build}-wasm-binaries.tar.xz": (compiler, pin["build-sha256"]),
        node: (f"{builds}/deps/{node}", pin["node-sha256"]),
    }


def fetch_commit(repository: str, commit: str, target: Path, *, limits: Limits) -> None:
    """Fetch one commit of a git repository, and nothing of its history.

    A commit's name is the hash of all that is in it: whatever server answers, these
    files or none.

    Raises
    ------
    UpstreamFailed
        When the repository cannot be reached or does not have the commit.
    """
    require_safe(repository)
    slow = ["-c", "http.lowSpeedLimit=1", "-c", f"http.lowSpeedTime={max(1, int(limits.silence))}"]
    # A redirection may lead to http only where we would go ourselves.
    protocols = "http:https" if is_loopback(repository) else "https"
    environment = {"GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": protocols}
    fetching = ["fetch", "--quiet", "--depth", "1", "--no-tags", repository, commit]
    steps = (["init", "--quiet"], fetching, ["checkout", "--quiet", "--detach", commit])
    target.mkdir()
    for step in steps:
        try:
            done = run(["git", *slow, *step], cwd=target, env=environment, timeout=limits.total)
        except subprocess.TimeoutExpired as error:
            msg = f"{shown(repository)} did not give commit {commit} in {limits.total:g} seconds"
            raise UpstreamFailed(msg, do=REACH) from error
        _require_fetched(done, repository, commit)


def _require_fetched(done: Finished, repository: str, commit: str) -> None:
    if done.code != 0:
        said = done.output.replace(repository, shown(repository)).strip()
        if re.search(r"not our ref|no such remote ref|couldn't find remote ref", said):
            msg = f"{shown(repository)} does not have commit {commit}"
            raise UpstreamFailed(msg, do="see images/pins.toml and images/sources.toml")
        msg = f"{shown(repository)} cannot be fetched"
        raise UpstreamFailed(msg, do=REACH, detail=said)


def install_compiler(
    home: Path, version: str, checkout: Path, downloads: Path, *, limits: Limits
) -> Finished:
    """Let pyodide-build install the compiler into the selected environment below `home`.

    In a process of its own: emsdk and npm, which it starts, are ended with it.

    Parameters
    ----------
    home
        Folder of pyodide-build's environments.
    version
        Of Emscripten.
    checkout
        emsdk, at its commit.
    downloads
        Its archives, checked.
    limits
        How long it may take.

    Raises
    ------
    UpstreamFailed
        When it fails, or is not done in time.
    """
    words: list[str | Path] = [sys.executable, "-m", __spec__.name]
    words += [home, version, checkout, downloads]
    environment = {"EMSDK_KEEP_DOWNLOADS": "1", "EMSDK_NOTTY": "1"}
    do = "read the installer's message above"
    try:
        done = run(words, env=environment, timeout=limits.total)
    except subprocess.TimeoutExpired as error:
        msg = f"emsdk has not installed Emscripten {version} in {limits.total:g} seconds"
        raise UpstreamFailed(msg, do=do, detail=str(error.output)) from error
    if done.code != 0:
        msg = f"emsdk does not install Emscripten {version}"
        raise UpstreamFailed(msg, do=do, detail=done.tail(40))
    return done


def installed_emscripten(emsdk: Path) -> str:
    """Give the version that an installed compiler names.

    It is what emsdk has written into ``emscripten-version.txt``, whatever the archive held:
    that it is the right one is known by its checksum alone.

    Raises
    ------
    UpstreamFailed
        When it does not run.
    """
    compiler = emsdk / "upstream" / "emscripten" / "emcc"
    done = run([compiler, "--version"], env={"EM_CONFIG": str(emsdk / ".emscripten")})
    found = re.search(r"\d+\.\d+\.\d+", done.output)
    if done.code != 0 or found is None:
        msg = "the compiler that emsdk installed does not run"
        raise UpstreamFailed(msg, do="read its message above", detail=done.tail())
    return found[0]


def main() -> None:
    """Install, with pyodide-build's manager (see :func:`install_compiler`)."""
    from pyodide_build.xbuildenv import CrossBuildEnvManager  # noqa: PLC0415

    home, version, checkout, downloads = sys.argv[1:]

    class Pinned(CrossBuildEnvManager):
        """Its clone is the checkout, with the archives in it."""

        def _clone_emscripten(self, emsdk_dir: Path | str | None = None) -> Path:
            target = Path(emsdk_dir or self.symlink_dir.resolve() / "emsdk")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(checkout, target, symlinks=True)
            shutil.copytree(downloads, target / "downloads")
            return target

    emsdk = Pinned(Path(home)).install_emscripten(version)
    shutil.rmtree(emsdk / "downloads")


if __name__ == "__main__":
    main()
