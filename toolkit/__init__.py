"""spec14: from the source of a scientific package to documentation whose buttons work.

The folders are the stages of the data's way::

    project -> wheels -> runtime (tests) -> lite + docs -> verify -> site -> serve / browser
                  ^           ^
               crossenv   wheelhouse   <- pins (images/pins.toml)

This module imports nothing but the standard library: the noxfile of a bare
machine reads it too.
"""

__version__ = "0.1.0"
