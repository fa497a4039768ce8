"""Would a wheel load, and is it what it says? Decided without running it.

Emscripten promises no ABI between versions, so a wheel from another compiler than the
runtime's is not believed but checked (``docs/audit.md``): :func:`toolkit.audit.wheel.audit_wheel`.
"""
