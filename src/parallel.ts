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
