/** What goes with a map or an item, by whose it is. */
import { isObject, setKey } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import { fieldStep, formOf, isWhole, shapeOfKey, stepOf } from "../merge/index.js";
import type { FieldPath } from "../merge/index.js";
import type { Shape } from "../shape.js";
import { foundAt, isVoid, type FoundDifference } from "./found.js";
import type { Past } from "./past.js";

/**
 * A difference in parts where a map, a list or an item goes that is ours, with fields in it that are others' alone:
 * what is left without those, and each of them.
 */
export function splitByOwner(found: FoundDifference, past: Past): FoundDifference[] {
  const { before, after, field } = found;
  if (field.was !== "there" || field.isOne || !isVoid(after) || before === undefined) return [found];
  if (field.shape === undefined || !isMixed(field.path, past)) return [found];
  const carved: FoundDifference[] = [];
  const left = carve(before, field.shape, field.path, past, carved);
  return carved.length === 0 ? [found] : [{ ...found, before: left ?? null }, ...carved];
}

function isMixed(path: FieldPath, past: Past): boolean {
  return past.isOurs(path) === true && (past.ownersOf(path) ?? []).length > 0;
}

/** What is left of a value without what is others' alone, which is put into `carved`. */
function carve(
  value: Json,
  shape: Shape,
  path: FieldPath,
  past: Past,
  carved: FoundDifference[],
): Json | undefined {
  if ((past.ownersOf(path) ?? []).length === 0) return value;
  const form = formOf(shape, value);
  if (past.isOurs(path) === false) {
    carved.push(foundAt(path, value, undefined, { path, was: "there", isOne: isWhole(form) }));
    return undefined;
  }
  if (isWhole(form)) return value;
  if (form.is === "map" && isObject(value)) {
    const left: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      const kept = carve(item, shapeOfKey(form, key), [...path, fieldStep(key)], past, carved);
      if (kept !== undefined) setKey(left, key, kept);
    }
    return left;
  }
  if (form.is !== "list" || !Array.isArray(value)) return value;
  return value.flatMap((item) => {
    const step = stepOf(form, item);
    const kept = step === undefined ? item : carve(item, form.item(), [...path, step], past, carved);
    return kept === undefined ? [] : [kept];
  });
}
