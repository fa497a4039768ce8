"""The files that a lock names: from the wheelhouse, the store, or fetched and checked.

What is fetched is audited before it gets into the store; what an index gave is fetched by
name and SHA-256, so that a lock serves behind another mirror too.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolkit.archive import file_sha256, require_sha256
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.disk import require_room
from toolkit.errors import LockFailed, RequirementsFailed
from toolkit.pins import RUNTIME
from toolkit.process import run
from toolkit.project import Project
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.runtime.lock import read_wheel
from toolkit.wheels import distribution
from toolkit.wheels.from_sdist import build_sdist
from toolkit.wheels.index import Wheelhouse
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.store import Store


def in_wheelhouse(locked: Locked) -> Path | None:
    """Give a file of the image's wheelhouse if it is there with the SHA-256 of the lock."""
    wheelhouse = Wheelhouse()
    for folder in (wheelhouse.target, wheelhouse.kernel):
        path = folder / locked.file
        if path.is_file() and file_sha256(path) == locked.sha256:
            return path
    return None


def collect(project: Project, packages: Sequence[Locked], store: Store) -> tuple[Path, ...]:
    """Give the files of a lock, in its order.

    Raises
    ------
    LockFailed
        When one is not to be had any more, or would have to be fetched when offline.
    RequirementsFailed
        When a host does not answer.
    Untrusted
        When a file has another SHA-256.
    AuditFailed
        When a fetched module would not load.
    """
    lacking = [locked for locked in packages if _present(locked, store) is None]
    if lacking:
        with store.held():
            # Another run may have fetched them while this one waited.
            lacking = [locked for locked in lacking if _present(locked, store) is None]
            _fetch(project, lacking, store)
    found = [_present(locked, store) for locked in packages]
    return tuple(path for path in found if path is not None)


def admit(path: Path, locked: Locked, store: Store) -> Path:
    """Let a fetched file into the store, which is held; give where it lies then.

    Raises
    ------
    Untrusted
        When it has another SHA-256 or is no wheel.
    AuditFailed
        When a module in it would not load.
    """
    require_sha256(path, locked.sha256)
    read_wheel(path)
    require_sound(audit_wheel(path, RUNTIME))
    return store.put(path, locked)


def _present(locked: Locked, store: Store) -> Path | None:
    if locked.origin == "wheelhouse":
        return in_wheelhouse(locked)
    return store.find(locked.file, locked.sha256)


def _fetch(project: Project, lacking: Sequence[Locked], store: Store) -> None:
    for locked in lacking:
        if locked.origin == "wheelhouse":
            msg = f"{locked.file} of the lock is not in this image's wheelhouse (or another build)"
            raise LockFailed(msg, do="use the image that made the lock, or delete the lock")
    if lacking and project.settings.offline:
        names = ", ".join(locked.file for locked in lacking)
        msg = f"not in the caches, and this run is offline: {names}"
        raise LockFailed(msg, do="run the same command once without --offline")
    with _scratch(store) as folder:
        from_index = [locked for locked in lacking if locked.origin == "index"]
        if from_index:
            _download(project, from_index, folder)
        for locked in lacking:
            match locked.origin:
                case "index":
                    path = folder / locked.file
                case "distribution":
                    path = distribution.fetch(locked, folder)
                case _:
                    _build_again(project, locked, store)
                    continue
            admit(path, locked, store)


def _build_again(project: Project, locked: Locked, store: Store) -> None:
    built = build_sdist(f"{locked.name}=={locked.version}", project, store)
    if built.sha256 != locked.sha256:
        msg = (
            f"{locked.file}, built here, has SHA-256 {built.sha256[:12]}, "
            f"not {locked.sha256[:12]} as in the lock"
        )
        raise LockFailed(msg, do="use the image that made the lock, or delete the lock")


def _download(project: Project, wanted: Sequence[Locked], folder: Path) -> None:
    """Fetch with the machine's pip: it knows this machine's index, proxy and certificates.

    Its tags are given by hand and it resolves nothing (``--no-deps``).
    """
    runtime = read_runtime(RUNTIME)
    lines = [f"{_requirement(locked)} --hash=sha256:{locked.sha256}\n" for locked in wanted]
    listed = folder / "requirements.txt"
    listed.write_text("".join(lines), "utf-8")
    words: list[str | Path] = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    words += ["--require-hashes", "--only-binary", ":all:", *_tags(runtime)]
    words += ["--dest", folder, "--requirement", listed]
    for url in project.settings.extra_index:
        words += ["--extra-index-url", url]
    done = run(words, cwd=folder, env={"PIP_CACHE_DIR": str(project.cache / "pip")})
    if done.code != 0:
        require_room(done.output, folder)
        names = ", ".join(locked.file for locked in wanted if not (folder / locked.file).is_file())
        if "HASHES" in done.output:
            msg = f"the index has another file of the same name than the lock: {names}"
            raise LockFailed(
                msg, do="delete the lock, if the new file is to be trusted", detail=done.tail(12)
            )
        msg = f"the index did not give {names}"
        raise RequirementsFailed(
            msg, do="see that the package index can be reached", detail=done.tail(12)
        )


def _requirement(locked: Locked) -> str:
    if locked.direct:
        return f"{locked.name} @ {locked.url}"
    return f"{locked.name}=={locked.version}"


def _tags(runtime: Runtime) -> list[str]:
    minor = runtime.python_minor
    abi = f"cp{minor.replace('.', '')}"
    words = ["--platform", runtime.platform_tag, "--python-version", minor]
    return [*words, "--implementation", "cp", "--abi", abi]


@contextmanager
def _scratch(store: Store) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=store.folder, prefix=".fetch-") as folder:
        yield Path(folder)
