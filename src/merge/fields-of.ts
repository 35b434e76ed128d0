/**
 * The fields of a value.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/tofieldset.go` and, for `everyFieldOf`, `typed/compare.go`.
 */
import { isObject, type Json, type JsonObject } from "../json.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { asMember, isEmpty, leaf, node, none, type FieldSet } from "./field-set.js";
import { filledList, filledMap, formOf, isWhole, itemsByStep, shapeOfKey } from "./forms.js";
import { fieldStep, type Step } from "./path.js";

/**
 * What applying a value owns: its scalars, what is owned as a whole, items of lists, keys that no field is declared
 * for, and nulls and empty maps. Declared fields with something below them are owned by what is below them, and an
 * empty list whose items are owned one by one is nothing.
 */
export function fieldsOf(value: Json, shape: Shape): FieldSet {
  const form = formOf(shape, value);
  if (isWhole(form)) return leaf;
  if (form.is === "map") return isObject(value) ? fieldsOfMap(value, form) : none;
  return form.is === "list" && Array.isArray(value) ? itemsOf(value, form, fieldsOf) : none;
}

function fieldsOfMap(map: JsonObject, form: MapShape): FieldSet {
  const children = new Map<Step, FieldSet>();
  for (const key of Object.keys(map)) {
    const value = map[key] as Json;
    const declared = form.field(key);
    const below = fieldsOf(value, declared ?? shapeOfKey(form, key));
    const isOwn =
      declared === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
    const fields = isOwn ? asMember(below) : below;
    if (!isEmpty(fields)) children.set(fieldStep(key), fields);
  }
  return node(false, children);
}

/** A field and every field below it: what came, or went, with this value. */
export function everyFieldOf(value: Json, shape: Shape): FieldSet {
  const form = formOf(shape, value);
  if (isWhole(form)) return leaf;
  if (form.is === "list") return asMember(itemsOf(filledList(value) ?? [], form, everyFieldOf));
  const map = form.is === "map" ? filledMap(value) : undefined;
  if (map === undefined || form.is !== "map") return leaf;
  const children = new Map<Step, FieldSet>();
  for (const key of Object.keys(map)) {
    children.set(fieldStep(key), everyFieldOf(map[key] as Json, shapeOfKey(form, key)));
  }
  return node(true, children);
}

/** Items that repeat are owned together, with nothing below them. */
function itemsOf(
  items: readonly Json[],
  list: ListShape,
  below: (item: Json, shape: Shape) => FieldSet,
): FieldSet {
  const children = new Map<Step, FieldSet>();
  for (const [step, [item, ...others]] of itemsByStep(list, items)) {
    const isOne = item !== undefined && others.length === 0;
    children.set(step, isOne ? asMember(below(item, list.item())) : leaf);
  }
  return node(false, children);
}
