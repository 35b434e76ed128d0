/**
 * Taking fields out of a value, and only those of a value.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/remove.go` and `fieldpath/set.go` (EnsureNamedFieldsAreMembers).
 */
import { setKey, type Json, type JsonObject } from "../json.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { asMember, node, none, type FieldSet } from "./field-set.js";
import { filledList, filledMap, formOf, isWhole, shapeOfKey, stepOf } from "./forms.js";
import { fieldName, fieldStep, type Step } from "./path.js";

/**
 * The value without these fields and all that is below them. A map or list that nothing is left of is null, and so is
 * one that is owned as a whole where anything below it is taken.
 */
export function withoutFieldsOf(value: Json, fields: FieldSet, shape: Shape): Json {
  const form = formOf(shape, value);
  if (form.is === "scalar") return value;
  if (isWhole(form)) return null;
  if (form.is === "map") {
    const map = filledMap(value);
    return map === undefined ? null : withoutKeys(map, fields, form);
  }
  const list = filledList(value);
  return list === undefined ? null : withoutItems(list, fields, form);
}

function withoutKeys(map: JsonObject, fields: FieldSet, form: MapShape): Json {
  const kept: JsonObject = {};
  for (const key of Object.keys(map)) {
    const value = map[key] as Json;
    const own = fields.children.get(fieldStep(key)) ?? none;
    if (own.member) continue;
    setKey(kept, key, own === none ? value : withoutFieldsOf(value, own, shapeOfKey(form, key)));
  }
  return filledMap(kept) ?? null;
}

function withoutItems(list: readonly Json[], fields: FieldSet, form: ListShape): Json {
  const shape = form.item();
  const kept: Json[] = [];
  for (const item of list) {
    const own = fields.children.get(stepOf(form, item) ?? "") ?? none;
    if (own.member) continue;
    kept.push(own === none ? item : withoutFieldsOf(item, own, shape));
  }
  return filledList(kept) ?? null;
}

/** The set with every declared field in it that it has fields below of. */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  if (set.children.size === 0) return set;
  const children = new Map<Step, FieldSet>();
  for (const [step, child] of set.children) {
    const name = fieldName(step);
    const isNamed = name !== undefined && shape.is === "map" && shape.field(name) !== undefined;
    const below = withNamedFields(child, shapeBelow(shape, step));
    children.set(step, isNamed ? asMember(below) : below);
  }
  return node(set.member, children);
}

const anything: Shape = { is: "any", atomic: false };

function shapeBelow(shape: Shape, step: Step): Shape {
  const name = fieldName(step);
  if (name !== undefined && shape.is === "map") return shapeOfKey(shape, name);
  return shape.is === "list" && step.startsWith("k:") ? shape.item() : anything;
}
