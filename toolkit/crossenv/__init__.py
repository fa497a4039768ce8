"""The cross-build environment for pyodide-build.

Assembled from two things that every registry mirror carries: the npm package of
the Pyodide runtime and the headers of the distribution's CPython. Only this
folder knows the layout that pyodide-build expects.
"""
