/** What differs between two objects, field by field, without what only a server sets. */
import { equalJson, getKey, isObject, setKey, stringifyJson } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { Difference, KubeObject } from "../model.js";

const serverSet = new Set([
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
]);

/** A copy without the metadata that only a server sets, and without `status` unless the manifest carries one. */
export function withoutNoise(object: KubeObject, keepStatus = false): KubeObject {
  const clean: JsonObject = {};
  for (const [key, value] of Object.entries(object)) {
    if (key === "status" && !keepStatus) continue;
    setKey(clean, key, key === "metadata" && isObject(value) ? withoutServerSet(value) : value);
  }
  return clean;
}

function withoutServerSet(metadata: JsonObject): JsonObject {
  const clean: JsonObject = {};
  for (const [key, value] of Object.entries(metadata)) if (!serverSet.has(key)) setKey(clean, key, value);
  return clean;
}

/**
 * The fields that differ, in the order of the documents. A field that is added or removed comes whole, at its highest
 * path. Items of lists are told apart by their keys where every item has them (`containers[name=web]`), else by index.
 */
export function differences(before: Json, after: Json): Difference[] {
  const found: Difference[] = [];
  compare(before, after, "", found);
  return found;
}

function compare(before: Json, after: Json, path: string, found: Difference[]): void {
  if (equalJson(before, after)) return;
  if (isObject(before) && isObject(after)) compareObjects(before, after, path, found);
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, path, found);
  else found.push({ path, before, after });
}

function compareObjects(before: JsonObject, after: JsonObject, path: string, found: Difference[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = getKey(before, key);
    const is = getKey(after, key);
    const at = step(path, key);
    if (was === undefined) found.push({ path: at, after: is as Json });
    else if (is === undefined) found.push({ path: at, before: was });
    else compare(was, is, at, found);
  }
}

/** A key in a path; quoted where it would be read as several. */
function step(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The list-map keys that built-in types use, the most telling first (OpenAPI `x-kubernetes-list-map-keys`). */
const listKeys = [
  ["name"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["mountPath"],
  ["devicePath"],
  ["ip"],
  ["topologyKey", "whenUnsatisfiable"],
  ["uid"],
  ["type"],
  ["key"],
];

function compareLists(before: Json[], after: Json[], path: string, found: Difference[]): void {
  const keys = listKeys.find((candidate) => identifies(candidate, before) && identifies(candidate, after));
  if (keys === undefined) {
    compareByIndex(before, after, path, found);
    return;
  }
  const was = byIdentity(before, keys);
  const is = byIdentity(after, keys);
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const a = was.get(id);
    const b = is.get(id);
    const at = `${path}[${id}]`;
    if (a === undefined) found.push({ path: at, after: b as Json });
    else if (b === undefined) found.push({ path: at, before: a });
    else compare(a, b, at, found);
  }
  const order = (ids: Map<string, Json>, others: Map<string, Json>): string =>
    [...ids.keys()].filter((id) => others.has(id)).join();
  if (order(was, is) !== order(is, was)) found.push({ path, before, after });
}

function compareByIndex(before: Json[], after: Json[], path: string, found: Difference[]): void {
  const flat = [...before, ...after].every((item) => !isObject(item) && !Array.isArray(item));
  if (flat) {
    found.push({ path, before, after });
    return;
  }
  for (let at = 0; at < Math.max(before.length, after.length); at++) {
    const was = before[at];
    const is = after[at];
    if (was === undefined) found.push({ path: `${path}[${at}]`, after: is as Json });
    else if (is === undefined) found.push({ path: `${path}[${at}]`, before: was });
    else compare(was, is, `${path}[${at}]`, found);
  }
}

function identifies(keys: readonly string[], items: readonly Json[]): boolean {
  const ids = items.map((item) => identity(item, keys));
  return ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
}

function identity(item: Json, keys: readonly string[]): string | undefined {
  if (getKey(item, keys[0] as string) === undefined) return undefined;
  return keys
    .filter((key) => getKey(item, key) !== undefined)
    .map((key) => `${key}=${stringifyJson(getKey(item, key)).replace(/^"|"$/g, "")}`)
    .join(",");
}

function byIdentity(items: readonly Json[], keys: readonly string[]): Map<string, Json> {
  return new Map(items.map((item) => [identity(item, keys) as string, item]));
}
