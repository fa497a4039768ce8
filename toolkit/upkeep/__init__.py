"""Upkeep: the whole set of pins moved to the newest combination that belongs together.

``nox -s update-pins`` (:mod:`toolkit.host.moving`) starts this in a container that has the
clients of all three registries. Which kernel, runtime and packages belong together is decided
here (:mod:`~toolkit.upkeep.candidates`, and uv); what is proposed is written beside the working
tree and not into it.
"""
