"""The gate: a kernel from a snapshot must be like one that starts in the ordinary way.

``cells.py`` is run in kernels that start both ways, in Node here and in real browsers by
:mod:`toolkit.browser.gate`; :mod:`~toolkit.lite.snapshot.gate.compare` compares what they show.
"""
