"""Kernels that start from a memory snapshot, in the reader's browser.

A kernel's start is the processor's work: the runtime, twenty wheels, ``import IPython``. Here it
is done once, when the site is built, and what is in memory then is shipped
(:mod:`~toolkit.lite.snapshot.heap`), with the files of the kernel's and the project's packages
unpacked and byte-compiled (:mod:`~toolkit.lite.snapshot.files`). :mod:`~toolkit.lite.snapshot.gate`
compares a kernel that starts from it with one that starts in the ordinary way; where they differ,
or nobody can tell, the site has no snapshot and the reason is told. What a worker of the browser
does with it is in ``lite/start``.

It is a memory image of a process: that one has an empty environment, no network, and the files of
the kernel's packages and nothing else; no code of the project's runs in it.
"""
