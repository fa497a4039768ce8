"""Runs in WebAssembly: tells the page when a cell's own code runs, and so may be interrupted.

A KeyboardInterrupt in the kernel's code around it (IPython 9, ``InteractiveShell.run_code``) ends
no cell and leaves a prompt that never comes.
"""

import functools
from types import ModuleType
from typing import Any


def changed(module: ModuleType) -> None:
    """Have the interpreter of ``IPython.core.interactiveshell`` tell.

    Raises
    ------
    AttributeError
        When it is not the module that we know.
    """
    import js  # noqa: PLC0415  # there is none outside

    run = module.InteractiveShell.run_code
    # Without isolation headers there is nobody to tell.
    if (tell := getattr(js, "spec14InCell", None)) is None:
        return

    @functools.wraps(run)
    async def told(*args: Any, **kwargs: Any) -> Any:
        tell(True)  # noqa: FBT003  # JavaScript has no keywords
        try:
            return await run(*args, **kwargs)
        finally:
            tell(False)  # noqa: FBT003

    module.InteractiveShell.run_code = told
