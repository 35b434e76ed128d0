/** Medians of runs that take turns, so that no peer has the better machine. */

/** Seconds of one run; `turn` counts them, for those that create something and may share no namespace. */
export type Run = (turn: number) => Promise<number>;

/**
 * The median seconds of each, in their order. Whoever comes second meets a warmer server, so the order turns too.
 * `fewer`: how many runs are enough for some of them.
 */
export async function inTurns(
  runs: number,
  peers: readonly Run[],
  fewer = new Map<Run, number>(),
): Promise<number[]> {
  const spent = peers.map((): number[] => []);
  for (let turn = 0; turn < runs; turn++) {
    for (let place = 0; place < peers.length; place++) {
      const at = (turn + place) % peers.length;
      const peer = peers[at];
      if (peer !== undefined && turn < (fewer.get(peer) ?? runs)) spent[at]?.push(await peer(turn));
    }
  }
  return spent.map(median);
}

/** The middle one of some numbers, or the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
