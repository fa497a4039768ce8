"""``.dist-info/spec14.json``: what made the wheel, written into the wheel itself.

Unpacked and packed with the ``wheel`` command, which writes RECORD anew.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.disk import require_room
from toolkit.errors import BuildFailed
from toolkit.process import run

NAME: Final = "spec14.json"


def stamp_wheel(
    wheel: Path, stamp: Mapping[str, object], *, environment: Mapping[str, str]
) -> None:
    """Put `stamp` into a wheel's metadata; the file is replaced.

    Raises
    ------
    BuildFailed
        When the wheel cannot be unpacked or packed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tree, packed = Path(scratch) / "tree", Path(scratch) / "packed"
        packed.mkdir()
        _wheel("unpack", wheel, "--dest", tree, env=environment)
        top = next(tree.iterdir())
        info = next(top.glob("*.dist-info"))
        text = json.dumps(stamp, indent=2, sort_keys=True) + "\n"
        (info / NAME).write_text(text, "utf-8")
        _wheel("pack", top, "--dest-dir", packed, env=environment)
        made = packed / wheel.name
        if not made.is_file():
            msg = f"{wheel.name} was renamed when packed again"
            raise BuildFailed(msg, do="see that its file name agrees with its WHEEL file")
        shutil.copyfile(made, wheel)


def _wheel(*words: str | Path, env: Mapping[str, str]) -> None:
    done = run(["wheel", *words], env=env)
    if done.code != 0:
        require_room(done.output, Path(words[-1]))
        msg = f"`wheel {words[0]}` failed on the built wheel"
        raise BuildFailed(msg, do="see that the backend makes a valid wheel", detail=done.tail())
