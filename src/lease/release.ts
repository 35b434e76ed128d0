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
  /** Leaves only a moment for it. */
  hardSignal?: AbortSignal | undefined;
}

const mostMs = 5000;
const quickMs = 250;
const pauseMs = 300;

/**
 * Writes the Lease without a holder, and what became of the set. Where somebody else holds it by then, nothing is left to
 * do. Without `held` it is not known whether it is ours: it is read first.
 * @throws KapplyError as the requests do, or `timeout`, where it is not done in time.
 */
export async function giveBack(
  held: KubeObject | undefined,
  requests: LeaseRequests,
  { at, holder, clock, hardSignal, ...done }: ReleaseOptions,
): Promise<void> {
  const time = timeToGiveBack(clock, hardSignal);
  let lease = held;
  let pauseNextMs = held === undefined ? 0 : pauseMs;
  let trouble: Error = new KapplyError(
    "timeout",
    `the Lease ${at.name} in namespace ${at.namespace} could not be given back in time`,
  );
  const inTime = async <T>(request: Promise<T>): Promise<T | undefined> => {
    try {
      return await within(clock, request, time);
    } catch (error) {
      trouble = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  };
  while (time.left() > 0) {
    if (lease !== undefined) {
      const result = await inTime(requests.put(releasedLease(lease, clock.wall(), done)));
      if (result?.is === "written") return;
    }
    if (time.left() <= 0) break;
    // Somebody touched it, or an answer was lost: what stands there now decides.
    const live = await inTime(requests.get().then((found) => ({ found })));
    if (live !== undefined && holdingOf(live.found)?.holder !== holder) return;
    lease = live?.found;
    await clock.sleep(Math.min(pauseNextMs, time.left()), time.shortens());
    pauseNextMs = pauseMs;
  }
  throw trouble;
}

interface Time {
  /** Milliseconds. */
  left: () => number;
  /** Aborts when the time becomes shorter; undefined once it is. */
  shortens: () => AbortSignal | undefined;
}

/** Five seconds; after a second signal a moment, enough for one try. */
function timeToGiveBack(clock: Clock, hardSignal: AbortSignal | undefined): Time {
  let until = clock.now() + mostMs;
  let isShort = false;
  const shorten = (): void => {
    if (isShort || hardSignal?.aborted !== true) return;
    isShort = true;
    until = Math.min(until, clock.now() + quickMs);
  };
  return {
    left: () => {
      shorten();
      return until - clock.now();
    },
    shortens: () => (isShort ? undefined : hardSignal),
  };
}

/** What a promise resolves to, or undefined when there is no time left. Where it rejects later, nobody hears of it. */
async function within<T>(clock: Clock, promise: Promise<T>, time: Time): Promise<T | undefined> {
  const settled = new AbortController();
  const late = Symbol("late");
  // Also where no time is left to look at it at all.
  promise.catch(() => undefined);
  try {
    for (let left = time.left(); left > 0; left = time.left()) {
      const ends = [settled.signal, time.shortens()].filter((signal) => signal !== undefined);
      const first = await Promise.race([
        promise,
        clock.sleep(left, AbortSignal.any(ends)).then((): typeof late => late),
      ]);
      if (first !== late) return first;
    }
    return undefined;
  } finally {
    settled.abort();
  }
}
