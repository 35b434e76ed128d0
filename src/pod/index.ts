/** Who we are in this pod: what controls it, of which revision it is, and what owns what it applies. */
export { findControllers, ownPodName } from "./controllers.js";
export type { Controlled, GetObject } from "./controllers.js";
export { ownerOf, ownerOfPod, withOwner } from "./owner.js";
export type { Owner } from "./owner.js";
export { revisionOf } from "./revision.js";
