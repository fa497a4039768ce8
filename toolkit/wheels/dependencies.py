"""The wheels that go into the site beside the project's own: what it requires, for the target."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from toolkit.cache import key_of, read_record, write_record
from toolkit.pins import fingerprint
from toolkit.project import Project
from toolkit.runtime.lock import read_wheel
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.environment import environment_with, pip_command, pip_environment
from toolkit.wheels.index import Wheelhouse, offline_then_index


def site_wheels(project: Project, wheel: BuiltWheel, extra: Sequence[str]) -> tuple[Path, ...]:
    """Give the project's wheel and the wheels of all that it requires, at run time.

    Resolved by the pip of a ``pyodide venv``; the versions of packages that the kernel
    itself consists of are kept. Kept until the requirements change.

    Raises
    ------
    RequirementsFailed
        When a requirement cannot be had for the target.
    """
    facts = read_wheel(wheel.path)
    requires = [*map(str, facts.requires), *extra]
    if not requires:
        return (wheel.path,)
    folder = project.cache / "site-wheels"
    key = key_of(requires, fingerprint())
    record = read_record(folder / "spec14.json")
    kept = [folder / name for name in record.get("wheels", [])]
    if record.get("key") == key and all(path.is_file() for path in kept):
        return (wheel.path, *kept)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _download(project, wheel, extra, folder)
    found = sorted(path for path in folder.glob("*.whl") if read_wheel(path).name != facts.name)
    write_record(folder / "spec14.json", {"key": key, "wheels": [path.name for path in found]})
    return (wheel.path, *found)


def _download(project: Project, wheel: BuiltWheel, extra: Sequence[str], folder: Path) -> None:
    resolver = environment_with(project.cache / "resolver-env", [], [], what="resolving")
    constraints = folder / "constraints.txt"
    constraints.write_text("".join(_kernel_versions()), "utf-8")
    wanted = ["--dest", str(folder), "--constraint", str(constraints), str(wheel.path), *extra]
    offline_then_index(
        pip_command(resolver.folder, "download", wanted),
        offline=["--no-index"],
        cwd=folder,
        env=pip_environment(project.cache),
        what=f"{project.name} in the site",
    )


def _kernel_versions() -> list[str]:
    kernel = (read_wheel(path) for path in sorted(Wheelhouse().kernel.glob("*.whl")))
    return [f"{fact.name}=={fact.version}\n" for fact in kernel]
