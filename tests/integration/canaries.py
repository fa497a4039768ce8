"""A word that stands wherever a machine has secrets, and whether it is found again."""

from pathlib import Path
from typing import Final

CANARY: Final = "qzCanary7391"
"""In every name and text that must not be published."""


def planted(folder: Path) -> dict[str, str]:
    """Make a home and a working folder full of canaries; give an environment of such."""
    home, work = folder / f"{CANARY}-home", folder / f"{CANARY}-work"
    for place in (home, work, home / ".config" / "pip"):
        place.mkdir(parents=True)
    pip = f"[global]\ntrusted-host = {CANARY}.invalid\n# {CANARY}\n"
    (home / ".config" / "pip" / "pip.conf").write_text(pip)
    (folder / "pip.conf").write_text(pip)
    for place in (home, work):
        for name in ("notes.txt", ".netrc", ".env", f"{CANARY}.py", "usercustomize.json"):
            (place / name).write_text(f"token = {CANARY}\n")
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PIP_CONFIG_FILE": str(folder / "pip.conf"),
        "PIP_TRUSTED_HOST": f"{CANARY}.invalid",
        "API_TOKEN": f"{CANARY}-token",
        "PYTHON_SECRET": CANARY,
        "HOSTNAME": f"{CANARY}.example",
        "USER": CANARY,
        "LOGNAME": CANARY,
        "NODE_ENV": CANARY,
    }


def traces(content: bytes) -> list[str]:
    """Give the encodings in which a canary stands in something."""
    codings = ("utf-8", "utf-16-le", "utf-32-le")
    return [coding for coding in codings if CANARY.encode(coding) in content]
