"""The documentation: Sphinx, the JupyterLite site around the wheel, and the published site.

:mod:`~toolkit.docs.build` is the stage. It runs Sphinx in the environment that holds the
natively built project (:mod:`~toolkit.docs.run`, with :mod:`~toolkit.docs.extension` and
:mod:`~toolkit.docs.workarounds` inside that process), reads what went wrong there
(:mod:`~toolkit.docs.messages`), adds the Lite site and swaps the result in
(:mod:`~toolkit.docs.publish`).
"""
