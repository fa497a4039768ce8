"""The half of the test runner that runs inside the interpreter, in WebAssembly."""
