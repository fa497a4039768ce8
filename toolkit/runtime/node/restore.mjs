// Starts from a memory snapshot that lies in a file (../heap/spec14-heap.mjs says what one is).
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { HEADER, restoring as restoringFrom } from "../heap/spec14-heap.mjs";

function readFully(fd, bytes, at) {
  for (let done = 0; done < bytes.length; ) {
    const size = readSync(fd, bytes, done, bytes.length - done, at + done);
    if (size === 0) throw new Error("the file is too short");
    done += size;
  }
}

export function restoring(runtime, file, own) {
  const fd = openSync(file);
  const head = new Uint32Array(HEADER / 4);
  readFully(fd, new Uint8Array(head.buffer), 0);
  const [, offset, , length] = head;
  if (fstatSync(fd).size !== length) throw new Error(`it does not have its ${length} bytes`);
  const start = new Uint8Array(offset);
  readFully(fd, start, 0);
  const size = length - offset;
  return restoringFrom({
    own,
    start,
    size,
    factory: async () => (await import(pathToFileURL(path.join(runtime, "pyodide.asm.mjs")))).default,
    put(memory) {
      readFully(fd, memory.subarray(0, size), offset);
      memory.fill(0, size);
      closeSync(fd);
    },
  });
}
