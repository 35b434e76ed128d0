/**
 * Fields that were owned one by one, in what a newer schema takes as a whole.
 *
 * Source: sigs.k8s.io/structured-merge-diff, `typed/reconcile_schema.go`.
 */
import type { Shape } from "../shape.js";
import { leaf, rebuilt, type FieldSet } from "./field-set.js";
import { fieldName, type Step } from "./path.js";

/**
 * The set as it is by this shape: whoever owned something below what is now owned as a whole, owns all of it. What was
 * owned as a whole and is not any more stays as it is, as do fields that the shape does not know.
 */
export function reconcile(set: FieldSet, shape: Shape): FieldSet {
  return rebuilt(set, set.member, (step, child) => {
    const below = shapeBelow(shape, step);
    return below === undefined || child.children.size === 0 ? child : reconcileField(child, below);
  });
}

function reconcileField(field: FieldSet, shape: Shape): FieldSet {
  const isWhole = shape.is === "list" ? shape.type === "atomic" : shape.is !== "scalar" && shape.atomic;
  return isWhole ? leaf : reconcile(field, shape);
}

function shapeBelow(shape: Shape, step: Step): Shape | undefined {
  if (shape.is === "list") return shape.item();
  if (shape.is !== "map") return undefined;
  const name = fieldName(step);
  return (name === undefined ? undefined : shape.field(name)) ?? shape.rest();
}
