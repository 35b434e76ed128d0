import { expect, test } from "vitest";
import { mapParallel } from "../src/parallel.js";

test("at most so many are under way, and results keep the order of the items", async () => {
  let underWay = 0;
  let most = 0;
  const results = await mapParallel([3, 1, 2, 5, 4], 2, async (item) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    underWay--;
    return item * 10;
  });
  expect(results).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
});
