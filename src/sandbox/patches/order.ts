/**
 * The order of a merged list: what the patch names in the patch's order, the rest in the server's, and one among the
 * other as they were.
 *
 * Source: apimachinery pkg/util/strategicpatch/patch.go (`normalizeElementOrder`, `mergeSortedSlice`,
 * `partitionMapsByPresentInList`).
 */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import { serverError, type StatusError } from "../status.js";
import { goText, goType } from "./go-text.js";

/** What tells an item from others: the value of its merge key, or where there is none the item. Throws a 500. */
export function keyValue(item: Json, mergeKey: string): Json {
  if (mergeKey === "") return item;
  if (!isObject(item))
    throw serverError(`expected a map[string]interface {}, but received a ${goType(item)}`);
  const value = getKey(item, mergeKey);
  if (value === undefined) throw noMergeKey(item, mergeKey);
  return value;
}

function noMergeKey(item: JsonObject, mergeKey: string): StatusError {
  return serverError(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
}

/**
 * The items in order: those in `asked` as they stand there, the others as in `before`. One of the others comes before
 * one that was asked for if it did so in `before`, as far as both orders can be kept.
 */
export function arranged(
  items: readonly Json[],
  asked: readonly Json[],
  before: readonly Json[],
  mergeKey: string,
): Json[] {
  const valueOf = (item: Json): Json => keyValue(item, mergeKey);
  const wanted = ranks(asked, valueOf);
  const former = ranks(before, valueOf);
  const rest = sorted(items, former, (value) => !wanted.has(value));
  const chosen = sorted(items, wanted, (value) => wanted.has(value));
  return interleaved(rest, chosen, (item) => former.get(valueOf(item)));

  function sorted(
    list: readonly Json[],
    order: ReadonlyMap<Json, number>,
    belongs: (value: Json) => boolean,
  ): Json[] {
    const rank = (item: Json): number => order.get(valueOf(item)) ?? order.size;
    return list.filter((item) => belongs(valueOf(item))).sort((a, b) => rank(a) - rank(b));
  }
}

/** The place of each value's first item. */
function ranks(items: readonly Json[], valueOf: (item: Json) => Json): Map<Json, number> {
  const places = new Map<Json, number>();
  items.forEach((item, at) => {
    const value = valueOf(item);
    if (!places.has(value)) places.set(value, at);
  });
  return places;
}

function interleaved(rest: Json[], chosen: Json[], placeOf: (item: Json) => number | undefined): Json[] {
  const all: Json[] = [];
  let at = 0;
  for (const item of chosen) {
    const place = placeOf(item);
    while (at < rest.length && isBefore(placeOf(rest[at] as Json), place)) all.push(rest[at++] as Json);
    all.push(item);
  }
  return [...all, ...rest.slice(at)];
}

function isBefore(a: number | undefined, b: number | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}
