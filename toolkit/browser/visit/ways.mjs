// Which way kernels were started: what their workers tell the pages of their site
// (toolkit/lite/start/spec14-snapshot.mjs). A site of somebody else's tells nothing.

/** Listen for it; runs in each page before its own scripts. `paths` are those of the Lite sites. */
export function listenForWays(paths) {
  if (window.top !== window || window.spec14Ways) {
    return;
  }
  window.spec14Ways = [];
  for (const path of paths) {
    const channel = new BroadcastChannel(`spec14-start:${path}`);
    channel.onmessage = ({ data }) => {
      if (data?.stage === "way") {
        window.spec14Ways.push(data);
      }
    };
  }
}

/** The ways that a page has heard of. Runs in the page. */
export const waysHeard = () => window.spec14Ways ?? [];

/** The name of a frame, which its kernel's worker has, too. Runs in the frame. */
export const nameOfFrame = () => window.frameElement?.dataset.spec14 ?? "";

/** Of all ways that were heard, the last of the frame called `name`. */
export function wayOf(heard, name) {
  const own = heard.filter(({ frame }) => frame === name);
  const way = own.at(-1) ?? heard.at(-1);
  if (!way) {
    return {};
  }
  return { way: way.snapshot ? "snapshot" : "ordinary", reason: String(way.reason), fault: way.fault === true };
}
