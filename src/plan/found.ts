/** What is found to differ, before it is told whose it is. */
import type { Json } from "../json.js";
import { plainPath, type FieldPath } from "../merge/index.js";
import type { Difference } from "../model.js";
import type { Shape } from "../shape.js";

/** A difference, and the field of it that managed fields know. */
export interface FoundDifference extends Difference {
  field: Field;
}

export interface Field {
  /** Of a difference within what is owned as a whole, as an atomic list: that. */
  path: FieldPath;
  /** What it was before: there, or not (or empty), or such that nothing is recorded: the order of items, or repeated ones. */
  was: "there" | "absent" | "unrecorded";
  /** Whether it is owned as one: a scalar, an atomic map or list. */
  isOne: boolean;
  /** The shape of its place, where one is known. */
  shape?: Shape | undefined;
}

/** The difference at a path; `before` is undefined for what is new, `after` for what goes. */
export function foundAt(
  at: FieldPath,
  before: Json | undefined,
  after: Json | undefined,
  field: Field,
): FoundDifference {
  return {
    path: plainPath(at),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    field,
  };
}

/** Nothing, null, or a map or list with nothing in it. */
export function isVoid(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
