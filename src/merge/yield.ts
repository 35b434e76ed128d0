/** Leaving fields to those who own them. */
import { isObject, setKey, type Json, type JsonObject } from "../json.js";
import type { KubeObject } from "../model.js";
import type { ListShape, Shape } from "../shape.js";
import { setOf, type FieldSet } from "./field-set.js";
import { formOf, isWhole, shapeOfKey, stepOf } from "./forms.js";
import { fieldStep, type FieldPath } from "./path.js";

/**
 * The manifest without these fields, and without what is below them: applied, it leaves them to their owners, with the
 * values that they have. That is so too for fields that we own with others: we give them up. What is owned as a whole is
 * left as a whole, be it only a part of it that is named. Fields that the manifest does not have are no matter.
 *
 * What is emptied that way: a declared map or list goes, since an empty map would be owned. A list item keeps its keys,
 * and a key that no field is declared for keeps an empty map or list: an owner of either that gives it up takes what
 * others own in it along (structured-merge-diff, `merge/update.go`, addBackOwnedItems).
 */
export function yieldFields(manifest: KubeObject, paths: readonly FieldPath[], shape: Shape): KubeObject {
  const left = withoutGiven(manifest, setOf(...paths), shape);
  return isObject(left) ? left : manifest;
}

/** The value without the fields; of a place that is not owned as a whole. */
function withoutGiven(value: Json, given: FieldSet, shape: Shape, keys: ListShape["keys"] = []): Json {
  const form = formOf(shape, value);
  if (form.is === "map" && isObject(value)) {
    const left: JsonObject = {};
    for (const key of Object.keys(value)) {
      const item = value[key] as Json;
      const below = keys.some(({ name }) => name === key) ? undefined : given.children.get(fieldStep(key));
      const declared = form.field(key);
      const kept = below === undefined ? item : keptOf(item, below, declared ?? shapeOfKey(form, key));
      if (kept === undefined || (kept !== item && declared !== undefined && isBare(kept))) continue;
      setKey(left, key, kept);
    }
    return left;
  }
  if (form.is !== "list" || !Array.isArray(value)) return value;
  return value.flatMap((item) => {
    const below = given.children.get(stepOf(form, item) ?? "");
    const kept = below === undefined ? item : keptOf(item, below, form.item(), form.keys);
    return kept === undefined ? [] : [kept];
  });
}

/** What is left of a value that is given up (undefined: nothing), or that fields are given up in. */
function keptOf(value: Json, given: FieldSet, shape: Shape, keys?: ListShape["keys"]): Json | undefined {
  if (given.member || isWhole(formOf(shape, value))) return undefined;
  return withoutGiven(value, given, shape, keys);
}

function isBare(value: Json): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
