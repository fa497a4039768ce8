"""The documentation: the pages, the JupyterLite site around the wheel, and the published site.

:mod:`~toolkit.docs.build` is the stage. It runs Sphinx in the environment that holds the
natively built project (:mod:`~toolkit.docs.run`), reads what went wrong there
(:mod:`~toolkit.docs.messages`), adds the Lite site and swaps the result in
(:mod:`~toolkit.docs.publish`). Inside that process are :mod:`~toolkit.docs.sphinx`, the extension;
what opens code (:mod:`~toolkit.docs.examples`, :mod:`~toolkit.docs.notebooks`,
:mod:`~toolkit.docs.gallery`), kept by :mod:`~toolkit.docs.buttons`; and
:mod:`~toolkit.docs.workarounds`. :mod:`~toolkit.docs.mkdocs` is the same for MkDocs; what both
share is in :mod:`~toolkit.docs.button`, :mod:`~toolkit.docs.example_notebook` and
:mod:`~toolkit.docs.kernelspec`. :mod:`~toolkit.docs.snippet` has lines for tools that are not run.
"""
