import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KapplyError } from "../src/errors.js";
import type { Event } from "../src/model.js";
import { notFound, seek } from "../src/seek.js";
import type { Looked, Missing } from "../src/seek.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const missing = (why: string): Missing => ({ is: "missing", what: "gizmo.shop.example/web", why });
const unserved = missing("not served");
const found: Looked<string> = { is: "found", found: "web", why: "served now" };

/** Looks that end as given, one after the other, the last one again and again. */
function looks(...ends: (Looked<string> | Error)[]) {
  const seen: number[] = [];
  const start = Date.now();
  const look = (): Promise<Looked<string>> => {
    const end = ends[Math.min(seen.length, ends.length - 1)] ?? unserved;
    seen.push(Date.now() - start);
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
  };
  const said: string[] = [];
  const emit = (event: Event): void => {
    if (event.event === "waiting") said.push(`${event.what}: ${event.why}`);
  };
  return { look, seen, said, emit };
}

describe("what is not there yet", () => {
  test("is looked for until it is found, and what is missing is said when that changes", async () => {
    const { look, said, emit } = looks(unserved, unserved, missing("no match"), found);
    const sought = seek(unserved, look, { emit });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await sought).toBe(found);
    expect(said).toEqual(
      ["not served", "no match", "served now"].map((why) => `gizmo.shop.example/web: ${why}`),
    );
  });

  test("is looked for less and less often, and at least every five seconds", async () => {
    const { look, seen, emit } = looks(unserved);
    const stop = new AbortController();
    void seek(unserved, look, { emit, signal: stop.signal });
    await vi.advanceTimersByTimeAsync(60_000);
    const pauses = seen.map((at, index) => at - (seen[index - 1] ?? 0));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(seen.length).toBeLessThan(30);
    stop.abort();
  });

  test("is still missing when the time is over, also while it is asked for", async () => {
    const deadline = Date.now() + 3_000;
    for (const last of [unserved, new KapplyError("timeout", "no answer in time")]) {
      const { look, emit } = looks(unserved, last);
      const sought = seek(unserved, look, { emit, deadline });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await sought).toEqual(unserved);
    }
  });

  test("is not looked for again where one look is wanted", async () => {
    const { look, said, seen, emit } = looks(found);
    expect(await seek(unserved, look, { emit, once: true })).toBe(unserved);
    expect([...said, ...seen]).toEqual([]);
  });

  test("is left at a signal", async () => {
    const { look, emit } = looks(unserved);
    const stop = new AbortController();
    const sought = seek(unserved, look, { emit, signal: stop.signal });
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort();
    expect(await sought).toEqual({ is: "left" });
  });

  test("is given up where it can't be looked for", async () => {
    const { look, emit } = looks(new KapplyError("forbidden", "not permitted"));
    const sought = expect(seek(unserved, look, { emit })).rejects.toThrow("not permitted");
    await vi.advanceTimersByTimeAsync(1_000);
    await sought;
  });

  test("is told with all that is missing", () => {
    expect(notFound([unserved, { ...missing("no match"), what: "pod -l app=web" }])).toMatchObject({
      code: "not-ready",
      message:
        "gizmo.shop.example/web is not there in time: not served; pod -l app=web is not there in time: no match",
    });
  });
});
