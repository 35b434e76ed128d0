/** One run at a time for a manifest set, and none of an older revision: what is kept on a Lease. */
export { checkRevision } from "./decide.js";
export { hashOf } from "./hash.js";
export type { Held } from "./held.js";
export { holdLease } from "./hold.js";
export type { HoldOptions, Skipped } from "./hold.js";
export { leaseName, recordedOn } from "./record.js";
export type { Ending, LeaseAt, Recorded, Wanted } from "./record.js";
export type { LeaseAccess, LeasePut, LeaseRequests } from "./requests.js";
export { parseRevision } from "./revision.js";
export type { Revision } from "./revision.js";
