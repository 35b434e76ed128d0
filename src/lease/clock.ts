/** Time, as holding a Lease needs it. */
import { setTimeout as sleepFor } from "node:timers/promises";

export interface Clock {
  /** Milliseconds since the epoch, for what others read. */
  wall(): number;
  /** Milliseconds of a clock that is never set: what is decided by. */
  now(): number;
  /** Resolves after that time, or early when the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await sleepFor(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
