"""pytest's side of ``spec14 test``: what runs inside the interpreter in WebAssembly.

Only the standard library, pytest and these modules: nothing of ``toolkit`` is there.
"""
