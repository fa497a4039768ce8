"""A look at a built site, file by file: what would fail at the reader's.

It takes any site with JupyterLite in it, whoever built it. :mod:`~toolkit.check.site` finds the
JupyterLite sites; each of the other modules looks for one thing and gives
:class:`~toolkit.check.findings.Finding`; :mod:`~toolkit.check.static` runs them all.
"""
