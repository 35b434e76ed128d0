/**
 * The directives of strategic merge patches.
 *
 * Source: apimachinery pkg/util/strategicpatch/patch.go (`handleDirectiveInMergeMap`, `applyRetainKeysDirective`,
 * `extractKey`, `removeDirectives`), pkg/util/mergepatch/errors.go.
 */
import { isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { badRequest, serverError, type StatusError } from "../status.js";
import { goText, goType } from "./go-text.js";

/** In an object: what is to be done with all of it. */
export const patchMark = "$patch";
/** In an object: the only keys that stay. */
export const retainKeys = "$retainKeys";
/** Before `/` and the name of a list: words to remove from it. */
export const deleteFromList = "$deleteFromPrimitiveList";
/** Before `/` and the name of a list: its order. */
export const setOrder = "$setElementOrder";

/** What becomes of an object whose patch has a `$patch`: the patch as it stands, or nothing. Throws for others. */
export function directed(patch: JsonObject): JsonObject {
  const { [patchMark]: said = null, ...rest } = patch;
  if (said === "replace") return rest;
  if (said === "delete") return {};
  throw unknownDirective(said, patch);
}

export function unknownDirective(said: Json, patch: JsonObject): StatusError {
  return serverError(
    `unknown patch type: ${typeof said === "string" ? said : goType(said)} in map: ${goText(patch)}`,
  );
}

/**
 * Of `original`, the keys that `$retainKeys` lists. Throws a 400 where that is no list, or lacks a key that the patch
 * sets.
 */
export function retaining(original: JsonObject, patch: JsonObject, retained: Json): JsonObject {
  const sets = ([key, value]: [string, Json]): boolean =>
    value !== null && !key.startsWith(deleteFromList) && !key.startsWith(setOrder);
  if (
    !Array.isArray(retained) ||
    Object.entries(patch).some((entry) => sets(entry) && !retained.includes(entry[0]))
  )
    throw badRequest("invalid patch format of retainKeys");
  return Object.fromEntries(Object.entries(original).filter(([key]) => retained.includes(key)));
}

/** The field that a directive is for: `finalizers` of `$deleteFromPrimitiveList/finalizers`. Throws a 400. */
export function listNamed(key: string, prefix: typeof deleteFromList | typeof setOrder): string {
  const slash = key.indexOf("/");
  if (key.slice(0, Math.max(slash, 0)) === prefix) return key.slice(slash + 1);
  throw badRequest(`invalid patch format of ${prefix === setOrder ? "setElementOrder" : "primitive"} list`);
}

/** Without the objects that have a `$patch`; undefined for one that has. */
export function withoutDirectives(value: Json): Json | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, patchMark)) return undefined;
  const kept: JsonObject = {};
  for (const [key, part] of Object.entries(value)) {
    const left = withoutDirectives(part);
    if (left !== undefined) setKey(kept, key, left);
  }
  return kept;
}
