/** What a manifest set says, in one line. */
import { createHash } from "node:crypto";
import { isObject, setKey, stringifyJson } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";

/**
 * The hash of a set of objects: the same however files, objects and keys are ordered, another one for any other value
 * (SHA-256 of canonical JSON, in hex). It stands on the Lease for all to read who may read that: as with the hashes in
 * the names of generated Secrets, whoever knows all but a short value of the set can find that one by trying.
 */
export function hashOf(objects: readonly KubeObject[]): string {
  const hash = createHash("sha256");
  const texts = objects.map((object) => stringifyJson(sorted(object))).sort();
  // A line each: JSON text holds no line break.
  for (const text of texts) hash.update(text).update("\n");
  return hash.digest("hex");
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(copy, key, sorted(value[key] as Json));
  return copy;
}
