// What changes from run to run, held still: the clock, chance, the machine. Two snapshots made of
// the same files are the same bytes, and nothing of the machine that made them is in there.
import crypto from "node:crypto";
import dgram from "node:dgram";
import dns from "node:dns";
import { constants } from "node:fs";
import inspector from "node:inspector";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import process from "node:process";

/** 2020-01-01; a second passes in each thousand questions. */
const BEGINNING = 1_577_836_800_000;

/** A generator of numbers below 2 ** 32 (splitmix32): chance for a snapshot that is the same for everyone. */
export function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function fill(view, next) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = next() & 0xff;
  return view;
}

/** A clock that goes on by itself, a millisecond at each look. */
function clock() {
  let milliseconds = 0;
  return () => (milliseconds += 1);
}

/** Holds all of it still, for the rest of this process. */
export function holdStill() {
  const next = numbers(14);
  const passed = clock();
  const now = () => BEGINNING + passed();
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...words) {
      super(...(words.length ? words : [now()]));
    }

    static now = now;
  };
  globalThis.performance.now = passed;
  Math.random = () => next() / 2 ** 32;
  crypto.randomFillSync = (view) => fill(view, next);
  syncBuiltinESMExports();
  Object.defineProperty(globalThis.crypto, "getRandomValues", { value: crypto.randomFillSync });
  process.env.TZ = "UTC";
  Object.defineProperty(globalThis, "navigator", {
    value: Object.freeze({ userAgent: "spec14", language: "C", languages: ["C"], platform: "" }),
    configurable: true,
  });
}

const refused = (name) => () => {
  throw new Error(`${name}: a memory snapshot is made without a network`);
};

/** Takes away what asks for names: part of it goes to the network by itself (c-ares). */
function refuseNames() {
  const { promises } = dns;
  for (const holder of [dns, promises, dns.Resolver.prototype, promises.Resolver.prototype]) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      if (/^(?:lookup|resolve|reverse)/u.test(name)) holder[name] = refused(name);
    }
  }
}

/** Takes away what reaches out of the process, and gives names that a worker of a browser has. */
export function fenceIn() {
  // What Node's other modules connect through; what files it may read and write, its command line says.
  net.Socket.prototype.connect = refused("connect");
  dgram.Socket.prototype.send = refused("send");
  refuseNames();
  // It listens, and whoever connects can run what they like.
  inspector.open = refused("inspector");
  // Emscripten asks it for the flags of open(2) (NODEFS.staticInit); the rest is closed.
  process.binding = () => ({ fs: constants });
  syncBuiltinESMExports();
  globalThis.fetch = refused("fetch");
  for (const name of ["WebSocket", "EventSource"]) globalThis[name] = class {};
  // Only its name goes into a snapshot: in a browser it is the browser's own.
  globalThis.XMLHttpRequest = class XMLHttpRequest {
    open() {
      refused("XMLHttpRequest")();
    }
  };
}
