"""A home folder that can be written, whoever runs this."""

import os
import tempfile


def ensure_home() -> None:
    """Give programs that insist on a home folder one that can be written.

    A container may run under a uid without a passwd entry, with HOME unset, or with the
    HOME of another user.
    """
    home = os.environ.get("HOME", "")
    if not home or not os.access(home, os.W_OK | os.X_OK):
        os.environ["HOME"] = tempfile.gettempdir()
