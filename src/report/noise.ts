/** How a diff shows an object. */
import { getKey, isObject, setKey, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";

export const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object as a diff shows it: without client-side apply's copy of the manifest, and with its keys in alphabetical
 * order, as kubectl prints them. What only a server sets is gone by then: planning leaves it out.
 */
export function asShown(object: KubeObject): KubeObject {
  const metadata = getKey(object, "metadata");
  if (!isObject(metadata)) return sortKeys(object) as KubeObject;
  return sortKeys({ ...object, metadata: withoutLastApplied(metadata) }) as KubeObject;
}

function withoutLastApplied(metadata: JsonObject): JsonObject {
  const annotations = getKey(metadata, "annotations");
  if (getKey(annotations, lastApplied) === undefined || !isObject(annotations)) return metadata;
  const kept = pick(annotations, (key) => key !== lastApplied);
  const rest = pick(metadata, (key) => key !== "annotations");
  return Object.keys(kept).length > 0 ? { ...rest, annotations: kept } : rest;
}

function pick(object: JsonObject, wanted: (key: string) => boolean): JsonObject {
  const picked: JsonObject = {};
  for (const [key, value] of Object.entries(object)) if (wanted(key)) setKey(picked, key, value);
  return picked;
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(sorted, key, sortKeys(getKey(value, key) ?? null));
  return sorted;
}
