"""The project's tests in WebAssembly: a clean environment, pytest under Pyodide in Node."""
