/** The requests that holding a Lease is handed. */
import type { KubeObject } from "../model.js";

/** Both reject with a `KapplyError`. */
export interface LeaseRequests {
  get: () => Promise<KubeObject | undefined>;
  /** Replaces the Lease as it was read, or makes one: `stale` when it is another by now, or there is one already. */
  put: (lease: KubeObject) => Promise<LeasePut>;
}

/** The requests of a run: those that it needs to begin end with it, those by which others are let in outlast it. */
export interface LeaseAccess {
  /** Looks and takes: nothing new is sent after a signal or the deadline. */
  taking: LeaseRequests;
  /** Renews and gives back: for a while after them too. */
  keeping: LeaseRequests;
}

export type LeasePut = { is: "written"; lease: KubeObject } | { is: "stale" };
