import { expect, test } from "vitest";
import { openSpace } from "../src/parallel.js";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("lets in what there is space for, in the order it came, and what is larger than all alone", async () => {
  const space = openSpace(10);
  const inside: string[] = [];
  const leave = new Map<string, () => void>();
  const take = (name: string, size: number): void => {
    void space.take(size).then((leaving) => {
      inside.push(name);
      leave.set(name, leaving);
    });
  };
  take("six", 6);
  take("five", 5);
  take("one, which does not overtake", 1);
  take("forty", 40);
  await settled();
  expect(inside).toEqual(["six"]);
  leave.get("six")?.();
  await settled();
  expect(inside).toEqual(["six", "five", "one, which does not overtake"]);
  leave.get("five")?.();
  await settled();
  expect(inside).toHaveLength(3);
  leave.get("one, which does not overtake")?.();
  await settled();
  expect(inside[3]).toBe("forty");
  take("last", 1);
  await settled();
  expect(inside).toHaveLength(4);
  leave.get("forty")?.();
  await settled();
  expect(inside[4]).toBe("last");
});
