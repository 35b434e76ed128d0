/**
 * Strategic merge patch of built-in types: objects merge by key, lists by the strategies and merge keys of the
 * schema, and directives in the patch say what merging can't.
 *
 * Source: apimachinery pkg/util/strategicpatch/patch.go (`StrategicMergeMapPatch`, `mergeMap`); apiserver
 * pkg/endpoints/handlers/patch.go (`strategicPatchObject`, `interpretStrategicMergePatchError`).
 */
import { getKey, isObject, setKey, type Json, type JsonObject } from "../../json.js";
import { serverError } from "../status.js";
import {
  deleteFromList,
  directed,
  listNamed,
  patchMark,
  retaining,
  retainKeys,
  setOrder,
  withoutDirectives,
} from "./directives.js";
import { wrongType } from "./failures.js";
import { goType } from "./go-text.js";
import { withoutNulls } from "./nulls.js";
import { listField, objectField, typeOfDefinition, type PatchType } from "./patch-meta.js";
import { mergeLists, orderedLists } from "./strategic-list.js";

/**
 * The object with the patch merged in; what did not change is shared with `current`. `definition` is that of the
 * object's kind: `io.k8s.api.apps.v1.Deployment`.
 *
 * Fields that the type does not have are merged like any, for the decoder to refuse or drop; so are directives in
 * what is new, as the real server leaves them.
 *
 * Throws `StatusError`: 400 for patches and directives that can't be read, 422 for a list of lists, and, as the real
 * server does for all else, 500.
 */
export function strategicPatch(current: JsonObject, patch: Json, definition: string): JsonObject {
  if (patch === null) return current;
  if (!isObject(patch)) throw wrongType(patch, "value of type map[string]interface {}");
  return mergeObjects(current, patch, typeOfDefinition(definition));
}

function mergeObjects(original: JsonObject, patch: JsonObject, type: PatchType): JsonObject {
  if (Object.hasOwn(patch, patchMark)) return directed(patch);
  const { [retainKeys]: retained, ...wanted } = patch;
  const merged = retained === undefined ? { ...original } : retaining(original, wanted, retained);
  const ordered = mergeOrdered(merged, wanted, type);
  for (const [key, value] of Object.entries(wanted)) {
    if (key.startsWith(setOrder) || ordered.has(key)) continue;
    const list = key.startsWith(deleteFromList) ? listNamed(key, deleteFromList) : undefined;
    const name = list ?? key;
    const original = getKey(merged, name);
    const left =
      list === undefined ? mergeField(original, value, type, key) : withoutWords(original, value, type, list);
    if (left === undefined) Reflect.deleteProperty(merged, name);
    else setKey(merged, name, left);
  }
  return merged;
}

/** Merges the lists that the patch has an order for into `merged`; the names of those that are done. */
function mergeOrdered(merged: JsonObject, patch: JsonObject, type: PatchType): Set<string> {
  const done = new Set<string>();
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(setOrder)) continue;
    const asked = listOf(order);
    const name = listNamed(key, setOrder);
    const original = getKey(merged, name);
    const wanted = getKey(patch, name);
    const lists = {
      original: original === undefined ? undefined : listOf(original),
      patch: wanted === undefined ? undefined : listOf(wanted),
    };
    const list = orderedLists(lists, asked, listField(type, name), mergeObjects);
    if (list === undefined) continue;
    setKey(merged, name, list);
    done.add(name);
  }
  return done;
}

function listOf(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  throw serverError(`expected a []interface {}, but received a ${goType(value)}`);
}

/** What becomes of a field: undefined for one that is not there any more. */
function mergeField(
  original: Json | undefined,
  value: Json,
  type: PatchType,
  name: string,
): Json | undefined {
  if (value === null) return undefined;
  if (isObject(original) && isObject(value)) {
    const meta = objectField(type, name);
    return meta.strategy === "replace" ? value : mergeObjects(original, value, meta.type);
  }
  if (Array.isArray(original) && Array.isArray(value)) {
    const meta = listField(type, name);
    return meta.strategy === "merge" ? mergeLists(original, value, meta, mergeObjects) : value;
  }
  return withoutDirectives(withoutNulls(value));
}

/** A list without the words that a directive deletes from it; null deletes the list. */
function withoutWords(
  original: Json | undefined,
  words: Json,
  type: PatchType,
  name: string,
): Json | undefined {
  if (words === null) return undefined;
  if (!Array.isArray(original) || !Array.isArray(words)) return original;
  return mergeLists(original, words, listField(type, name), mergeObjects, true);
}
