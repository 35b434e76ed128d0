/** Many who want the same at the same time: one does it, all get it. */

/** The function, so that calls during a call share that call's outcome. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
