"""The second kernel: environments of conda packages for ``emscripten-wasm32``.

The data's way: ``environment.py`` reads what a project wants, ``channels.py`` says where packages
are looked for and which addresses may be published, ``solver.py`` solves and installs in a process
of its own, ``prefix.py`` keeps prefixes and writes ``spec14-xeus.lock``, ``faults.py`` looks at a
prefix before a site is built around it. ``wanted.py`` says all that for a project, ``pure.py``
installs pure wheels beside the packages; ``layer.py`` packs it all, ``site.py`` puts it into a
site.
"""
