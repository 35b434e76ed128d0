/** Reading a collection: once and then its changes, or again and again. */
import { getPath } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { openBackoff, pause } from "./backoff.js";
import type { Selection, WaitReads } from "./types.js";

export interface Collection {
  type: ResourceType;
  namespace: string | undefined;
  selection: Selection;
}

/** Is told all selected objects by their names, and the names of those that may have changed, or gone. */
export type Seen = (objects: ReadonlyMap<string, KubeObject>, changed: Iterable<string>) => void;

export interface Rounds {
  /** What was asked for last. */
  asked(): Verb;
  /** Lists, and watches from there until only another list can tell. */
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

export interface RoundsOptions {
  signal: AbortSignal;
  random: () => number;
  /** The server answered a request of that kind. */
  onAnswer: (verb: Verb) => void;
}

export type Verb = "list" | "watch" | "get";

/** Rounds end when the signal aborts, and throw what the reads and `seen` throw. */
export function openRounds(
  { type, namespace, selection }: Collection,
  reads: WaitReads,
  seen: Seen,
  { signal, random, onAnswer }: RoundsOptions,
): Rounds {
  const restarts = openBackoff(restartMs.first, restartMs.most, random);
  const polls = openBackoff(pollMs.first, pollMs.most, random);
  let asked: Verb = "list";
  let versions = "";

  async function list(): Promise<{ objects: Map<string, KubeObject>; resourceVersion: string }> {
    asked = "list";
    const found = await reads.list(type, namespace, selection);
    onAnswer("list");
    const objects = new Map(found.objects.map((object) => [nameOf(object), object]));
    if (!signal.aborted) seen(objects, namesOf(selection, objects));
    return { objects, resourceVersion: found.resourceVersion };
  }

  async function get(name: string): Promise<ReadonlyMap<string, KubeObject>> {
    asked = "get";
    const object = await reads.get(type, namespace, name);
    onAnswer("get");
    const objects = new Map(object === undefined ? [] : [[name, object]]);
    if (!signal.aborted) seen(objects, [name]);
    return objects;
  }

  /** Keeps `objects` up to date. Gives the version to go on from; none where only a list can tell. */
  async function watch(objects: Map<string, KubeObject>, from: string): Promise<string | undefined> {
    asked = "watch";
    const began = performance.now();
    let at: string | undefined = from;
    for await (const event of reads.watch(type, namespace, selection, { resourceVersion: from, signal })) {
      if (signal.aborted) break;
      if (event.is === "gone" || event.is === "broken") {
        at = undefined;
        break;
      }
      at = event.resourceVersion;
      if (event.is === "bookmark") continue;
      const name = nameOf(event.object);
      if (event.is === "deleted") objects.delete(name);
      else objects.set(name, event.object);
      restarts.reset();
      seen(objects, [name]);
    }
    onAnswer("watch");
    if (performance.now() - began >= shortMs) restarts.reset();
    return at;
  }

  return {
    asked: () => asked,
    async listAndWatch() {
      const { objects, resourceVersion } = await list();
      // Nothing is lost in between: a watch tells what happened since the version that it starts from.
      let from: string | undefined = resourceVersion;
      while (from !== undefined && !signal.aborted) {
        from = await watch(objects, from);
        await pause(restarts.next(), signal);
      }
    },
    async poll(way) {
      const byName = way === "get" && selection.by === "name";
      const objects = byName ? await get(selection.name) : (await list()).objects;
      const now = versionsOf(objects);
      if (now !== versions) polls.reset();
      versions = now;
      restarts.reset();
      await pause(polls.next(), signal);
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
