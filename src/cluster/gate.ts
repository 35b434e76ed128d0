/** Lets a limited number through at once, the rest in the order they came. */
export interface Gate {
  /** Resolves, when it is the caller's turn, to the function by which it leaves. */
  enter(): Promise<() => void>;
}

/**
 * Waiting here and not in undici's queue keeps the time limit of an attempt for the attempt, and lets a request that
 * waits be stopped before it is sent.
 */
export function openGate(limit: number): Gate {
  let free = limit;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    async enter() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return leave;
    },
  };
}
