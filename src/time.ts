/** Time as a run needs it: a clock that is never set, and pauses. */

/**
 * Milliseconds since the epoch as the clock stood when the process began, and steady from there: what a run decides by.
 * The system's clock is set while a node boots, and a deadline must not move with it.
 */
export function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Resolves when the time is over, or the signal aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end, { once: true });
  });
}
