/**
 * What became of the fields of a value when another took its place.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/compare.go`.
 */
import { equalJson, type Json, type JsonObject } from "../json.js";
import type { ListShape, MapShape, Shape } from "../shape.js";
import { isEmpty, leaf, node, none, recursiveDifference, union, type FieldSet } from "./field-set.js";
import { everyFieldOf } from "./fields-of.js";
import { filledList, filledMap, formOf, isWhole, itemsByStep, shapeOfKey, type Form } from "./forms.js";
import { fieldStep, type Step } from "./path.js";

/** No field is in two of the sets; all are empty where the values are equal. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

export const same: Comparison = { added: none, modified: none, removed: none };

/** Compares two values of one shape. What they share is not looked at. */
export function compareValues(before: Json, after: Json, shape: Shape): Comparison {
  if (before === after) return same;
  const [was, is] = [formOf(shape, before), formOf(shape, after)];
  if (was.is === is.is) return compareAs(is, before, after);
  return joined(compareAs(was, before, after), compareAs(is, before, after));
}

/** The comparison without these fields and what is below them. */
export function withoutFields(comparison: Comparison, fields: FieldSet | undefined): Comparison {
  if (fields === undefined || comparison === same) return comparison;
  return {
    added: recursiveDifference(comparison.added, fields),
    modified: recursiveDifference(comparison.modified, fields),
    removed: recursiveDifference(comparison.removed, fields),
  };
}

/** Compares values as if both had this form: of one that has another, nothing is seen. */
function compareAs(form: Form, before: Json, after: Json): Comparison {
  if (!isWhole(form)) {
    if (form.is === "map") {
      const [was, is] = [filledMap(before), filledMap(after)];
      if (was !== undefined || is !== undefined) return compareMaps(was ?? {}, is ?? {}, form);
    } else if (form.is === "list") {
      const [was, is] = [filledList(before), filledList(after)];
      if (was !== undefined || is !== undefined) return compareLists(was ?? [], is ?? [], form);
    }
  }
  return equalJson(before, after) ? same : { ...same, modified: leaf };
}

function compareMaps(before: JsonObject, after: JsonObject, form: MapShape): Comparison {
  const changes = noChanges();
  for (const key of Object.keys(before)) {
    const was = before[key] as Json;
    const is = Object.hasOwn(after, key) ? (after[key] as Json) : undefined;
    if (was === is) continue;
    addChanges(changes, fieldStep(key), compareMaybe(was, is, shapeOfKey(form, key)));
  }
  for (const key of Object.keys(after)) {
    if (Object.hasOwn(before, key)) continue;
    addChanges(changes, fieldStep(key), compareMaybe(undefined, after[key], shapeOfKey(form, key)));
  }
  return comparisonOf(changes);
}

function compareLists(before: readonly Json[], after: readonly Json[], form: ListShape): Comparison {
  const changes = noChanges();
  const [were, are] = [itemsByStep(form, before), itemsByStep(form, after)];
  const shape = form.item();
  for (const [step, was] of were) addChanges(changes, step, compareItems(was, are.get(step) ?? [], shape));
  for (const [step, is] of are) if (!were.has(step)) addChanges(changes, step, compareItems([], is, shape));
  return comparisonOf(changes);
}

/** The items of one step. Items that repeat are one field, with nothing below it. */
function compareItems(before: readonly Json[], after: readonly Json[], shape: Shape): Comparison {
  if (before.length <= 1 && after.length <= 1) return compareMaybe(before[0], after[0], shape);
  if (before.length > 1 && after.length > 1) {
    return equalJson([...before], [...after]) ? same : { ...same, modified: leaf };
  }
  return before.length > 1
    ? joined(compareMaybe(undefined, after[0], shape), { ...same, removed: leaf })
    : joined(compareMaybe(before[0], undefined, shape), { ...same, added: leaf });
}

function compareMaybe(before: Json | undefined, after: Json | undefined, shape: Shape): Comparison {
  if (before !== undefined && after !== undefined) return compareValues(before, after, shape);
  if (after !== undefined) return { ...same, added: everyFieldOf(after, shape) };
  return before === undefined ? same : { ...same, removed: everyFieldOf(before, shape) };
}

function joined(a: Comparison, b: Comparison): Comparison {
  return {
    added: union(a.added, b.added),
    modified: union(a.modified, b.modified),
    removed: union(a.removed, b.removed),
  };
}

/** The comparisons of what is below, by step. */
interface Changes {
  added: Map<Step, FieldSet>;
  modified: Map<Step, FieldSet>;
  removed: Map<Step, FieldSet>;
}

function noChanges(): Changes {
  return { added: new Map(), modified: new Map(), removed: new Map() };
}

function addChanges(changes: Changes, step: Step, { added, modified, removed }: Comparison): void {
  if (!isEmpty(added)) changes.added.set(step, added);
  if (!isEmpty(modified)) changes.modified.set(step, modified);
  if (!isEmpty(removed)) changes.removed.set(step, removed);
}

function comparisonOf({ added, modified, removed }: Changes): Comparison {
  if (added.size === 0 && modified.size === 0 && removed.size === 0) return same;
  return { added: node(false, added), modified: node(false, modified), removed: node(false, removed) };
}
