/** desired + live -> Change: what would happen and why. Pure, but for the reads it is handed. */
export { planChanges, shownObject } from "./change.js";
export type { Applied, Planned, PlanReads } from "./change.js";
export { isCrd, readLive } from "./live.js";
export { knownType, readyBody, resolveTargets } from "./target.js";
export type { Target } from "./target.js";
