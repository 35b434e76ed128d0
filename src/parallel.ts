/** Work on many things, a bounded number at a time. */

/**
 * Calls `work` for each item, at most `limit` at a time, in order of the items. Gives the results in the same order.
 * The first rejection rejects the whole; what is under way by then still runs to its end.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  async function worker(): Promise<void> {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at] as T, at);
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Space for things that differ in size, taken in the order they came. */
export interface Space {
  /** Resolves, once that much is free, to the function that gives it back. */
  take(size: number): Promise<() => void>;
}

/** Space of that size. What is larger than all of it is let in alone. */
export function openSpace(total: number): Space {
  let free = total;
  const waiting: { size: number; enter: () => void }[] = [];
  const letIn = (): void => {
    for (let first = waiting[0]; first !== undefined && first.size <= free; first = waiting[0]) {
      waiting.shift();
      free -= first.size;
      first.enter();
    }
  };
  return {
    async take(wanted) {
      const size = Math.min(wanted, total);
      await new Promise<void>((enter) => {
        waiting.push({ size, enter });
        letIn();
      });
      return () => {
        free += size;
        letIn();
      };
    },
  };
}

/** Lets a limited number through at once, the rest in the order they came. */
export interface Gate {
  /** Resolves, when it is the caller's turn, to the function by which it leaves. */
  enter(): Promise<() => void>;
}

/**
 * For requests: waiting here and not in undici's queue keeps the time limit of an attempt for the attempt, and lets a
 * request that waits be stopped before it is sent.
 */
export function openGate(limit: number): Gate {
  const space = openSpace(limit);
  return { enter: () => space.take(1) };
}
