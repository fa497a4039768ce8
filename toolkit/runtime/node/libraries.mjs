// Which library a function of WebAssembly without a name belongs to. A stack says its index and
// an offset in a module that it names by a hash; the library is the one that has the body of the
// function with that index there. Sections after the WebAssembly core specification, "Binary
// format".
const IMPORTS = 2;
const CODE = 10;
const FUNCTION = 0;

function reader(bytes, at = 0) {
  const byte = () => bytes[at++];
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const part = byte();
      value += (part & 0x7f) * 2 ** shift;
      if (part < 0x80) return value;
    }
  };
  const limits = () => {
    if (byte() & 1) number();
    number();
  };
  const name = () => {
    const size = number();
    at += size;
  };
  // The types of tables, memories, globals and tags.
  const skip = [
    () => number(),
    () => (byte(), limits()),
    limits,
    () => (byte(), byte()),
    () => (byte(), number()),
  ];
  return { byte, number, name, skip, at: () => at, go: (place) => (at = place) };
}

// Gives where the bodies of a module's own functions begin and end, and the index of the first.
export function bodiesOf(bytes) {
  const { byte, number, name, skip, at, go } = reader(bytes, 8);
  const bodies = [];
  let first = 0;
  while (at() < bytes.length) {
    const id = byte();
    const end = number() + at();
    const count = id === IMPORTS || id === CODE ? number() : 0;
    for (let entry = 0; entry < count; entry++) {
      if (id === IMPORTS) {
        name();
        name();
        const kind = byte();
        if (kind === FUNCTION) first += 1;
        skip[kind]();
      } else {
        const size = number();
        bodies.push([at(), at() + size]);
        go(at() + size);
      }
    }
    go(end);
  }
  return { first, bodies };
}

const known = new Map();

// `FS` is the interpreter's file system, `paths` are those of the libraries it has loaded.
export function libraryOf(FS, paths, index, offset) {
  return paths.find((path) => {
    if (!known.has(path)) known.set(path, bodiesOf(FS.readFile(path)));
    const { first, bodies } = known.get(path);
    const [begin, end] = bodies[index - first] ?? [];
    return begin <= offset && offset < end;
  });
}
