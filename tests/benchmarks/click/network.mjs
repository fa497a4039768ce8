// What a browser loads, by everyone in it: pages, frames and workers, each of which is a target of
// its own in the DevTools protocol. A target that starts waits until what is sent here is done.
//
// Seen in Chromium 156: what a page is told of its connection holds for its frames and for its own
// dedicated workers (`fetch`, `import()`, synchronous requests), but not for the workers of a frame,
// which a kernel is: the line itself is ../line.py's. A service worker has to be told by a session of
// its own, and JupyterLite's answers for all in its scope. `navigator.connection.downlink` follows, up
// to its limit of 10; with no conditions it is the browser's guess, about 1.5 on a loopback interface.

/** Emulate a connection and note each request; `conditions` is undefined for none. */
export async function watchNetwork(browser, conditions) {
  const root = await browser.target().createCDPSession();
  const connection = root.connection();
  const noted = { requests: new Map(), relayed: new Map(), relays: new Set() };
  const silent = () => {};
  connection.on("sessionattached", (session) => {
    // Before anything else: a target goes on when its driver says so, after these in order.
    session.send("Network.enable").catch(silent);
    if (conditions) {
      session.send("Network.emulateNetworkConditions", { offline: false, ...conditions }).catch(silent);
    }
    note(session, noted);
  });
  root.on("Target.attachedToTarget", ({ sessionId }) => {
    noted.relays.add(sessionId);
    connection.session(sessionId)?.send("Runtime.runIfWaitingForDebugger").catch(silent);
  });
  await root.send("Target.setAutoAttach", {
    ...{ autoAttach: true, waitForDebuggerOnStart: true, flatten: true },
    filter: [{ type: "service_worker" }],
  });
  return { requestsSince: (time) => since(noted, time) };
}

/** The requests of pages and workers; what a service worker fetched for one of them counts there. */
function since({ requests, relayed }, time) {
  return [...requests.values()]
    .filter(({ start }) => start >= time)
    .map((request) => ({ ...request, bytes: request.bytes || relayed.get(request.url)?.(request) || 0 }));
}

function note(session, { requests, relayed, relays }) {
  const own = new Map();
  let wall = 0;
  session.on("Network.requestWillBeSent", (event) => {
    const { url } = event.request;
    if (!url.startsWith("http")) {
      return;
    }
    wall = event.wallTime - event.timestamp;
    const start = event.wallTime * 1000;
    const request = { url, type: event.type ?? "Other", start, end: null, bytes: 0, cached: false };
    own.set(event.requestId, request);
    if (!relays.has(session.id())) {
      requests.set(`${session.id()} ${event.requestId}`, request);
    }
  });
  const change = ({ requestId }, values) => Object.assign(own.get(requestId) ?? {}, values);
  session.on("Network.requestServedFromCache", (event) => change(event, { cached: true }));
  session.on("Network.responseReceived", (event) => {
    const { status, fromDiskCache } = event.response;
    change(event, { status, ...(fromDiskCache && { cached: true }) });
  });
  session.on("Network.loadingFinished", (event) => {
    const end = (wall + event.timestamp) * 1000;
    const request = change(event, { end, bytes: event.encodedDataLength });
    if (relays.has(session.id()) && request.url) {
      // Within the time of the request that it was fetched for.
      const before = relayed.get(request.url);
      const covers = (asked) => request.start >= asked.start - 1 && request.start <= (asked.end ?? Infinity);
      relayed.set(request.url, (asked) => (covers(asked) ? request.bytes : before?.(asked)));
    }
  });
}
