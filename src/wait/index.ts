/** Objects -> what they still lack: the pure half of waiting. */
export { openBackoff } from "./backoff.js";
export { endpointSliceSelector, serviceReadiness } from "./endpoints.js";
export { parseFor } from "./goal.js";
export type { Goal } from "./goal.js";
export { meets, needsSlices } from "./meets.js";
export { openMemory } from "./memory.js";
export type { Memory } from "./memory.js";
export { believeAfterMs, isAboutAccess, isPassing } from "./passing.js";
export { failureFromPods, podQuery, podsBehind, reasonFromPods } from "./pods-behind.js";
export type { Readiness } from "./readiness.js";
export { readinessOf, sightingsOf } from "./rules.js";
export type { Selector } from "./selector.js";
export { findKind, kindRow, mayBeOf, mayComeToBe, parseAsked, parseTarget, questionsFor } from "./targets.js";
export type { Asked, KindQuestion, KindRow } from "./targets.js";
export type { Related, Waited, WaitItem, WaitReads } from "./types.js";
export { waitUntil } from "./until.js";
export type { WaitOptions } from "./until.js";
