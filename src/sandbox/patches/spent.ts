/**
 * A strategic merge patch as it is left by merging: the library takes out of it what it has done, and messages about
 * the result show what remains.
 *
 * Source: apimachinery pkg/util/strategicpatch/patch.go (`mergeMap`, `mergePatchIntoOriginal`, `removeDirectives`,
 * `discardNullValuesFromPatch`).
 */
import { getKey, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { patchMark, retainKeys, setOrder, withoutDirectives } from "./directives.js";
import { withoutNulls } from "./nulls.js";

/** What remains of a patch that was merged into an object. */
export function spentPatch(current: Json | undefined, patch: Json): Json {
  if (!isObject(patch) || !isObject(current)) return patch;
  const said = getKey(patch, patchMark);
  if (said !== undefined) return said === "replace" ? without(patch, [patchMark]) : patch;
  const ordered = Object.keys(patch).filter((key) => key.startsWith(setOrder));
  const merged = ordered
    .map((key) => key.slice(key.indexOf("/") + 1))
    .filter((name) => Object.hasOwn(patch, name));
  const spent: JsonObject = {};
  for (const [key, value] of Object.entries(without(patch, [retainKeys, ...ordered, ...merged])))
    setKey(spent, key, spentField(getKey(current, key), value));
  return spent;
}

function spentField(current: Json | undefined, value: Json): Json {
  if (isObject(current) && isObject(value)) return spentPatch(current, value);
  if (Array.isArray(current) && Array.isArray(value)) return value;
  const cleaned = withoutNulls(value);
  // What a list holds is replaced in a copy of it, which the message does not show.
  if (Array.isArray(cleaned)) return cleaned.map((item) => withoutDirectives(item) ?? item);
  return withoutDirectives(cleaned) ?? cleaned;
}

function without(patch: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !keys.includes(key)));
}
