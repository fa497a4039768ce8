import { Buffer } from "node:buffer";
import { writeSync } from "node:fs";

// Gives what writes a message, or its text, as one line. A blocking pipe takes each in one
// piece, so that the lines of two threads do not mix.
export function sender(fd) {
  return (message) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    const bytes = Buffer.from(`${text}\n`);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  };
}
