import { expect, test } from "vitest";
import type { KubeObject } from "../../src/model.js";
import { openMemory } from "../../src/wait/memory.js";

test("what is seen is timed from when it was seen first, without a break", () => {
  let now = 500;
  const memory = openMemory(() => now);
  expect(memory.see(["pull"])("pull")).toBe(0);
  now = 1_500;
  expect(memory.see(["pull", "other"])("pull")).toBe(1_000);
  expect(memory.see(["other"])("pull")).toBe(0);
  now = 2_500;
  const seenFor = memory.see(["pull", "other"]);
  expect([seenFor("pull"), seenFor("other"), seenFor("never seen")]).toEqual([0, 1_000, 0]);
});

test("another object is one of another uid than the first", () => {
  const of = (uid?: string): KubeObject => ({ metadata: uid === undefined ? {} : { uid } });
  const memory = openMemory();
  expect(memory.isAnother(undefined)).toBe(false);
  expect(memory.isAnother(of("1"))).toBe(false);
  expect(memory.isAnother(of("2"))).toBe(true);
  expect(memory.isAnother(of("1"))).toBe(false);
  expect(memory.isAnother(of())).toBe(false);
});
