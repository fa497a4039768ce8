// What is known when the interpreter cannot go on.
//
// Pyodide's own API.fatal_error (src/js/... error_handling.ts, 314.0) prints to standard error,
// which a test's capture may hold at that moment.

// Errors that Pyodide throws on without ending the interpreter.
export function leaves(error) {
  return error?.pyodide_fatal_error || error?.constructor?.name === "NoGilError";
}

// Gives {message, stack} of an error, and the code where the program asked for its end.
export function described(py, error) {
  if (error?.constructor?.name === "ExitStatus") {
    return { message: `exit(${error.status})`, code: error.status, stack: frames(new Error()) };
  }
  if (typeof error === "number" || error instanceof WebAssembly.Exception) {
    return { message: ofCxx(py, error), stack: frames(error) };
  }
  return { message: `${error?.name ?? "error"}: ${error?.message ?? error}`, stack: frames(error) };
}

function ofCxx(py, error) {
  try {
    const [type, message] = py._module.getExceptionMessage(error);
    return `C++ exception ${type}${message ? `: ${message}` : ""}`;
  } catch {
    return "an exception of WebAssembly that is not C++'s";
  }
}

function frames(error) {
  return String(error?.stack ?? "")
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .map((line) => line.slice(7, 300));
}

// Python's traceback, by the function for it that CPython's faulthandler uses: it only reads.
// It writes to standard output, which is led elsewhere while it does.
export function tracebackOf(py) {
  const { streams } = py._module.FS;
  const parts = [];
  const collecting = {
    fd: 1,
    flags: 1,
    position: 0,
    path: "traceback",
    node: { mode: 0o20666, mount: {} },
    stream_ops: {
      write(_stream, buffer, offset, length) {
        parts.push(Buffer.from(buffer.slice(offset, offset + length)));
        return length;
      },
    },
  };
  const [, out, err] = streams;
  streams[1] = streams[2] = collecting;
  try {
    py._module._dump_traceback();
  } catch (error) {
    parts.push(Buffer.from(`(no traceback: ${error?.message ?? error})`));
  } finally {
    [streams[1], streams[2]] = [out, err];
  }
  return Buffer.concat(parts).toString();
}
