/** Waiting for all that matches: objects come and go while they are waited for, as the Pods of a rollout do. */
import { lookOnce, seek } from "./seek.js";
import type { Look, Missing, Sought } from "./seek.js";
import type { Ended, WaitWorld } from "./wait-for-all.js";

export interface Matching<F> {
  /** As progress names it. */
  what: string;
  look: Look<F[]>;
  nameOf: (found: F) => string;
  /** Waits for what was found. */
  waitFor: (found: readonly F[]) => Promise<Ended[]>;
}

export type Matched<F> =
  { is: "ended"; found: readonly F[]; ended: readonly Ended[] } | Exclude<Sought<F[]>, { is: "found" }>;

/** What was found so shortly ago is what matches. */
const freshMs = 1_000;

/**
 * Waits for what matches, and looks again then: until at least one object matches, and none that was not waited for.
 * `first` is what the first look found.
 */
export async function waitForMatches<F>(
  first: readonly F[],
  matching: Matching<F>,
  world: WaitWorld,
): Promise<Matched<F>> {
  let found = first;
  for (;;) {
    const began = performance.now();
    const ended = await matching.waitFor(found);
    const isFresh = world.once === true || performance.now() - began < freshMs;
    const next = await nextOf(found, ended, isFresh, matching, world);
    if (next === undefined) return { is: "ended", found, ended };
    if (next.is !== "found") return next;
    found = next.found;
  }
}

/** What is to be waited for after that; undefined where that was all. */
async function nextOf<F>(
  found: readonly F[],
  ended: readonly Ended[],
  isFresh: boolean,
  { what, look, nameOf }: Matching<F>,
  world: WaitWorld,
): Promise<Sought<F[]> | undefined> {
  const gone: Missing = { is: "missing", what, why: "what matched is gone" };
  if (ended.every(({ is }) => is === "gone")) return seek(gone, look, world);
  if (isFresh || !ended.every(({ is }) => is === "gone" || is === "ready")) return undefined;
  const again = await lookOnce(what, look, world.signal);
  if (again.is === "missing" && again.error === undefined) return seek(gone, look, world);
  const known = new Set(found.map(nameOf));
  return again.is === "found" && again.found.some((one) => !known.has(nameOf(one))) ? again : undefined;
}
