// What a cell shows, of the messages of its kernel (Jupyter's protocol 5.3): what a notebook would
// keep of it, as text.

const DISPLAYS = new Set(["display_data", "execute_result"]);

/** Put messages together: `{ type, content }`, and the content of the kernel's reply. */
export function shown(messages, reply) {
  const found = { printed: "", warned: "", values: [], failure: null };
  let displayed = [];
  let clears = false;
  const clear = () => {
    [found.printed, found.warned, displayed, clears] = ["", "", [], false];
  };
  for (const { type, content } of messages) {
    if (type === "clear_output") {
      clears = content.wait;
      if (!clears) {
        clear();
      }
      continue;
    }
    if (clears && (type === "stream" || DISPLAYS.has(type))) {
      clear();
    }
    if (type === "stream") {
      found[content.name === "stderr" ? "warned" : "printed"] += content.text;
    } else if (DISPLAYS.has(type)) {
      displayed.push({ id: content.id, text: content.text });
    } else if (type === "update_display_data") {
      displayed = displayed.map((one) => (one.id && one.id === content.id ? { ...one, text: content.text } : one));
    } else if (type === "error") {
      found.failure = failureOf(content);
    }
  }
  found.values = displayed.map(({ text }) => text).filter((text) => text !== null);
  if (reply.status !== "ok") {
    found.failure ??= failureOf(reply);
  }
  return found;
}

/** Some kernels name their errors in the reply alone, some call them nothing. */
const failureOf = ({ ename, evalue, traceback }) => ({
  name: ename || "Error",
  value: evalue || "",
  traceback: traceback ?? [],
});
