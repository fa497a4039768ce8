"""Wheels into a channel of nightlies, by the channel's own client (anaconda-client).

``anaconda upload`` of anaconda-client 1.16 takes its token from the variable
``ANACONDA_API_TOKEN`` (``binstar_client/utils/config.py``, ``get_server_api``): it stands on no
command line, where other users of the machine could read it, and is taken out of what is shown.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from toolkit.errors import UploadFailed
from toolkit.nightly.folder import Admission
from toolkit.process import Finished, find_tool, run

CLIENT: Final = "anaconda"
TOKEN: Final = "ANACONDA_API_TOKEN"  # noqa: S105 - the name of a variable
CHANNEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def upload(
    channel: str, wheels: Sequence[Path], admission: Admission, environ: Mapping[str, str]
) -> str:
    """Give wheels to a channel; give what its client said.

    What the channel has already under the same name is passed over.

    Parameters
    ----------
    channel
        Name of the user or organisation: ``scientific-python-nightly-wheels`` is SPEC 4's.
    wheels
        The files. All are checked before the first one goes.
    admission
        What may go.
    environ
        The variables of this process.

    Raises
    ------
    UploadFailed
        When there is no token, or the client fails.
    ToolMissing
        When the client is not installed.
    IndexRefused, AuditFailed, Untrusted, NotForUpload
        When a wheel may not go.
    """
    if not CHANNEL.fullmatch(channel):
        msg = f"{channel!r} is not the name of a channel"
        raise UploadFailed(msg, do="give its name alone: scientific-python-nightly-wheels")
    for path in wheels:
        admission.read(path)
    client = find_tool(CLIENT, do="install anaconda-client (the program `anaconda`) and run again")
    token = environ.get(TOKEN, "")
    if not token:
        msg = f"{TOKEN} is not set: the channel {channel} takes uploads with a token only"
        raise UploadFailed(msg, do=f"set {TOKEN} to a token that may upload to it")
    words = ["upload", "--user", channel, "--skip-existing", "--no-progress"]
    done = run([client, *words, *(path.absolute() for path in wheels)])
    said = _without(token, done)
    if done.code != 0:
        msg = f"the upload to {channel} failed (exit code {done.code} of `{CLIENT} upload`)"
        do = "read its message above; what has arrived is passed over when you run it again"
        raise UploadFailed(msg, do=do, detail=said)
    return said


def _without(token: str, done: Finished) -> str:
    return done.tail().replace(token, "***")
