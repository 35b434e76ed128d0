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
  /** Gives it up; aborted before, one quick try is made all the same. */
  hardSignal?: AbortSignal | undefined;
}

const mostMs = 5000;
const quickMs = 250;
const pauseMs = 300;

/**
 * Writes the Lease without a holder, and what became of the set. Where somebody else holds it by then, nothing is left to
 * do.
 * @throws KapplyError as the requests do, or `timeout`, where it is not done in time.
 */
export async function giveBack(
  held: KubeObject,
  requests: LeaseRequests,
  { at, holder, clock, hardSignal, ...done }: ReleaseOptions,
): Promise<void> {
  const isQuick = hardSignal?.aborted === true;
  const limitMs = isQuick ? quickMs : mostMs;
  const until = clock.now() + limitMs;
  const stop = isQuick ? undefined : hardSignal;
  const isOver = (): boolean => clock.now() >= until || stop?.aborted === true;
  let lease: KubeObject | undefined = held;
  let trouble: Error = new KapplyError(
    "timeout",
    `the Lease ${at.name} in namespace ${at.namespace} could not be given back within ${limitMs / 1000} s`,
  );
  const inTime = async <T>(request: Promise<T>): Promise<T | undefined> => {
    try {
      return await within(clock, request, until - clock.now(), stop);
    } catch (error) {
      trouble = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
  };
  while (!isOver()) {
    if (lease !== undefined) {
      const result = await inTime(requests.put(releasedLease(lease, clock.wall(), done)));
      if (result?.is === "written") return;
    }
    // Somebody touched it, or an answer was lost: what stands there now decides.
    const live = await inTime(requests.get().then((found) => ({ found })));
    if (live !== undefined && holdingOf(live.found)?.holder !== holder) return;
    lease = live?.found;
    await clock.sleep(Math.min(pauseMs, until - clock.now()), stop);
  }
  throw trouble;
}

/**
 * What a promise resolves to, or undefined when that takes longer or is stopped. Where it rejects later, nobody hears of
 * it.
 */
async function within<T>(
  clock: Clock,
  promise: Promise<T>,
  milliseconds: number,
  stop: AbortSignal | undefined,
): Promise<T | undefined> {
  const settled = new AbortController();
  const ends = stop === undefined ? settled.signal : AbortSignal.any([settled.signal, stop]);
  const late = clock.sleep(Math.max(0, milliseconds), ends).then(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    settled.abort();
  }
}
