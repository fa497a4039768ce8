// What is known of one frame that starts. Pure: times are handed in, nothing is shown here.
import { amount, longWay, OFFLINE, SLOW, STAGES, UNREACHABLE } from "./words.mjs";

/** After how long without a sign the reader is told, in milliseconds. */
export const SILENCE = 20_000;

/** A start at time `now` (milliseconds). */
export const begin = (now) => ({ stage: "interface", loaded: 0, total: 0, reason: "", fault: "", heard: now });

/**
 * What is known after a message of the worker (`spec14-progress.mjs`). The first failure names the
 * cause and stays, unless Python is ready in the end, without what was missing. Which way Python is
 * started (`spec14-snapshot.mjs`) is no stage; it counts where a fault was the cause.
 */
export function heard(start, message, now) {
  if (message.stage === "way") {
    return { ...start, fault: message.fault ? String(message.reason) : "", heard: now };
  }
  const stays = start.stage === "failed" && message.stage !== "ready";
  if (stays || !(message.stage in STAGES)) {
    return start;
  }
  return {
    ...start,
    stage: message.stage,
    loaded: message.loaded ?? start.loaded,
    total: message.total ?? start.total,
    reason: message.reason ?? start.reason,
    heard: now,
  };
}

/** What is known after a look into the frame: `bytes` of its own files have come, or it is not there. */
export function looked(start, { bytes, reachable }, now) {
  if (!reachable) {
    return { ...start, stage: "failed", reason: start.reason || UNREACHABLE };
  }
  if (start.stage !== "interface" || bytes === start.loaded) {
    return start;
  }
  return { ...start, loaded: bytes, heard: now };
}

export const over = (start) => start.stage === "ready" || start.stage === "failed";

/**
 * What to show: a line, an amount, a share of 0 to 1 or null, why it does not go on, why it took the
 * long way, whether help is offered.
 */
export function shown(start, { now, online }) {
  const failed = start.stage === "failed";
  const late = !over(start) && now - start.heard > SILENCE;
  const counted = start.stage === "interface" || start.stage === "loading";
  return {
    line: STAGES[start.stage],
    amount: counted ? amount(start.loaded, start.total) : "",
    share: share(start),
    why: why(start, { failed, late, online }),
    way: start.fault ? longWay(start.fault) : "",
    help: failed || late || start.reason !== "",
  };
}

function share({ stage, loaded, total }) {
  if (stage === "loading" && total > 0) {
    return loaded / total;
  }
  return stage === "starting" || stage === "ready" ? 1 : null;
}

function why({ reason }, { failed, late, online }) {
  if ((failed || late) && !online) {
    // It may be another fault all the same: a server on this machine needs no network.
    return reason ? `${OFFLINE} (${reason})` : OFFLINE;
  }
  return reason || (late ? SLOW : "");
}
