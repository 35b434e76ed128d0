/**
 * Watches: the changes of a collection as they come, one JSON object a line.
 *
 * Source: kubernetes.io "Efficient detection of changes"; KEP-3157 (watch lists), KEP-956 (bookmarks).
 */
import { stringifyJson, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { inVersion } from "./custom-versions.js";
import type { Answer } from "../model.js";
import { presenter } from "./present.js";
import { list, matches, versionParameter } from "./read.js";
import { apiVersionFor, isTrue, type Request } from "./request.js";
import { expired } from "../status.js";
import { keyOf, type Change } from "../store.js";

/** A watch that names no end is ended after a time like the real server's: between 30 and 60 minutes. */
const longest = 30 * 60 * 1000;
const bookmarkEvery = 10_000;

/**
 * Answers with the changes after a version: those that are remembered, then each as it is made. Without a version,
 * or with 0, the objects of now come first.
 * @throws StatusError 410 for a version that is too long ago, 400 for bad parameters.
 */
export function watch(request: Request): Answer {
  const { store } = request.world;
  const query = request.call.url.searchParams;
  const isChosen = matches(request);
  const asked = versionParameter(request, "resourceVersion") ?? 0;
  const sendsInitial = query.get("sendInitialEvents") === "true";
  const startsWithAll = sendsInitial || asked === 0;
  const missed = startsWithAll ? [] : store.changesSince(request.kind.collection, asked);
  if (missed === undefined) throw expired(`too old resource version: ${asked} (${store.version()})`);
  const present = presenter(request);
  const first = startsWithAll ? list(withoutPaging(request)) : undefined;
  const seconds = Number(query.get("timeoutSeconds") ?? 0);
  return {
    status: 200,
    contentType: "application/json",
    stream: async (send) => {
      const queue: string[] = [];
      let wake = (): void => undefined;
      const push = (type: string, object: JsonObject): void => {
        queue.push(`${stringifyJson({ type, object })}\n`);
        wake();
      };
      const tell = (change: Change): void => {
        const event = eventOf(change, request, isChosen);
        if (event !== undefined) push(event.type, present.event(event.object));
      };
      for (const object of first?.objects ?? []) push("ADDED", present.event(object));
      if (sendsInitial) push("BOOKMARK", bookmark(request, store.version(), true));
      missed.forEach(tell);
      const stop = store.subscribe((change) => {
        if (change.collection === request.kind.collection) tell(change);
      });
      const ends = ending(request.call.signal, seconds);
      ends.signal.addEventListener("abort", () => wake());
      const marks = isTrue(query.get("allowWatchBookmarks"))
        ? setInterval(() => push("BOOKMARK", bookmark(request, store.version(), false)), bookmarkEvery)
        : undefined;
      try {
        while (!ends.signal.aborted) {
          const text = queue.splice(0).join("");
          if (text !== "") await send(text);
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        stop();
        clearInterval(marks);
        ends.clear();
      }
    },
  };
}

/** Ends when the client goes, or the time is over. */
function ending(client: AbortSignal, seconds: number): { signal: AbortSignal; clear: () => void } {
  const end = new AbortController();
  const abort = (): void => end.abort();
  const timer = setTimeout(abort, seconds > 0 ? seconds * 1000 : longest);
  client.addEventListener("abort", abort, { once: true });
  if (client.aborted) abort();
  return { signal: end.signal, clear: () => clearTimeout(timer) };
}

/** A change as this watch sees it: what comes to be chosen is added, what is no longer chosen is deleted. */
function eventOf(
  change: Change,
  { kind, ask }: Request,
  isChosen: (object: KubeObject) => boolean,
): { type: string; object: KubeObject } | undefined {
  const object = inVersion(kind, change.object);
  const before = change.before === undefined ? undefined : inVersion(kind, change.before);
  if (kind.type.namespaced && ask.namespace !== "" && !keyOf(object).startsWith(`${ask.namespace}/`))
    return undefined;
  const was = before !== undefined && isChosen(before);
  const is = change.type !== "DELETED" && isChosen(object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", object };
  return was ? { type: "DELETED", object } : undefined;
}

function bookmark({ kind }: Request, version: number, endOfInitial: boolean): JsonObject {
  const annotations = endOfInitial ? { annotations: { "k8s.io/initial-events-end": "true" } } : {};
  return {
    kind: kind.type.kind,
    apiVersion: apiVersionFor({ kind }),
    metadata: { resourceVersion: String(version), creationTimestamp: null, ...annotations },
  };
}

function withoutPaging(request: Request): Request {
  const url = new URL(request.call.url);
  for (const name of ["limit", "continue", "resourceVersion", "resourceVersionMatch"])
    url.searchParams.delete(name);
  return { ...request, call: { ...request.call, url } };
}
