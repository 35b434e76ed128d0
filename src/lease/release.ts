/** Giving a Lease back, within a time: a run that is done, or was told to stop, does not hang on it. */
import { KapplyError } from "../errors.js";
import type { KubeObject } from "../model.js";
import type { Clock } from "./clock.js";
import { holdingOf, releasedLease } from "./record.js";
import type { Ending, LeaseAt, Recorded, Wanted } from "./record.js";
import type { LeaseRequests } from "./requests.js";

export interface ReleaseOptions {
  at: LeaseAt;
  holder: string;
  wanted: Wanted;
  before: Recorded;
  ending: Ending;
  clock: Clock;
}

const mostMs = 5000;
const pauseMs = 300;

/**
 * Writes the Lease without a holder, and what became of the set. Where somebody else holds it by then, nothing is left to
 * do.
 * @throws KapplyError as the requests do, or `timeout`, where it is not done in time.
 */
export async function giveBack(
  held: KubeObject,
  requests: LeaseRequests,
  { at, holder, clock, ...done }: ReleaseOptions,
): Promise<void> {
  const until = clock.now() + mostMs;
  let lease: KubeObject | undefined = held;
  let trouble: Error = new KapplyError(
    "timeout",
    `the Lease ${at.name} in namespace ${at.namespace} could not be given back within ${mostMs / 1000} s`,
  );
  const inTime = async <T>(request: Promise<T>): Promise<T | undefined> => {
    try {
      return await within(clock, request, until - clock.now());
    } catch (error) {
      trouble = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  };
  while (clock.now() < until) {
    if (lease !== undefined) {
      const result = await inTime(requests.put(releasedLease(lease, clock.wall(), done)));
      if (result?.is === "written") return;
    }
    // Somebody touched it, or an answer was lost: what stands there now decides.
    const live = await inTime(requests.get().then((found) => ({ found })));
    if (live !== undefined && holdingOf(live.found)?.holder !== holder) return;
    lease = live?.found;
    await clock.sleep(Math.min(pauseMs, until - clock.now()));
  }
  throw trouble;
}

/** What a promise resolves to, or undefined when that takes longer. Where it rejects later, nobody hears of it. */
async function within<T>(clock: Clock, promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  const settled = new AbortController();
  const late = clock.sleep(Math.max(0, milliseconds), settled.signal).then(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}
