/** What differs between two objects, field by field. */
import { equalJson, getKey, isObject } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import { fieldStep, formOf, indexStep, isWhole, shapeOfKey } from "../merge/index.js";
import type { FieldPath, Step } from "../merge/index.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { foundAt, isVoid, type FoundDifference } from "./found.js";
import { inSameOrder, matchedByHabit, matchedByShape } from "./items.js";
import type { Matched } from "./items.js";

/**
 * The fields that differ, in the order of the documents. A field that is added or removed comes whole, at its highest
 * path.
 *
 * By the shape, items of keyed lists are told apart by their keys, defaulted ones included (`containers[name=web]`),
 * those of sets by value (`finalizers["a/b"]`); items that only change places are a difference of their list. In
 * atomic lists, and wherever nothing is declared, items are told apart by a usual key that tells all of them apart,
 * else by index; but an atomic list of scalars differs as a whole.
 *
 * Values are equal when they are the same JSON. Whether `1000m` is `1` is not for this to guess: built-in types show a
 * quantity in one form, and so does `Semantics.shown`; in a custom resource they are two values, and the server stores
 * one for the other.
 */
export function differences(before: Json, after: Json, shape?: Shape): FoundDifference[] {
  const found: FoundDifference[] = [];
  compare(before, after, shape, { at: [] }, found);
  return found;
}

interface Place {
  at: FieldPath;
  /** The field that is known to managed fields, where that is above. */
  within?: { path: FieldPath; was: "there" | "unrecorded" } | undefined;
}

function compare(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape | undefined,
  place: Place,
  found: FoundDifference[],
): void {
  if (equalJson(before, after)) return;
  if (isObject(before) && isObject(after)) compareMaps(before, after, shape, place, found);
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(before, after, shape, place, found);
  else add(before, after, shape, place, found);
}

function add(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape | undefined,
  { at, within }: Place,
  found: FoundDifference[],
): void {
  if (within !== undefined) {
    found.push(foundAt(at, before, after, { ...within, isOne: true }));
    return;
  }
  const isOne = isOwnedAsOne(isVoid(after) ? before : after, shape);
  const isAbsent = before === undefined || (isVoid(before) && !isOne);
  found.push(foundAt(at, before, after, { path: at, was: isAbsent ? "absent" : "there", isOne, shape }));
}

function isOwnedAsOne(value: Json = null, shape: Shape | undefined): boolean {
  return shape === undefined ? value !== null && isScalar(value) : isWhole(formOf(shape, value));
}

function below({ at, within }: Place, step: Step): Place {
  return { at: [...at, step], within };
}

function compareMaps(
  before: JsonObject,
  after: JsonObject,
  shape: Shape | undefined,
  place: Place,
  found: FoundDifference[],
): void {
  const map = mapForm(shape, after);
  const within = map?.atomic === true ? known(place, "there") : place;
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const item = map === undefined ? undefined : shapeOfKey(map, key);
    compare(getKey(before, key), getKey(after, key), item, below(within, fieldStep(key)), found);
  }
}

function compareLists(
  before: Json[],
  after: Json[],
  shape: Shape | undefined,
  place: Place,
  found: FoundDifference[],
): void {
  const list = listForm(shape, after);
  const item = list?.item();
  const byShape = list === undefined ? undefined : matchedByShape(before, after, list);
  if (byShape !== undefined) {
    compareItems(byShape, before, after, item, place, found);
    return;
  }
  const within = list === undefined ? place : known(place, list.type === "atomic" ? "there" : "unrecorded");
  if ([...before, ...after].every(isScalar)) {
    add(before, after, shape, within, found);
    return;
  }
  const byHabit = matchedByHabit(before, after);
  if (byHabit !== undefined) {
    compareItems(byHabit, before, after, item, within, found);
    return;
  }
  for (let at = 0; at < Math.max(before.length, after.length); at++)
    compare(before[at], after[at], item, below(within, indexStep(at)), found);
}

function compareItems(
  matched: Matched,
  before: Json[],
  after: Json[],
  item: Shape | undefined,
  place: Place,
  found: FoundDifference[],
): void {
  const [was, is] = matched;
  for (const step of new Set([...was.keys(), ...is.keys()]))
    compare(was.get(step), is.get(step), item, below(place, step), found);
  if (!inSameOrder(matched)) add(before, after, undefined, known(place, "unrecorded"), found);
}

function mapForm(shape: Shape | undefined, value: Json): MapShape | undefined {
  const form = shape === undefined ? undefined : formOf(shape, value);
  return form?.is === "map" ? form : undefined;
}

function listForm(shape: Shape | undefined, value: Json): ListShape | undefined {
  const form = shape === undefined ? undefined : formOf(shape, value);
  return form?.is === "list" ? form : undefined;
}

/** A place within what is known as one field: it, unless something above is. */
function known({ at, within }: Place, was: "there" | "unrecorded"): Place {
  return { at, within: within ?? { path: at, was } };
}

function isScalar(value: Json): boolean {
  return !isObject(value) && !Array.isArray(value);
}
