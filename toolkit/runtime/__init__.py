"""Python in WebAssembly: what the runtime is, its lock of packages, its start in Node."""
