/** Field sets, structured merge and ownership: pure functions on JSON. */
export { applyManifest, type Applied } from "./apply.js";
export { recordUpdate } from "./update.js";
export { withOwnersOfScale, withScaleOwners, type ReplicasPath } from "./scale.js";
export type { Writer } from "./writer.js";
export type { Conflict } from "./conflicts.js";
export { describeObject, ShapeError } from "./check-shape.js";
export { namedFields, type FieldSet } from "./field-set.js";
export { isUnchanged } from "./unchanged.js";
export { predict, type Applier, type Prediction } from "./predict.js";
export { contestsOf, contestsOfCauses, type Contested } from "./contests.js";
export { yieldFields } from "./yield.js";
export { isClientSide, managedFieldsPatch, takeOver } from "./take-over.js";
export type { Owner } from "./managers.js";
export { holdersOf, isOlder, type Holder } from "./holders.js";
export { followPath } from "./follow.js";
export { fieldStep, indexStep, keyStep, plainPath, type FieldPath, type Step } from "./path.js";
export { formOf, isWhole, shapeOfKey, stepOf } from "./forms.js";
