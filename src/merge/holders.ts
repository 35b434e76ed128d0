/** Who holds the fields of an object, entry by entry of its managed fields. */
import type { FieldOwner, KubeObject } from "../model.js";
import { ownerOf } from "./contests.js";
import type { FieldSet } from "./field-set.js";
import { readOwners, seconds } from "./managers.js";
import { fieldName, type FieldPath, type Step } from "./path.js";

/** An entry of managed fields, to be asked what it holds. */
export interface Holder {
  owner: FieldOwner;
  /** The field, or anything below it. */
  holds: (field: FieldPath) => boolean;
  /** The field with nothing below it: it is a scalar, or owned as a whole, or an empty map. */
  holdsJust: (field: FieldPath) => boolean;
  /** The field, or it may be so that only a shape could tell: in a list of other keys, or in what is held as a whole. */
  mayHold: (field: FieldPath) => boolean;
}

/**
 * The holders of an object's fields, in the order of their entries.
 * @throws SyntaxError for managed fields that a server would not store.
 */
export function holdersOf(object: KubeObject): Holder[] {
  return [...readOwners(object).values()].map((owner) => ({
    owner: ownerOf(owner),
    holds: (field) => isSet(follow(owner.fields, field)),
    holdsJust: (field) => {
      const found = follow(owner.fields, field);
      return isSet(found) && found.children.size === 0;
    },
    mayHold: (field) => follow(owner.fields, field) !== "not held",
  }));
}

function follow(set: FieldSet, field: FieldPath): FieldSet | "may be held" | "not held" {
  let at = set;
  for (const step of field) {
    const next = at.children.get(step);
    if (next === undefined) return mayStandFor(at, step) ? "may be held" : "not held";
    at = next;
  }
  return at;
}

function isSet(found: FieldSet | string): found is FieldSet {
  return typeof found !== "string";
}

/** Whether what is held as a whole, or by other keys, may have what a step leads to. */
function mayStandFor({ member, children }: FieldSet, step: Step): boolean {
  if (children.size === 0) return member;
  return fieldName(step) === undefined && [...children.keys()].some((key) => fieldName(key) === undefined);
}

/** Whether an entry was written for the last time before another; false where either has no time. */
export function isOlder({ since }: FieldOwner, than: FieldOwner): boolean {
  return since !== undefined && than.since !== undefined && seconds(since) < seconds(than.since);
}
