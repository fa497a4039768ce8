// What every start fetches first is fetched at once, before it is known how the kernel will start:
// Pyodide asks for it a round trip later.

/** Beside the runtime's other files (Pyodide 314, `createSettings` and `installStdlib`). */
const FILES = ["pyodide.asm.wasm", "python_stdlib.zip"];

/**
 * Give a `fetch` that has the answers to the runtime's first questions already. A start that is given
 * up is followed by another, which asks again: what has come, or is coming, comes once.
 */
export function ahead(fetch, folder) {
  const begun = new Map(
    FILES.map((name) => {
      const { href } = new URL(name, folder);
      return [href, fetch(href)];
    }),
  );
  // Whoever asks hears of a fault.
  for (const answer of begun.values()) answer.catch(() => {});
  return (resource, options) => {
    const url = String(resource?.url ?? resource);
    const failed = (error) => {
      begun.delete(url);
      throw error;
    };
    return begun.get(url)?.then((answer) => answer.clone(), failed) ?? fetch(resource, options);
  };
}
