/** The clock that a run decides by. */
import { expect, test, vi } from "vitest";
import { pause, steadyNow } from "../src/time.js";

test("a system clock that is set moves no deadline", () => {
  const before = steadyNow();
  const set = vi.spyOn(Date, "now").mockReturnValue(0);
  expect(steadyNow() - before).toBeLessThan(60_000);
  expect(steadyNow()).toBeGreaterThanOrEqual(before);
  set.mockRestore();
});

test("it begins where the system's clock stood", () => {
  expect(Math.abs(steadyNow() - Date.now())).toBeLessThan(60_000);
});

test("a pause ends early with its signal, and takes no time after it", async () => {
  const stop = new AbortController();
  const long = pause(3_600_000, stop.signal);
  stop.abort();
  await long;
  await pause(3_600_000, stop.signal);
});
