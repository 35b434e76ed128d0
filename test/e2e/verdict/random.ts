/** Chance that a seed decides. */
import fc from "fast-check";

export interface Random {
  /** A whole number from 0 up to, and without, `below`. */
  below: (below: number) => number;
  /** True once in `times`. */
  oneIn: (times: number) => boolean;
  pick: <T>(items: readonly T[]) => T | undefined;
  draw: <T>(arbitrary: fc.Arbitrary<T>) => T;
}

/** The same sequence for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % Math.max(1, limit);
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: (items) => items[below(items.length)],
    draw: <T>(arbitrary: fc.Arbitrary<T>): T => {
      const [value] = fc.sample(fc.noBias(arbitrary), { seed: next() | 0, numRuns: 1 });
      return value as T;
    },
  };
}
