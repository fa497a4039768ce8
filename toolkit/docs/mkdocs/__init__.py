"""MkDocs: the same buttons and the same hand-over as from Sphinx, and so the same site.

:mod:`~toolkit.docs.mkdocs.driver` runs MkDocs (:mod:`~toolkit.docs.mkdocs.run`) in the environment
that holds the natively built project. Inside that process is :mod:`~toolkit.docs.mkdocs.plugin`;
what opens code are fences (:mod:`~toolkit.docs.mkdocs.fences`), docstrings
(:mod:`~toolkit.docs.mkdocs.docstrings`) and links (:mod:`~toolkit.docs.mkdocs.links`), kept by
:mod:`~toolkit.docs.mkdocs.examples`.
"""
