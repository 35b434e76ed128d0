/** What two sequences have in common, found with bounded effort. The only importer of the `diff` package. */
import { diffArrays } from "diff";

/** Steps that are still worth taking for one object; what is found is found all the same when they are used up. */
export interface Effort {
  left: number;
}

/** Enough for two texts that differ by thousands of lines, and for any number of small changes: tens of milliseconds. */
export function createEffort(): Effort {
  return { left: 4_000_000 };
}

/** Parts of both sequences, as half-open ranges: equal item by item, or different. */
export interface Block {
  same: boolean;
  before: readonly [start: number, end: number];
  after: readonly [start: number, end: number];
}

/** More edits than this, and the search for the shortest list of them gives up. */
const maxEditLength = 1000;

/**
 * The blocks of two sequences in order, equal ones and others in turns. Where the search gives up, all that lies between
 * what both begin and both end with is one block that differs.
 */
export function blocksOf(before: readonly string[], after: readonly string[], effort: Effort): Block[] {
  const head = commonHead(before, after);
  const tail = commonTail(before, after, Math.min(before.length, after.length) - head);
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail];
  const blocks: Block[] = [];
  let [old, now] = [0, 0];
  const take = (same: boolean, oldTo: number, newTo: number): void => {
    if (oldTo === old && newTo === now) return;
    const last = blocks.at(-1);
    const joins = last?.same === same;
    if (joins) blocks.pop();
    const [oldFrom, newFrom] = joins ? [last.before[0], last.after[0]] : [old, now];
    blocks.push({ same, before: [oldFrom, oldTo], after: [newFrom, newTo] });
    [old, now] = [oldTo, newTo];
  };
  take(true, head, head);
  for (const [oldAt, newAt] of pairsOf(before.slice(head, oldEnd), after.slice(head, newEnd), effort)) {
    take(false, head + oldAt, head + newAt);
    take(true, head + oldAt + 1, head + newAt + 1);
  }
  take(false, oldEnd, newEnd);
  take(true, before.length, after.length);
  return blocks;
}

function commonHead(before: readonly string[], after: readonly string[]): number {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  return head;
}

function commonTail(before: readonly string[], after: readonly string[], most: number): number {
  let tail = 0;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return tail;
}

/** The places of a longest common sequence; none where finding it would take too long. */
function pairsOf(before: readonly string[], after: readonly string[], effort: Effort): [number, number][] {
  // What the other side does not have is in no common sequence: without it, most searches are short.
  const [old, now] = [placesIn(before, new Set(after)), placesIn(after, new Set(before))];
  const limit = Math.min(maxEditLength, Math.floor(Math.sqrt(effort.left)));
  const changes = diffArrays(
    old.map((at) => before[at]),
    now.map((at) => after[at]),
    { maxEditLength: limit },
  );
  // The search takes as many steps as the square of what it finds.
  const edits = changes?.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0);
  effort.left -= (edits ?? limit) ** 2;
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  for (const { added, removed, count } of changes ?? []) {
    for (let n = 0; n < count && !added && !removed; n++) pairs.push([old[i + n] ?? 0, now[j + n] ?? 0]);
    if (!added) i += count;
    if (!removed) j += count;
  }
  return pairs;
}

function placesIn(items: readonly string[], others: ReadonlySet<string>): number[] {
  return [...items.keys()].filter((at) => others.has(items[at] ?? ""));
}
