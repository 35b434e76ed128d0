/**
 * What the sandbox holds, in memory: objects by collection, namespace and name, with one counter of versions for all,
 * and the last changes, from which watches and lists of the near past are answered. Objects are never changed once
 * they are in: a change is a new object.
 *
 * Source: the semantics of k8s.io/apiserver pkg/storage (resource versions, consistent lists, compaction).
 */
import { getPath, isObject, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { Holdings } from "./model.js";

/** One change, as watches see it. */
export interface Change {
  type: "ADDED" | "MODIFIED" | "DELETED";
  version: number;
  collection: string;
  key: string;
  /** The object as it is now; of a deletion, as it last was, with the version of the deletion. */
  object: KubeObject;
  /** As it was before, undefined for what is new. */
  before: KubeObject | undefined;
}

export interface Store extends Holdings {
  /** The version of the last change. */
  version: () => number;
  /** Stores an object under its namespace and name, as a new version, and gives it with that version. */
  put: (collection: string, object: KubeObject) => KubeObject;
  /** Takes an object out; `last` is what watches are told. */
  remove: (collection: string, last: KubeObject) => KubeObject;
  /**
   * The objects of a collection as they were at a version, in the order of namespace and name; undefined when that
   * is too long ago. A namespace of "" means all.
   */
  listAt: (collection: string, namespace: string, version: number) => readonly KubeObject[] | undefined;
  /** The changes of a collection after a version, oldest first; undefined when some of them are forgotten. */
  changesSince: (collection: string, version: number) => readonly Change[] | undefined;
  /** Calls back with each change, once it is done. Returns what ends it. */
  subscribe: (listener: (change: Change) => void) => () => void;
  collections: () => readonly string[];
}

interface Collection {
  objects: Map<string, KubeObject>;
  /** The keys in order; undefined after keys came or went. */
  sorted: readonly string[] | undefined;
}

/** As many changes as are remembered: enough for a watch that was away for a while. */
const remembered = 20_000;

/** An empty store, or one that goes on from a version and what was held then, by collection. */
export function createStore(from = 0, held: Readonly<Record<string, readonly KubeObject[]>> = {}): Store {
  const collections = new Map<string, Collection>();
  for (const [name, list] of Object.entries(held)) {
    const objects = new Map(list.map((object) => [keyOf(object), object]));
    collections.set(name, { objects, sorted: undefined });
  }
  const listeners = new Set<(change: Change) => void>();
  let history: Change[] = [];
  let version = from;
  let forgotten = from;

  const find = (name: string): Collection => {
    let found = collections.get(name);
    if (found === undefined) {
      found = { objects: new Map(), sorted: undefined };
      collections.set(name, found);
    }
    return found;
  };

  const record = (change: Change): void => {
    history.push(change);
    if (history.length > 2 * remembered) {
      history = history.slice(-remembered);
      forgotten = (history[0]?.version ?? version) - 1;
    }
    for (const listener of listeners) listener(change);
  };

  const changesSince: Store["changesSince"] = (collection, since) => {
    if (since < forgotten) return undefined;
    return history.slice(firstAfter(history, since)).filter((change) => change.collection === collection);
  };

  const list: Store["list"] = (name, namespace = "") => {
    const collection = find(name);
    collection.sorted ??= [...collection.objects.keys()].sort(byBytes);
    const keys = namespace === "" ? collection.sorted : slice(collection.sorted, `${namespace}/`);
    return keys.map((key) => collection.objects.get(key)).filter((object) => object !== undefined);
  };

  return {
    version: () => version,
    get: (collection, namespace, name) => find(collection).objects.get(`${namespace}/${name}`),
    list,
    put: (name, object) => {
      const collection = find(name);
      const key = keyOf(object);
      const before = collection.objects.get(key);
      version += 1;
      const stored = withVersion(object, version);
      collection.objects.set(key, stored);
      if (before === undefined) collection.sorted = undefined;
      const type = before === undefined ? "ADDED" : "MODIFIED";
      record({ type, version, collection: name, key, object: stored, before });
      return stored;
    },
    remove: (name, last) => {
      const collection = find(name);
      const key = keyOf(last);
      const before = collection.objects.get(key);
      collection.objects.delete(key);
      collection.sorted = undefined;
      version += 1;
      const object = withVersion(last, version);
      record({ type: "DELETED", version, collection: name, key, object, before });
      return object;
    },
    listAt: (name, namespace, at) => {
      if (at >= version) return list(name, namespace);
      const changes = changesSince(name, at);
      return changes === undefined ? undefined : undone(list(name, namespace), changes, namespace);
    },
    changesSince,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    collections: () => [...collections.keys()],
  };
}

/** Where in its collection an object is. */
export function keyOf(object: KubeObject): string {
  const namespace = getPath(object, ["metadata", "namespace"]);
  const name = getPath(object, ["metadata", "name"]);
  return `${typeof namespace === "string" ? namespace : ""}/${typeof name === "string" ? name : ""}`;
}

function withVersion(object: KubeObject, version: number): KubeObject {
  const metadata: JsonObject = isObject(object["metadata"]) ? object["metadata"] : {};
  return { ...object, metadata: { ...metadata, resourceVersion: String(version) } };
}

/** The objects as they were before the changes. */
function undone(
  objects: readonly KubeObject[],
  changes: readonly Change[],
  namespace: string,
): readonly KubeObject[] {
  const then = new Map(objects.map((object) => [keyOf(object), object]));
  for (const { key, before } of [...changes].reverse()) {
    if (before === undefined) then.delete(key);
    else if (namespace === "" || key.startsWith(`${namespace}/`)) then.set(key, before);
  }
  return [...then.entries()].sort(([a], [b]) => byBytes(a, b)).map(([, object]) => object);
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sorted keys that begin with a prefix. */
function slice(sorted: readonly string[], prefix: string): readonly string[] {
  const start = lowest(sorted.length, (at) => (sorted[at] ?? "") >= prefix);
  let end = start;
  while (end < sorted.length && sorted[end]?.startsWith(prefix)) end += 1;
  return sorted.slice(start, end);
}

function firstAfter(history: readonly Change[], version: number): number {
  return lowest(history.length, (at) => (history[at]?.version ?? 0) > version);
}

/** The lowest index below `length` for which `holds` is true, given that it is for all above; else `length`. */
function lowest(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
