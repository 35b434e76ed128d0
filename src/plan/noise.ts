/** What no diff shows: what only a server sets, and what `kubectl apply` records. */
import { getKey, isObject, setKey } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import { fieldStep, plainPath } from "../merge/index.js";
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

const record = "kubectl.kubernetes.io/last-applied-configuration";
const recordPath = plainPath(["metadata", "annotations", record].map(fieldStep));

/** A difference without the copy of the manifest that `kubectl apply` keeps; undefined where it is nothing else. */
export function withoutRecord<T extends Difference>(difference: T): T | undefined {
  if (difference.path === recordPath) return undefined;
  if (difference.path !== "metadata.annotations") return difference;
  const { before, after, ...rest } = difference;
  const sides = { ...side("before", before), ...side("after", after) };
  return Object.keys(sides).length === 0 ? undefined : ({ ...rest, ...sides } as T);
}

/** One side of a difference of all annotations; nothing where it has but the record. */
function side(name: "before" | "after", annotations: Json | undefined): { before?: Json; after?: Json } {
  if (annotations === undefined) return {};
  if (!isObject(annotations) || getKey(annotations, record) === undefined) return { [name]: annotations };
  const kept: JsonObject = {};
  for (const [key, value] of Object.entries(annotations)) if (key !== record) setKey(kept, key, value);
  return Object.keys(kept).length === 0 ? {} : { [name]: kept };
}
