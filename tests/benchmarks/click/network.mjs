// What a browser loads, by everyone in it: pages, frames and workers, each of which is a target of
// its own in the DevTools protocol. A target that starts waits until what is sent here is done.

/** Emulate a connection and note each request; `conditions` is undefined for none. */
export async function watchNetwork(browser, conditions) {
  const connection = (await browser.target().createCDPSession()).connection();
  const requests = new Map();
  const silent = () => {};
  connection.on("sessionattached", (session) => {
    // Before anything else: a target goes on when its driver says so, after these in order.
    session.send("Network.enable").catch(silent);
    if (conditions) {
      session.send("Network.emulateNetworkConditions", { offline: false, ...conditions }).catch(silent);
    }
    note(session, requests);
  });
  return { requests: () => [...requests.values()] };
}

function note(session, requests) {
  const key = (id) => `${session.id()} ${id}`;
  let wall = 0;
  session.on("Network.requestWillBeSent", (event) => {
    if (!event.request.url.startsWith("http")) {
      return;
    }
    wall = event.wallTime - event.timestamp;
    requests.set(key(event.requestId), {
      url: event.request.url,
      type: event.type ?? "Other",
      start: event.wallTime * 1000,
      end: null,
      bytes: 0,
      cached: false,
    });
  });
  session.on("Network.requestServedFromCache", (event) => {
    Object.assign(requests.get(key(event.requestId)) ?? {}, { cached: true });
  });
  session.on("Network.responseReceived", (event) => {
    const { status, fromDiskCache, fromServiceWorker } = event.response;
    Object.assign(requests.get(key(event.requestId)) ?? {}, {
      status,
      ...(fromDiskCache && { cached: true }),
      ...(fromServiceWorker && { relayed: true }),
    });
  });
  session.on("Network.loadingFinished", (event) => {
    Object.assign(requests.get(key(event.requestId)) ?? {}, {
      end: (wall + event.timestamp) * 1000,
      bytes: event.encodedDataLength,
    });
  });
}
