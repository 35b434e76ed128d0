/** Field paths, followed into values. */
import { equalJson, getKey, isObject, parseJson, type Json } from "../json.js";
import type { Path } from "../model.js";
import type { ListShape, Shape } from "../shape.js";
import { formOf, shapeOfKey, stepOf } from "./forms.js";
import { fieldName, valueStep, type FieldPath, type Step } from "./path.js";

export interface Followed {
  /** Keys and indexes, as far as the value has the path. */
  at: Path;
  /** What is there; undefined where the value does not have the whole path. */
  value: Json | undefined;
}

/**
 * Follows a path into a value. The shape says which keys tell the items of a list apart and what stands for an absent
 * one; without it, the item is taken that has the path's keys, or else one that has no other values for them.
 */
export function followPath(value: Json, path: FieldPath, shape?: Shape): Followed {
  const at: (string | number)[] = [];
  let found = value;
  let below = shape;
  for (const step of path) {
    const next = followStep(found, step, below);
    if (next === undefined) return { at, value: undefined };
    at.push(next.key);
    found = next.value;
    below = next.shape;
  }
  return { at, value: found };
}

interface Next {
  key: string | number;
  value: Json;
  shape: Shape | undefined;
}

function followStep(value: Json, step: Step, shape: Shape | undefined): Next | undefined {
  const form = shape === undefined ? undefined : formOf(shape, value);
  const name = fieldName(step);
  if (name !== undefined) {
    const item = getKey(value, name);
    const below = form?.is === "map" ? shapeOfKey(form, name) : undefined;
    return item === undefined ? undefined : { key: name, value: item, shape: below };
  }
  if (!Array.isArray(value)) return undefined;
  const list = form?.is === "list" ? form : undefined;
  const key = indexOf(value, step, list);
  const item = value[key];
  return item === undefined ? undefined : { key, value: item, shape: list?.item() };
}

/** The place of an item in a list; -1 where it has none. */
function indexOf(items: readonly Json[], step: Step, list: ListShape | undefined): number {
  if (step.startsWith("i:")) return Number(step.slice(2));
  if (list !== undefined && list.type !== "atomic")
    return items.findIndex((item) => stepOf(list, item) === step);
  if (step.startsWith("v:")) return items.findIndex((item) => valueStep(item) === step);
  const keys = Object.entries(parseJson(step.slice(2)) as Record<string, Json>);
  const isNamed = (item: Json): boolean => keys.every(([key, value]) => equalJson(getKey(item, key), value));
  const mayBeNamed = (item: Json): boolean =>
    isObject(item) && keys.every(([key, value]) => equalJson(getKey(item, key) ?? value, value));
  const named = items.findIndex(isNamed);
  return named === -1 ? items.findIndex(mayBeNamed) : named;
}
