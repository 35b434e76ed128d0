/** Objects -> what they still lack: the pure half of waiting. */
export { endpointSliceSelector, serviceReadiness } from "./endpoints.js";
export { parseFor } from "./goal.js";
export type { Goal } from "./goal.js";
export { meets, needsSlices } from "./meets.js";
export { failureFromPods, podQuery, podsBehind, reasonFromPods } from "./pods-behind.js";
export type { Readiness } from "./readiness.js";
export { readinessOf } from "./rules.js";
export { findKind, kindRow, parseTarget, parseTargets, questionsFor } from "./targets.js";
export type { KindQuestion, KindRow } from "./targets.js";
export type { Related, Waited, WaitItem, WaitReads } from "./types.js";
export { waitUntil } from "./until.js";
export type { WaitOptions } from "./until.js";
