/**
 * JSON merge patch (RFC 7386), as the API server applies it.
 *
 * Source: apiserver pkg/endpoints/handlers/patch.go (`applyJSPatch`); evanphx/json-patch v4, merge.go.
 */
import { getKey, isObject, setKey, stringifyJson, type Json, type JsonObject } from "../../json.js";
import { badRequest } from "../status.js";
import { unreadableList, wrongType, type FieldValidation } from "./failures.js";
import { withoutNulls } from "./nulls.js";

/**
 * The object with the patch merged in; what did not change is shared with `current`.
 * Throws `StatusError` where the patch is no object.
 */
export function mergePatch(
  current: JsonObject,
  patch: Json,
  validation: FieldValidation = "Warn",
): JsonObject {
  if (isObject(patch)) return mergeObjects(current, patch);
  if (patch !== null && validation !== "Ignore")
    throw wrongType(patch, "value of type map[string]interface {}", "error decoding patch: ");
  throw Array.isArray(patch)
    ? unreadableList(stringifyJson(withoutNulls(patch)))
    : badRequest("Invalid JSON Patch");
}

function mergeObjects(current: JsonObject, patch: JsonObject): JsonObject {
  const stays = ([key]: [string, Json]): boolean => getKey(patch, key) !== null;
  const merged: JsonObject = Object.fromEntries(Object.entries(current).filter(stays));
  for (const [key, wanted] of Object.entries(patch)) {
    if (wanted !== null) setKey(merged, key, merge(getKey(current, key), wanted));
  }
  return merged;
}

/** The library prunes nulls from the objects in a list too, unless the list takes the place of an object. */
function merge(current: Json | undefined, wanted: Json): Json {
  if (!isObject(current)) return withoutNulls(wanted);
  return isObject(wanted) ? mergeObjects(current, wanted) : wanted;
}
