/**
 * Strategic merge of lists: words merge as a set, objects by their merge key.
 *
 * Source: apimachinery pkg/util/strategicpatch/patch.go (`mergeSlice`, `mergePatchIntoOriginal`).
 */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { rejected, serverError } from "../status.js";
import { patchMark, setOrder, unknownDirective, withoutDirectives } from "./directives.js";
import { goText, goType } from "./go-text.js";
import { arranged, keyValue } from "./order.js";
import type { PatchMeta, PatchType } from "./patch-meta.js";

/** Merges two objects of a type: what the items of lists need. */
export type Merge = (original: JsonObject, patch: JsonObject, type: PatchType) => JsonObject;

/** Merges a list into the one that is there; with `deletes`, words of the one are removed from the other. */
export function mergeLists(
  original: Json[],
  patch: Json[],
  { type, mergeKey }: PatchMeta,
  merge: Merge,
  deletes = false,
): Json[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (!areObjects(original, patch)) {
    if (deletes) return original.filter((word) => !patch.includes(word));
    return arranged([...new Set([...original, ...patch])], patch, original, mergeKey);
  }
  if (mergeKey === "") throw serverError(`cannot merge lists without merge key for ${type.is}`);
  const { kept, fresh } = directedItems(original, patch, mergeKey);
  return arranged(mergeItems(kept, fresh), fresh, kept, mergeKey);

  function mergeItems(items: readonly Json[], patches: readonly JsonObject[]): Json[] {
    const merged = [...items];
    for (const item of patches) {
      const value = keyValue(item, mergeKey);
      const at = merged.findIndex((one) => getKey(one, mergeKey) === value);
      const found = merged[at];
      if (isObject(found)) merged[at] = merge(found, item, type);
      else merged.push(item);
    }
    return merged;
  }
}

/** Does what items with a `$patch` say: what is left of the list, and the items to merge into that. */
function directedItems(
  original: Json[],
  patch: Json[],
  mergeKey: string,
): { kept: Json[]; fresh: JsonObject[] } {
  let kept = original;
  let replaces = false;
  const fresh: JsonObject[] = [];
  for (const item of patch.filter(isObject)) {
    const said = getKey(item, patchMark);
    if (said === undefined) fresh.push(item);
    else if (said === "delete") {
      const value = keyValue(item, mergeKey);
      kept = kept.filter((one) => getKey(one, mergeKey) !== value);
    } else if (said === "replace") replaces = true;
    else if (said === "merge") throw serverError("merging lists cannot yet be specified in the patch");
    else throw unknownDirective(said, item);
  }
  return replaces ? { kept: fresh, fresh: [] } : { kept, fresh };
}

/** A list as it is and as the patch has it. */
export interface Lists {
  original: Json[] | undefined;
  patch: Json[] | undefined;
}

/**
 * A list for which the patch has an order: the items that the order names as it has them, the others where they were.
 * Undefined where there is no such list, neither before nor in the patch.
 */
export function orderedLists(
  { original, patch }: Lists,
  order: Json[],
  meta: PatchMeta,
  merge: Merge,
): Json[] | undefined {
  const { mergeKey } = meta;
  checkOrder(patch ?? [], order, mergeKey);
  const merged = mergedLists({ original, patch }, meta, merge);
  if (merged === undefined) return undefined;
  if (areObjects(original ?? [], patch ?? []) && mergeKey === "")
    throw serverError("runtime error: hash of unhashable type map[string]interface {}");
  return arranged(merged, order, formerOrder(original ?? [], patch ?? [], mergeKey), mergeKey);
}

/**
 * The order that the library finds in the list before. Items that were deleted leave room in Go's array, which new
 * items fill: those count as if they had been there.
 */
function formerOrder(original: Json[], patch: Json[], mergeKey: string): Json[] {
  const deletions = patch.filter((item) => getKey(item, patchMark) === "delete");
  if (deletions.length === 0) return original;
  const deleted = new Set(deletions.map((item) => keyValue(item, mergeKey)));
  const kept = original.filter((item) => !deleted.has(keyValue(item, mergeKey)));
  const known = new Set(kept.map((item) => keyValue(item, mergeKey)));
  const added = patch.filter(
    (item) => getKey(item, patchMark) === undefined && !known.has(keyValue(item, mergeKey)),
  );
  return [...kept, ...added].slice(0, original.length);
}

function mergedLists({ original, patch }: Lists, meta: PatchMeta, merge: Merge): Json[] | undefined {
  if (patch === undefined) return original;
  if (original === undefined) return withoutDirectives(patch) as Json[];
  return meta.strategy === "merge" ? mergeLists(original, patch, meta, merge) : patch;
}

/** The items of the patch must be among those of its order, and follow each other as there; deletions need not. */
function checkOrder(patch: Json[], order: Json[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = mergeKey === "" ? patch : patch.filter((item) => !isDeletion(item));
  let at = 0;
  let asked = 0;
  while (at < items.length && asked < order.length) {
    const item = items[at] as Json;
    if (getKey(item, patchMark) !== undefined) {
      at += 1;
      continue;
    }
    if (keyValue(item, mergeKey) === keyValue(order[asked] as Json, mergeKey)) at += 1;
    asked += 1;
  }
  if (at === items.length) return;
  throw serverError(
    `The order in patch list:\n${goText(patch)}\n doesn't match ${setOrder} list:\n${goText(order)}\n`,
  );
}

function isDeletion(item: Json): boolean {
  if (!isObject(item))
    throw serverError(`expected a map[string]interface {}, but received a ${goType(item)}`);
  return getKey(item, patchMark) === "delete";
}

/** Whether the items are objects, which all of them must be, or none. Throws for lists of lists or of several types. */
function areObjects(...lists: [Json[], Json[]]): boolean {
  const items = lists.flat(1);
  const [first] = items;
  if (first === undefined) throw serverError("no elements in any of the given slices");
  if (Array.isArray(first)) throw rejected();
  if (items.every((item) => goType(item) === goType(first))) return isObject(first);
  throw serverError(`list element types are not identical: ${goText(lists)}`);
}
