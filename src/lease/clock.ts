/** Time, as holding a Lease needs it. */
import { pause, steadyNow } from "../time.js";

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
  now: steadyNow,
  sleep: pause,
};
