import { expect, test } from "vitest";
import { openGate } from "../src/parallel.js";

test("lets its limit through at once, and the others one by one, in the order they came", async () => {
  const gate = openGate(2);
  const passed: string[] = [];
  const leave = new Map<string, () => void>();
  for (const name of ["a", "b", "c", "d", "e"]) {
    void gate.enter().then((leaving) => {
      passed.push(name);
      leave.set(name, leaving);
    });
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  expect(passed).toEqual(["a", "b"]);
  leave.get("b")?.();
  await settled();
  expect(passed).toEqual(["a", "b", "c"]);
  leave.get("a")?.();
  leave.get("c")?.();
  await settled();
  expect(passed).toEqual(["a", "b", "c", "d", "e"]);
  void gate.enter().then(() => passed.push("too early"));
  await settled();
  expect(passed).toHaveLength(5);
});
