// What of a heap every start brings by itself: the data of the runtime's WebAssembly module, where
// nothing has changed it. Sections after the WebAssembly core specification, "Binary format".
const DATA = 11;
const I32_CONST = 0x41;

/** Shorter pieces are not worth an entry: bytes. */
const WORTH = 512;

function reader(bytes, at) {
  const state = { at };
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      if (state.at >= bytes.length) throw new Error("the module ends amid a number");
      const part = bytes[state.at++];
      value |= (part & 0x7f) << shift;
      if (part < 0x80) return { value, shift: shift + 7, negative: Boolean(part & 0x40) };
    }
  };
  return {
    state,
    unsigned: () => number().value >>> 0,
    signed() {
      const { value, shift, negative } = number();
      return negative && shift < 32 ? value | (-1 << shift) : value;
    },
  };
}

/** Give the active data segments of a module: [where it goes, its bytes]. */
export function segmentsOf(bytes) {
  const { state, unsigned, signed } = reader(bytes, 8);
  const segments = [];
  while (state.at < bytes.length) {
    const id = bytes[state.at++];
    const size = unsigned();
    const end = state.at + size;
    const count = id === DATA ? unsigned() : 0;
    for (let index = 0; index < count; index += 1) {
      const kind = unsigned();
      let place;
      if (kind === 0) {
        if (bytes[state.at++] !== I32_CONST) throw new Error("a data segment has no constant place");
        place = signed() >>> 0;
        state.at += 1; // the end of the expression
      } else if (kind === 2) {
        throw new Error("a data segment names its memory");
      }
      const length = unsigned();
      if (place !== undefined) segments.push([place, bytes.subarray(state.at, state.at + length)]);
      state.at += length;
    }
    state.at = end;
  }
  return segments;
}

/**
 * Give the pieces of `heap` that need not be shipped, [place, bytes]: what the module brings, `before`
 * (the memory of a start before it is given a heap) has, and the heap has, too.
 */
export function broughtBy(segments, before, heap) {
  const pieces = [];
  for (const [place, content] of segments) {
    let from = 0;
    for (let at = 0; at <= content.length; at += 1) {
      const [old, now] = [before[place + at], heap[place + at]];
      if (at < content.length && old === content[at] && now === content[at]) continue;
      if (at - from >= WORTH) pieces.push([place + from, at - from]);
      from = at + 1;
    }
  }
  return pieces;
}
