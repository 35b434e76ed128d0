/** Looking again and again for what can't even be waited for yet: a kind that is not served, objects that match. */
import { KapplyError } from "./errors.js";
import { openBackoff, pause } from "./wait/index.js";
import type { WaitWorld } from "./waiting.js";

export type Looked<T> =
  /** `why` says what has changed since it was missing. */
  { is: "found"; found: T; why: string } | Missing;

export interface Missing {
  is: "missing";
  /** What is looked for: `certificates.cert-manager.io/web`, `pod -l app=web`. */
  what: string;
  why: string;
}

/** `left`: it was interrupted. */
export type Sought<T> = Looked<T> | { is: "left" };

const pauseMs = { first: 500, most: 5_000 };

/**
 * Looks until it is found or the time is over, and says meanwhile what is missing: when that changes. `first` is what
 * the first look found missing. Rejects with what `look` throws.
 */
export async function seek<T>(
  first: Missing,
  look: () => Promise<Looked<T>>,
  { emit, deadline = Infinity, signal = new AbortController().signal, once }: WaitWorld,
): Promise<Sought<T>> {
  if (once === true) return first;
  const pauses = openBackoff(pauseMs.first, pauseMs.most, Math.random);
  let seen = first;
  const tell = (why: string): void => emit({ event: "waiting", what: seen.what, why });
  tell(seen.why);
  for (;;) {
    await pause(Math.max(0, Math.min(pauses.next(), deadline - Date.now())), signal);
    if (signal.aborted) return { is: "left" };
    if (Date.now() >= deadline) return seen;
    const looked = await look().catch(endOf);
    if (looked.is === "late") return seen;
    if (looked.is === "left") return looked;
    if (looked.why !== seen.why) tell(looked.why);
    if (looked.is === "found") return looked;
    seen = looked;
  }
}

/** A look that the time of the run, or a signal, put an end to. */
function endOf(error: unknown): { is: "late" } | { is: "left" } {
  if (error instanceof KapplyError && error.code === "timeout") return { is: "late" };
  if (error instanceof KapplyError && error.code === "interrupted") return { is: "left" };
  throw error;
}

/** The error of what was not found in time. */
export function notFound(missing: readonly Missing[]): KapplyError {
  const words = missing.map(({ what, why }) => `${what} is not there in time: ${why}`);
  return new KapplyError("not-ready", words.join("; "), { hint: "give it more time with --timeout" });
}
