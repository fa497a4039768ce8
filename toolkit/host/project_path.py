"""Which folder is the project, checked before any container is started."""

from collections.abc import Mapping
from pathlib import Path

from toolkit.errors import ProjectIncomplete, ProjectMissing, ProjectNotAFolder


def checked_project(path: Path) -> Path:
    """Give the project's folder as an absolute path.

    Raises
    ------
    ProjectMissing
        When nothing is there.
    ProjectNotAFolder
        When it is a file.
    ProjectIncomplete
        When it has no ``pyproject.toml``.
    """
    if not path.exists():
        msg = f"the project's folder {path} does not exist"
        raise ProjectMissing(msg, do="set PROJECT to the folder that holds its pyproject.toml")
    if not path.is_dir():
        msg = f"PROJECT={path} is not a folder"
        raise ProjectNotAFolder(msg, do="set PROJECT to the folder that holds pyproject.toml")
    if not (path / "pyproject.toml").is_file():
        msg = f"{path} has no pyproject.toml"
        raise ProjectIncomplete(msg, do="set PROJECT to a project, or write a pyproject.toml there")
    return path.resolve()


def chosen_project(
    environment: Mapping[str, str], *, root: Path, started_in: Path, inside: bool
) -> Path:
    """Give the folder that the user means (not checked yet).

    Parameters
    ----------
    environment
        ``PROJECT`` in it is the user's word. A relative one starts at `started_in`.
    root
        The folder of ``noxfile.py`` and ``compose.yaml``. ``PROJECT`` in the ``.env``
        there counts as it does for Compose, and a relative one starts there.
    started_in
        The folder the user typed the command in.
    inside
        Inside the image the project is where one stands: a CI job has its checkout there.
        On the user's machine it is `root`: our documentation, with the demo in it.
    """
    if named := environment.get("PROJECT"):
        return started_in / Path(named).expanduser()
    if inside:
        return started_in
    if named := dotenv(root / ".env").get("PROJECT"):
        return root / named
    return root


def dotenv(path: Path) -> dict[str, str]:
    """Read the lines ``KEY=VALUE`` of a ``.env`` (what `images/bootstrap` and people write).

    No interpolation: a value that Compose would fill in is given as it stands.
    """
    if not path.is_file():
        return {}
    values: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not key.startswith("#"):
            values[key.strip()] = _unquoted(value.strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
