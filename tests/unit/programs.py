"""Small programs for a folder that becomes the whole PATH, an engine among them."""

from pathlib import Path
from typing import Final


def program(folder: Path, name: str, text: str) -> Path:
    """Write a small program of the name into a folder that becomes the whole PATH."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


ENGINE: Final = """\
echo "$*" >>"$LOG"
case "$*" in
    version*) echo 28.1 ;;
    *"compose version"*) echo 2.40.0 ;;
    "image inspect"*) [ -e "$LOG.image" ] ;;
    *" build "*) [ -e "$LOG.buildable" ] && : >"$LOG.image" ;;
    *" run "*)
        # The signal must not come before the process that starts this one knows it.
        [ "${WAIT:-0}" = 0 ] || { sleep 0.3; echo started; exec sleep "$WAIT"; }
        exit "${CODE:-0}" ;;
esac
"""
