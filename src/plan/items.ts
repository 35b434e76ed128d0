/** Items of lists, told apart: by what the schema says, or where it says nothing, by what usually tells. */
import { getKey } from "../json.js";
import type { Json } from "../json.js";
import { keyStep, stepOf } from "../merge/index.js";
import type { Step } from "../merge/index.js";
import type { ListShape } from "../shape.js";

/** Items by the steps that lead to them, in their order. */
export type ItemsByStep = ReadonlyMap<Step, Json>;

/** Two lists whose items were all told apart. */
export type Matched = readonly [before: ItemsByStep, after: ItemsByStep];

/**
 * The items of a set by value, those of a keyed list by their keys, absent ones at their defaults. Undefined for an
 * atomic list, and where items repeat or have none of the keys, which a create or an update lets be.
 */
export function matchedByShape(before: Json[], after: Json[], list: ListShape): Matched | undefined {
  return list.type === "atomic" ? undefined : matched(before, after, (item) => stepOf(list, item));
}

/** The list-map keys that built-in types use, the most telling first (OpenAPI `x-kubernetes-list-map-keys`). */
const usualKeys = [
  ["name"],
  ["containerPort", "protocol"],
  ["port", "protocol"],
  ["mountPath"],
  ["devicePath"],
  ["ip"],
  ["topologyKey", "whenUnsatisfiable"],
  ["uid"],
  ["type"],
  ["key"],
];

/** Items by the first of the usual keys that tells all of them apart, if one does. */
export function matchedByHabit(before: Json[], after: Json[]): Matched | undefined {
  for (const keys of usualKeys) {
    const found = matched(before, after, (item) => usualStep(item, keys));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first key must be there, others may be left to a default that is not known. */
function usualStep(item: Json, keys: readonly string[]): Step | undefined {
  const values = keys.map((key) => [key, getKey(item, key)] as const);
  if (values[0]?.[1] === undefined) return undefined;
  return keyStep(values.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

type StepOf = (item: Json) => Step | undefined;

function matched(before: Json[], after: Json[], stepOf: StepOf): Matched | undefined {
  const was = byStep(before, stepOf);
  const is = was === undefined ? undefined : byStep(after, stepOf);
  return was === undefined || is === undefined ? undefined : [was, is];
}

function byStep(items: Json[], stepOf: StepOf): ItemsByStep | undefined {
  const found = new Map<Step, Json>();
  for (const item of items) {
    const step = stepOf(item);
    if (step === undefined || found.has(step)) return undefined;
    found.set(step, item);
  }
  return found;
}

/** Whether the items that both lists have stand in the same order. */
export function inSameOrder([before, after]: Matched): boolean {
  const kept = [...after.keys()].filter((step) => before.has(step));
  let at = 0;
  for (const step of before.keys()) if (after.has(step) && step !== kept[at++]) return false;
  return true;
}
