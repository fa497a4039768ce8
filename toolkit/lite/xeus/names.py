"""Names that a site with xeus kernels has; this module imports nothing."""

from typing import Final

FOLDER: Final = "xeus"
"""Folder of a JupyterLite site with a folder for each environment."""

KERNELS: Final = "kernels.json"
"""In it: which kernels there are, each with its environment."""

META: Final = "empack_env_meta.json"
"""In an environment's: its packages."""

PACKAGES: Final = "kernel_packages"
"""In an environment's: the packed packages."""

XPYTHON: Final = "xpython"
"""The kernel of ``xeus-python``: what notebooks that only say "Python" are opened with."""
