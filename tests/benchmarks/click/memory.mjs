// The memory of a tab, as the system sees it: what its process shares with others counts in part.
import { readFileSync } from "node:fs";

/** Bytes of the largest renderer of a browser with one tab (proportional set size). */
export async function memoryOfTab(browser) {
  const session = await browser.target().createCDPSession();
  try {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    return Math.max(...renderers.map(({ id }) => proportional(id)));
  } finally {
    await session.detach();
  }
}

function proportional(process) {
  const text = readFileSync(`/proc/${process}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/mu.exec(text)[1]) * 1024;
}
