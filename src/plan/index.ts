/** desired + live -> Change: what would happen and why. Pure, but for the reads it is handed. */
export { planChanges } from "./change.js";
export type { Planned, PlanReads } from "./change.js";
export { conflictError, refusedContests, yielding } from "./contest.js";
export type { Attempt, OnConflict, Settling } from "./attempt.js";
export { judge } from "./judge.js";
export type { Judged } from "./judge.js";
export { isCrd, kindOf, kindsOf } from "./live.js";
export { shownObject, versionOf } from "./compare.js";
export type { Applied, PreviewBy } from "./preview.js";
export { knownType, readyBody, resolveTargets } from "./target.js";
export type { Target } from "./target.js";
