/** The requests that holding a Lease is handed. */
import type { KubeObject } from "../model.js";

/** Both reject with a `KapplyError`. */
export interface LeaseRequests {
  get: () => Promise<KubeObject | undefined>;
  /** Replaces the Lease as it was read, or makes one: `stale` when it is another by now, or there is one already. */
  put: (lease: KubeObject) => Promise<LeasePut>;
}

export type LeasePut = { is: "written"; lease: KubeObject } | { is: "stale" };
