/** Pauses between one try and the next. */

/** Pauses that grow. */
export interface Backoff {
  /** How long to pause now, in milliseconds. */
  next(): number;
  /** Begins again with the shortest. */
  reset(): void;
}

/** Each pause is up to twice the one before, and between half of that and all of it, so that nobody keeps step. */
export function openBackoff(firstMs: number, mostMs: number, random: () => number): Backoff {
  let ceiling = firstMs;
  return {
    next() {
      const wait = ceiling * (0.5 + random() / 2);
      ceiling = Math.min(mostMs, ceiling * 2);
      return wait;
    },
    reset() {
      ceiling = firstMs;
    },
  };
}
