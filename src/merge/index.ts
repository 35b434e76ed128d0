/** Field sets, structured merge and ownership: pure functions on JSON. */
export { applyManifest, type Applied } from "./apply.js";
export { recordUpdate } from "./update.js";
export { withOwnersOfScale, withScaleOwners, type ReplicasPath } from "./scale.js";
export type { Writer } from "./writer.js";
export type { Conflict } from "./conflicts.js";
export { describeObject, ShapeError } from "./check-shape.js";
export { namedFields, type FieldSet } from "./field-set.js";
export { isUnchanged } from "./unchanged.js";
