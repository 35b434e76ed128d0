/**
 * How a value is taken at a place: as a scalar, a map or a list. Where nothing is declared, the value itself decides.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/helpers.go`; k8s.io/kube-openapi, `pkg/schemaconv/smd.go`.
 */
import { getKey, isObject, type Json, type JsonObject } from "../json.js";
import type { AnyShape, ListShape, MapShape, ScalarShape, Shape } from "../shape.js";
import { goQuote } from "./go-text.js";
import { keyStep, valueStep, type Step } from "./path.js";

export type Form = ScalarShape | MapShape | ListShape;

const anyAtomic: AnyShape = { is: "any", atomic: true };
const anyGranular: AnyShape = { is: "any", atomic: false };
const anyScalar: ScalarShape = { is: "scalar", type: "untyped" };
const anyList: ListShape = { is: "list", type: "atomic", keys: [], item: () => anyAtomic };
const anyMap: MapShape = { is: "map", atomic: false, field: () => undefined, rest: () => anyGranular };
const anyAtomicMap: MapShape = { is: "map", atomic: true, field: () => undefined, rest: () => anyAtomic };

/** The form of a value in a place of this shape; null is a map where anything may stand. */
export function formOf(shape: Shape, value: Json): Form {
  if (shape.is !== "any") return shape;
  if (Array.isArray(value)) return anyList;
  if (typeof value !== "object") return anyScalar;
  return shape.atomic ? anyAtomicMap : anyMap;
}

/** Whether a value in this form is owned as a whole, whatever it is. */
export function isWhole(form: Form): boolean {
  return form.is === "scalar" || (form.is === "map" ? form.atomic : form.type === "atomic");
}

/** The shape of a key of a map. What has none is taken as a whole. */
export function shapeOfKey(map: MapShape, key: string): Shape {
  return map.field(key) ?? map.rest() ?? anyAtomic;
}

/** The value as a map with anything in it, if it is one. */
export function filledMap(value: Json | undefined): JsonObject | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/** The value as a list with anything in it, if it is one. */
export function filledList(value: Json | undefined): Json[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

/** The step to an item of a set or a keyed list; undefined for an item that has none (`whyNoStep`). */
export function stepOf(list: ListShape, item: Json): Step | undefined {
  if (list.type === "set") return typeof item === "object" ? undefined : valueStep(item);
  if (!isObject(item)) return undefined;
  const keys: [string, Json][] = [];
  for (const { name, default: standIn } of list.keys) {
    const value = getKey(item, name);
    // A key with no value at all is left out: that is another item than one with it.
    if (value !== undefined) keys.push([name, value]);
    else if (standIn !== undefined && standIn !== null) keys.push([name, standIn]);
  }
  return keys.length === 0 && list.keys.length > 0 ? undefined : keyStep(keys);
}

/** Why an item has no step. */
export function whyNoStep(list: ListShape, item: Json): string {
  if (list.type === "set") {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    return Array.isArray(item)
      ? "not supported: associative list with lists as elements"
      : "associative list without keys has an element that's a map type";
  }
  if (item === null) return "associative list with keys may not have a null element";
  if (!isObject(item)) return "associative list with keys may not have non-map elements";
  const names = `[${list.keys.map(({ name }) => goQuote(name)).join(" ")}]`;
  return `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`;
}

/** The items of a list by their steps; several where steps repeat. Items that have none, of no valid list, are at "". */
export function itemsByStep(list: ListShape, items: readonly Json[]): Map<Step, Json[]> {
  const found = new Map<Step, Json[]>();
  for (const item of items) {
    const step = stepOf(list, item) ?? "";
    const same = found.get(step);
    if (same === undefined) found.set(step, [item]);
    else same.push(item);
  }
  return found;
}
