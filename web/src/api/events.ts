// What changes on the server, as it changes: pages read again what they show of it.
//
// One tab of a browser listens and tells the others, because a browser opens only a few connections
// to a server.

import type { QueryClient, QueryFilters } from "@tanstack/react-query";
import type { Schemas } from "./client";

type Changed = Schemas["Changed"];
/** What was told: a change, or that anything may have changed. */
type Told = Changed | "everything";

/** Changes of this long are answered with one reading. */
const GATHER = 400;
/** A lost stream is opened again after this, where the browser gave up. */
const AGAIN = 5_000;

/** Queries begin with the noun they are about, as the API's paths name it. */
function nounOf(changed: Changed): string {
  return changed.noun.replaceAll("_", "-");
}

/** Listens until it is stopped. */
export function followChanges(client: QueryClient): () => void {
  const stop = new AbortController();
  const channel = new BroadcastChannel("macadam.changes");
  const gather = gatherer(client);
  channel.onmessage = ({ data }: MessageEvent<Told>) => gather(data);
  const tell = (told: Told) => {
    gather(told);
    channel.postMessage(told);
  };
  stop.signal.addEventListener("abort", () => channel.close());
  // The lock is held by the tab that listens; another one follows when it closes.
  void navigator.locks
    ?.request("macadam.changes", { signal: stop.signal }, () => listen(tell, stop.signal))
    .catch(() => undefined);
  return () => stop.abort();
}

function listen(tell: (told: Told) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let source: EventSource | undefined;
    let timer: number | undefined;
    const open = () => {
      source = new EventSource("/api/v1/events");
      // A stream that goes on after its end is told what it missed; a new one cannot know what
      // changed since the pages were read.
      source.addEventListener("ready", () => tell("everything"), { once: true });
      source.addEventListener("changed", ({ data }) => tell(JSON.parse(data) as Changed));
      source.addEventListener("resync", () => tell("everything"));
      source.addEventListener("error", () => {
        if (source?.readyState === EventSource.CLOSED) {
          timer = window.setTimeout(open, AGAIN);
        }
      });
    };
    open();
    signal.addEventListener("abort", () => {
      source?.close();
      window.clearTimeout(timer);
      resolve();
    });
  });
}

/** Reads again what a burst of changes is about, once. */
function gatherer(client: QueryClient): (told: Told) => void {
  let waiting: Told[] = [];
  const read = () => {
    const all = waiting;
    waiting = [];
    const nouns = all.includes("everything")
      ? undefined
      : new Set([...all.map((told) => nounOf(told as Changed)), "summary", "server"]);
    readAgain(client, {
      predicate: ({ queryKey: [noun] }) => noun !== "session" && (nouns?.has(String(noun)) ?? true),
    });
  };
  return (told) => {
    if (waiting.length === 0) {
      window.setTimeout(read, GATHER);
    }
    waiting.push(told);
  };
}

/**
 * Reads again what is on screen. An answer that is under way may be older than the change: it is
 * let come, because changes that never end would else keep every answer away, and asked for anew.
 */
export function readAgain(client: QueryClient, filters: QueryFilters): void {
  const isJoined = { cancelRefetch: false };
  for (const { promise, queryKey } of client
    .getQueryCache()
    .findAll({ ...filters, fetchStatus: "fetching" })) {
    const again = () => client.invalidateQueries({ queryKey, exact: true }, isJoined);
    void promise?.then(again, again);
  }
  void client.invalidateQueries(filters, isJoined);
}
