/** Looking again and again for what can't even be waited for yet: a kind that is not served, objects that match. */
import { KapplyError } from "../errors.js";
import { pause, steadyNow } from "../time.js";
import { believeAfterMs, isAboutAccess, isPassing, openBackoff } from "../wait/index.js";
import type { WaitWorld } from "./wait-for-all.js";

export type Looked<T> =
  /** `why` says what has changed since it was missing. */
  | { is: "found"; found: T; why: string }
  /** It can't be there, and that is what was waited for. */
  | { is: "gone" }
  | Missing;

export interface Missing {
  is: "missing";
  /** What is looked for: `certificates.cert-manager.io/web`, `pod -l app=web`. */
  what: string;
  why: string;
  /** No look was ever answered: the last error that says why. */
  error?: KapplyError | undefined;
}

export type Look<T> = () => Promise<Looked<T>>;

export type Sought<T> =
  | Looked<T>
  /** It was interrupted: what was known then. */
  | { is: "left"; seen: Missing }
  /** It can't be looked for. */
  | { is: "failed"; error: KapplyError };

const pauseMs = { first: 500, most: 5_000 };

/** The first look. What may pass is no end of it: then it is missing, with the error. */
export async function lookOnce<T>(
  what: string,
  look: Look<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<Sought<T>> {
  const unseen: Missing = { is: "missing", what, why: "it was not looked for yet" };
  const looked = await answerOf(look, signal);
  if (looked.is === "left") return { is: "left", seen: unseen };
  if (looked.is !== "error") return looked;
  const { error } = looked;
  const maySoonBe = isPassing(error) || error.code === "timeout";
  return maySoonBe ? { ...unseen, why: error.message, error } : { is: "failed", error };
}

/**
 * Looks until it is found or the time is over, and says meanwhile what is missing: when that changes. `first` is what
 * the first look found missing. A server that fails, or refuses for a while what it permitted, is asked again.
 */
export async function seek<T>(
  first: Missing,
  look: Look<T>,
  { emit, deadline = Infinity, signal = new AbortController().signal, once }: WaitWorld,
): Promise<Sought<T>> {
  if (once === true) return first;
  const pauses = openBackoff(pauseMs.first, pauseMs.most, Math.random);
  let seen = first;
  let refusedSince: number | undefined;
  const tell = (why: string): void => emit({ event: "waiting", what: seen.what, why });
  const isDoubted = (error: KapplyError): boolean => {
    if (!isAboutAccess(error) || seen.error !== undefined) return false;
    refusedSince ??= steadyNow();
    return steadyNow() - refusedSince < believeAfterMs;
  };
  tell(seen.why);
  for (;;) {
    await pause(Math.max(0, Math.min(pauses.next(), deadline - steadyNow())), signal);
    if (signal.aborted) return { is: "left", seen };
    if (steadyNow() >= deadline) return seen;
    let looked = await answerOf(look, signal);
    if (looked.is === "left") return { is: "left", seen };
    if (looked.is === "error") {
      const { error } = looked;
      // That the time is over is no news: what was wrong before that says more.
      if (error.code === "timeout") return seen;
      if (!isPassing(error) && !isDoubted(error)) return { is: "failed", error };
      looked = { ...seen, why: error.message, error: seen.error === undefined ? undefined : error };
    } else refusedSince = undefined;
    if (looked.is === "gone") return looked;
    if (looked.why !== seen.why) tell(looked.why);
    if (looked.is === "found") return looked;
    seen = looked;
  }
}

/** What a look comes to. One that is under way when the signal comes is left to itself. */
function answerOf<T>(
  look: Look<T>,
  signal: AbortSignal,
): Promise<Looked<T> | { is: "left" } | { is: "error"; error: KapplyError }> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve({ is: "left" });
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener("abort", leave, { once: true });
    look()
      .then(resolve, (error: unknown) => {
        if (!(error instanceof KapplyError))
          reject(error instanceof Error ? error : new Error(String(error)));
        else if (error.code === "interrupted") leave();
        else resolve({ is: "error", error });
      })
      .finally(() => signal.removeEventListener("abort", leave));
  });
}

const hint = "give it more time with --timeout";

/** The error of what was not found in time. Told beside its name, it is called `it`. */
export function notFound(
  { what, why, error }: Missing,
  { isNamed = false, goal = "there" } = {},
): KapplyError {
  if (error !== undefined)
    return new KapplyError(error.code, error.message, {
      ...error.details,
      hint: error.details.hint ?? hint,
    });
  const name = isNamed ? "it" : what;
  return new KapplyError("not-ready", `${name} is not ${goal} in time: ${why}`, { hint });
}
