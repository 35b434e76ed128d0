import fc from "fast-check";
import { expect, test } from "vitest";
import { blocksOf, createEffort } from "../../src/report/sequence.js";

const items = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });

/** How many items the longest common sequence has: the textbook's way. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = b.map(() => 0);
  for (const item of a) {
    const next: number[] = [];
    b.forEach((other, at) => {
      next.push(item === other ? (row[at - 1] ?? 0) + 1 : Math.max(row[at] ?? 0, next[at - 1] ?? 0));
    });
    row = next;
  }
  return row.at(-1) ?? 0;
}

test("blocks are both sequences from end to end, equal ones and others in turns, with all that can be equal", () => {
  fc.assert(
    fc.property(items, items, (before, after) => {
      const blocks = blocksOf(before, after, createEffort());
      expect(blocks.flatMap((block) => before.slice(...block.before))).toEqual(before);
      expect(blocks.flatMap((block) => after.slice(...block.after))).toEqual(after);
      const same = blocks.filter((block) => block.same);
      for (const block of same) expect(before.slice(...block.before)).toEqual(after.slice(...block.after));
      for (const [at, block] of blocks.entries()) expect(block.same).not.toBe(blocks[at + 1]?.same);
      expect(same.reduce((sum, { before: [start, end] }) => sum + end - start, 0)).toBe(
        longestCommon(before, after),
      );
    }),
  );
});

test("effort is for all searches together; without any, the middle differs as a whole", () => {
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const before = ["head", ...letters, "tail"];
  const after = ["head", ...[...letters].reverse(), "tail"];
  const effort = createEffort();
  const found = blocksOf(before, after, effort);
  expect(found.filter(({ same }) => same)).toHaveLength(3);
  expect(effort.left).toBe(createEffort().left - 14 ** 2);
  expect(blocksOf(before, after, { left: 0 })).toEqual([
    { same: true, before: [0, 1], after: [0, 1] },
    { same: false, before: [1, 9], after: [1, 9] },
    { same: true, before: [9, 10], after: [9, 10] },
  ]);
});
