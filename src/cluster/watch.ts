/** Watching: the changes of a collection as they happen. */
import { getKey, getPath, isObject, parseJson } from "../json.js";
import type { Json } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { faultWords } from "./faults.js";
import { typeName } from "./naming.js";
import { isSelected, selectionPath, selectionWords } from "./selection.js";
import type { Selection } from "./selection.js";
import type { Stream, Transport } from "./types.js";

/** What happened. After `gone` or `broken` nothing comes any more. */
export type WatchEvent =
  | { is: "added" | "modified" | "deleted"; object: KubeObject; resourceVersion: string }
  /** Nothing that was selected changed up to this version. */
  | { is: "bookmark"; resourceVersion: string }
  /** The server does not remember what happened since the version that was asked for: list again. */
  | { is: "gone" }
  /** The connection broke, went silent, or said nonsense. */
  | { is: "broken"; why: string };

export interface WatchOptions {
  /** Changes after this version are told: that of a list, or of the last event. */
  resourceVersion: string;
  signal?: AbortSignal | undefined;
  count?: (() => void) | undefined;
  /** For how long, and after how much silence a connection is taken for dead; drawn where it is not given. */
  timing?: WatchTiming | undefined;
}

export interface WatchTiming {
  /** When the server is to end it. */
  seconds: number;
  /** Silence beyond this, in milliseconds, is a broken connection. */
  idleMs: number;
}

/**
 * Watches what is selected of a collection until the server ends it, which is no failure: going on from the version of
 * the last event misses nothing. Ends quietly when the signal aborts.
 * @throws KapplyError as every request does, when the watch can't be opened: `not-served`, `forbidden`, and `rejected` with
 *   status 405 for a kind that can't be watched.
 */
export async function* watchObjects(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  selection: Selection,
  { resourceVersion, signal, count, timing = drawTiming() }: WatchOptions,
): AsyncGenerator<WatchEvent, void, undefined> {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const opened = await transport
    .stream({
      method: "GET",
      path: selectionPath(type, namespace, selection, {
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion,
        timeoutSeconds: String(timing.seconds),
      }),
      hasOtherWay: true,
      what: `watch of ${typeName(type)}${selectionWords(selection)}${where}`,
      idleMs: timing.idleMs,
      alsoReturn: ["gone"],
      signal,
      count,
    })
    .catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  if (opened === undefined) return;
  if (!("lines" in opened)) yield { is: "gone" };
  else yield* eventsOf(opened, selection, signal);
}

const leastSeconds = 40;
const mostSeconds = 60;
const graceMs = 10_000;

/**
 * A connection whose other end is gone without a word is silent for ever, and a quiet collection may be silent from
 * the first second to the last. So a watch is short, and what it does not end in its time is dead. Going on costs one
 * request, which the server answers from memory. Jitter keeps those who started together from coming together.
 */
function drawTiming(): WatchTiming {
  const seconds = leastSeconds + Math.floor(Math.random() * (mostSeconds - leastSeconds + 1));
  return { seconds, idleMs: seconds * 1000 + graceMs };
}

async function* eventsOf(
  { lines }: Stream,
  selection: Selection,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent, void, undefined> {
  try {
    for (;;) {
      const step = await lines.next();
      if (signal?.aborted === true) return;
      if (step.done === true) {
        if (step.value !== undefined) yield { is: "broken", why: faultWords(step.value) };
        return;
      }
      const event = eventOf(step.value, selection);
      if (event !== undefined) yield event;
      if (event?.is === "gone" || event?.is === "broken") return;
    }
  } finally {
    await lines.return(undefined);
  }
}

const kinds = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted" } as const;

/** What a line tells. An object that is not selected tells the version, as a bookmark does. */
function eventOf(line: string, selection: Selection): WatchEvent | undefined {
  if (line.trim() === "") return undefined;
  const event = read(line);
  const type = getKey(event, "type");
  const object = getKey(event, "object");
  if (!isObject(object)) return { is: "broken", why: "a line of the watch is no event" };
  if (type === "ERROR") return errorEvent(object);
  const resourceVersion = getPath(object, ["metadata", "resourceVersion"]);
  if (typeof type !== "string" || typeof resourceVersion !== "string") return undefined;
  if (type === "BOOKMARK") return { is: "bookmark", resourceVersion };
  if (type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") return undefined;
  if (!isSelected(object, selection)) return { is: "bookmark", resourceVersion };
  return { is: kinds[type], object, resourceVersion };
}

function read(line: string): Json | undefined {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
}

/** A watch that can't go on says so by a Status: 410 as a rule, `Expired` or `Gone`. */
function errorEvent(status: KubeObject): WatchEvent {
  const reason = getKey(status, "reason");
  if (getKey(status, "code") === 410 || reason === "Expired" || reason === "Gone") return { is: "gone" };
  const message = getKey(status, "message");
  const said = typeof message === "string" && message !== "" ? `: ${message}` : "";
  return { is: "broken", why: `the server ended the watch${said}` };
}
