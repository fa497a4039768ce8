"""Would a project work in WebAssembly? Read off its source, before anything is built.

What the runtime and the toolchain have is asked of themselves (:mod:`toolkit.assess.runtime`,
:mod:`toolkit.assess.toolchain`); what code means for a project there stands in
``catalogue.toml``. Sources are read as trees (Python) or as tokens (Cython, C, build files),
and never run.
"""
