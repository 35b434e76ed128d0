/** What a manifest set says and how it is applied, in one line. */
import { createHash } from "node:crypto";
import { isObject, setKey, stringifyJson } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";

/** How a set is applied, as far as it decides what is written. */
export interface How {
  fieldManager: string;
  onConflict: string;
  takeOverFrom: readonly string[];
  validate: string;
}

const usual: How = { fieldManager: "kapply", onConflict: "fail", takeOverFrom: [], validate: "strict" };

/**
 * The hash of a set of objects and of how they are applied: the same however files, objects and keys are ordered, another
 * one for any other value (SHA-256 of canonical JSON, in hex). What was applied under the same hash need not be applied
 * again. It stands on the Lease for all to read who may read that: as with the hashes in the names of generated Secrets,
 * whoever knows all but a short value of the set can find that one by trying.
 */
export function hashOf(objects: readonly KubeObject[], how: How = usual): string {
  const hash = createHash("sha256");
  const texts = objects.map((object) => stringifyJson(sorted(object))).sort();
  // A line each: JSON text holds no line break.
  for (const text of texts) hash.update(text).update("\n");
  const manner = mannerOf(how);
  // The usual way adds nothing. No object's line begins like this one.
  if (manner !== mannerOf(usual)) hash.update("applied ").update(manner).update("\n");
  return hash.digest("hex");
}

/** A job that is given as `how` says more than this; of `takeOverFrom` no order counts. */
function mannerOf({ fieldManager, onConflict, takeOverFrom, validate }: How): string {
  return stringifyJson({
    fieldManager,
    onConflict,
    takeOverFrom: [...new Set(takeOverFrom)].sort(),
    validate,
  });
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(copy, key, sorted(value[key] as Json));
  return copy;
}
