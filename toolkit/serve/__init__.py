"""The preview server: a built site over HTTP, as a documentation host would send it.

:mod:`~toolkit.serve.server` runs, on :mod:`~toolkit.serve.address`. The ASGI application
(:mod:`~toolkit.serve.app`) is put together from :mod:`~toolkit.serve.files` (what is sent),
:mod:`~toolkit.serve.hosts` (who is answered) and :mod:`~toolkit.serve.headers` (what stands
above it); :mod:`~toolkit.serve.media` names the types of files.
"""
