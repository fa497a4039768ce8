// What is known when the interpreter cannot go on.
//
// Pyodide's own API.fatal_error (src/js/... error_handling.ts, 314.0) prints to standard error,
// which a test's capture may hold at that moment.
import { Buffer } from "node:buffer";

import { libraryOf } from "./libraries.mjs";

// Errors that Pyodide throws on without ending the interpreter.
export function leaves(error) {
  return error?.pyodide_fatal_error || error?.constructor?.name === "NoGilError";
}

// Gives {message, stack} of an error, and the code where the program asked for its end.
export function described(py, error) {
  if (error?.constructor?.name === "ExitStatus") {
    return { message: `exit(${error.status})`, code: error.status, stack: [] };
  }
  const stack = frames(py, error).map(({ text }) => text);
  if (typeof error === "number" || error instanceof WebAssembly.Exception) {
    return { message: ofCxx(py, error), stack };
  }
  return { message: `${error?.name ?? "error"}: ${error?.message ?? error}`, stack };
}

function ofCxx(py, error) {
  try {
    const [type, message] = py._module.getExceptionMessage(error);
    return `C++ exception ${type}${message ? `: ${message}` : ""}`;
  } catch {
    return "an exception of WebAssembly that is not C++'s";
  }
}

// Gives [{text, wasm}], the innermost first. V8 names functions of WebAssembly from the module's
// name section; the runtime has none, but most of its functions are exported.
export function frames(py, error) {
  const lines = String(error?.stack ?? "").split("\n");
  return lines
    .filter((line) => line.startsWith("    at "))
    .map((line) => {
      const text = line.slice(7, 300);
      const place = /(wasm:\/\/wasm\/[^:]+):wasm-function\[(\d+)\]:0x([0-9a-f]+)/.exec(text);
      const name = place && text.startsWith("wasm:") && nameOf(py, place);
      return { wasm: place !== null, text: name ? `${name} (${text})` : text };
    });
}

function nameOf(py, [, url, index, offset]) {
  if (py === undefined) return undefined;
  if (url === runtimesUrl(py)) return exported(py).get(index);
  const { FS, LDSO } = py._module;
  const paths = Object.keys(LDSO.loadedLibsByName).filter((path) => path.startsWith("/"));
  const library = libraryOf(FS, paths, Number(index), Number.parseInt(offset, 16));
  return library && `function ${index} of ${library}`;
}

let names;

// An exported function's name is its index in the module (WebAssembly JavaScript Interface, "name
// of the WebAssembly function").
function exported(py) {
  names ??= new Map(
    Object.entries(py._module)
      .filter(([name, value]) => name[0] === "_" && typeof value === "function")
      .map(([name, { name: index }]) => [index, name.slice(1)]),
  );
  return names;
}

let url;

// The made-up address of the runtime's module, learnt from a call out of it.
function runtimesUrl(py) {
  if (!url) {
    collected(py, () => {
      url ??= /wasm:\/\/wasm\/[^:]+/.exec(new Error().stack)?.[0];
    });
  }
  return url;
}

// Python's traceback, by the function for it that CPython's faulthandler uses: it only reads.
export function tracebackOf(py) {
  const parts = [];
  try {
    collected(py, (bytes) => parts.push(Buffer.from(bytes)));
  } catch (error) {
    parts.push(Buffer.from(`(no traceback: ${error?.message ?? error})`));
  }
  return Buffer.concat(parts).toString();
}

// It writes to standard output, which is led elsewhere while it does.
function collected(py, take) {
  const { streams } = py._module.FS;
  const collecting = {
    fd: 1,
    flags: 1,
    position: 0,
    path: "traceback",
    node: { mode: 0o20666, mount: {} },
    stream_ops: {
      write(_stream, buffer, offset, length) {
        take(buffer.slice(offset, offset + length));
        return length;
      },
    },
  };
  const [, out, err] = streams;
  streams[1] = streams[2] = collecting;
  try {
    py._module._dump_traceback();
  } finally {
    [streams[1], streams[2]] = [out, err];
  }
}
