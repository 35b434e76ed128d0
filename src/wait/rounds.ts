/** Reading a collection: once and then its changes, or again and again. */
import { getPath } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { pause } from "../time.js";
import { openBackoff } from "./backoff.js";
import type { Selection, WaitReads, WatchEvent } from "./types.js";

export interface Collection {
  type: ResourceType;
  namespace: string | undefined;
  selection: Selection;
  /** Which of what is selected is wanted: nothing else is kept, or told. All of it without. */
  keeps?: ((object: KubeObject) => boolean) | undefined;
}

/** Is told all selected objects by their names, and the names of those that may have changed, or gone. */
export type Seen = (objects: ReadonlyMap<string, KubeObject>, changed: Iterable<string>) => void;

export interface Rounds {
  /** What was asked for last. */
  asked(): Verb;
  /**
   * Lists, and watches from there until only another list can tell. A connection that breaks is no reason: what went and
   * came again meanwhile is told as such by a watch, and not by a list.
   */
  listAndWatch(): Promise<void>;
  /** Asks once, and pauses. */
  poll(way: "list" | "get"): Promise<void>;
  /** Pauses before a round that follows a failed one: longer from failure to failure. */
  rest(): Promise<void>;
}

const restartMs = { first: 200, most: 5_000 };
const pollMs = { first: 500, most: 10_000 };
/** A watch that ends sooner, and told nothing, is no use: the next one may wait. */
const shortMs = 5_000;

/** What is there, as of a version that a watch can go on from. */
interface Known {
  objects: Map<string, KubeObject>;
  version: string;
  /** Whether the connection broke there: the version is tried once more, as that is mostly no fault of the version. */
  isDoubted: boolean;
}

/** What is known after an event; undefined where only a list can tell. */
function after(event: WatchEvent, known: Known): Known | undefined {
  if (event.is === "gone") return undefined;
  if (event.is === "broken") return { ...known, isDoubted: true };
  // A server that is behind what it told before has lost its memory: it was restored, or begun anew.
  if (isBefore(event.resourceVersion, known.version)) return undefined;
  return { ...known, version: event.resourceVersion, isDoubted: false };
}

/** Versions are decimal numbers that can be compared: Kubernetes KEP-5504. Of others nothing is known. */
function isBefore(version: string, other: string): boolean {
  const areNumbers = [version, other].every((text) => /^[1-9]\d*$/.test(text));
  return areNumbers && BigInt(version) < BigInt(other);
}

export interface RoundsOptions {
  signal: AbortSignal;
  random: () => number;
  /** The server answered a request of that kind. */
  onAnswer: (verb: Verb) => void;
}

export type Verb = "list" | "watch" | "get";

/** Rounds end when the signal aborts, and throw what the reads and `seen` throw. */
export function openRounds(
  { type, namespace, selection, keeps = () => true }: Collection,
  reads: WaitReads,
  seen: Seen,
  { signal, random, onAnswer }: RoundsOptions,
): Rounds {
  const restarts = openBackoff(restartMs.first, restartMs.most, random);
  const polls = openBackoff(pollMs.first, pollMs.most, random);
  let asked: Verb = "list";
  let versions = "";

  async function list(): Promise<Known> {
    asked = "list";
    const found = await reads.list(type, namespace, selection);
    onAnswer("list");
    const objects = new Map(found.objects.filter(keeps).map((object) => [nameOf(object), object]));
    if (!signal.aborted) seen(objects, namesOf(selection, objects));
    return { objects, version: found.resourceVersion, isDoubted: false };
  }

  async function get(name: string): Promise<ReadonlyMap<string, KubeObject>> {
    asked = "get";
    const object = await reads.get(type, namespace, name);
    onAnswer("get");
    const objects = new Map(object === undefined ? [] : [[name, object]]);
    if (!signal.aborted) seen(objects, [name]);
    return objects;
  }

  /** Keeps what is known up to date. Gives what is known then; undefined where only a list can tell. */
  async function watch(from: Known): Promise<Known | undefined> {
    asked = "watch";
    const began = performance.now();
    let at: Known | undefined = from;
    let isTold = false;
    const since = { resourceVersion: from.version, signal };
    for await (const event of reads.watch(type, namespace, selection, since)) {
      if (signal.aborted) break;
      at = after(event, at);
      if (at === undefined || event.is === "broken") break;
      isTold = true;
      if ("object" in event) take(event, from.objects);
    }
    onAnswer("watch");
    if (performance.now() - began >= shortMs) restarts.reset();
    if (at === undefined || isTold) return at;
    // A server that has nothing to tell says so by a bookmark before it ends a watch. One that says nothing at all may
    // never do so from this version, which may be of another server's time: it is doubted, and then given up.
    const isUseless = !at.isDoubted && performance.now() - began < shortMs;
    return from.isDoubted || isUseless ? undefined : { ...at, isDoubted: true };
  }

  function take(event: Extract<WatchEvent, { object: KubeObject }>, objects: Known["objects"]): void {
    const name = nameOf(event.object);
    const isKept = event.is !== "deleted" && keeps(event.object);
    if (!isKept && !objects.has(name)) return;
    if (isKept) objects.set(name, event.object);
    else objects.delete(name);
    restarts.reset();
    seen(objects, [name]);
  }

  /** Longer from poll to poll, unless there is news. */
  async function untilNextPoll(objects: ReadonlyMap<string, KubeObject>): Promise<void> {
    const now = versionsOf(objects);
    if (now !== versions) polls.reset();
    versions = now;
    restarts.reset();
    await pause(polls.next(), signal);
  }

  return {
    asked: () => asked,
    async listAndWatch() {
      // Nothing is lost in between: a watch tells what happened since the version that it starts from.
      let known: Known | undefined = await list();
      // Lists of an aggregated API may name no version: there is nothing that a watch could go on from.
      if (known.version === "") return untilNextPoll(known.objects);
      while (known !== undefined && !signal.aborted) {
        known = await watch(known);
        await pause(restarts.next(), signal);
      }
    },
    async poll(way) {
      const byName = way === "get" && selection.by === "name";
      await untilNextPoll(byName ? await get(selection.name) : (await list()).objects);
    },
    rest: () => pause(restarts.next(), signal),
  };
}

function textAt(object: KubeObject, field: string): string {
  const text = getPath(object, ["metadata", field]);
  return typeof text === "string" ? text : "";
}

function nameOf(object: KubeObject): string {
  return textAt(object, "name");
}

function namesOf(selection: Selection, objects: ReadonlyMap<string, KubeObject>): Iterable<string> {
  switch (selection.by) {
    case "name":
      return [selection.name];
    case "names":
      return selection.names;
    case "labels":
      return objects.keys();
  }
}

function versionsOf(objects: ReadonlyMap<string, KubeObject>): string {
  return [...objects].map(([name, object]) => `${name} ${textAt(object, "resourceVersion")}`).join("\n");
}
