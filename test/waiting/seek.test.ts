import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Event } from "../../src/model.js";
import { steadyNow } from "../../src/time.js";
import { lookOnce, notFound, seek } from "../../src/waiting/seek.js";
import type { Looked, Missing } from "../../src/waiting/seek.js";

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
  const start = steadyNow();
  const look = (): Promise<Looked<string>> => {
    const end = ends[Math.min(seen.length, ends.length - 1)] ?? unserved;
    seen.push(steadyNow() - start);
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
    const deadline = steadyNow() + 3_000;
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
    expect(await sought).toEqual({ is: "left", seen: unserved });
  });

  test("is left at a signal also while a look is under way", async () => {
    const stop = new AbortController();
    const sought = seek(unserved, () => new Promise<Looked<string>>(() => undefined), {
      emit: () => undefined,
      signal: stop.signal,
    });
    await vi.advanceTimersByTimeAsync(2_000);
    stop.abort();
    expect(await sought).toEqual({ is: "left", seen: unserved });
  });

  test("is given up where it can't be looked for", async () => {
    const { look, emit } = looks(new KapplyError("usage", "it may be any of two kinds"));
    const sought = seek(unserved, look, { emit });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await sought).toMatchObject({ is: "failed", error: { code: "usage" } });
  });

  test.each(["unreachable", "server-error", "not-served"] as const)(
    "is looked for again after %s, which may pass, and the trouble is said",
    async (code) => {
      const { look, said, emit } = looks(new KapplyError(code, "boom"), found);
      const sought = seek(unserved, look, { emit });
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await sought).toBe(found);
      expect(said).toContain("gizmo.shop.example/web: boom");
    },
  );

  test("is looked for half a minute more where that is refused after it was permitted", async () => {
    const forbidden = new KapplyError("forbidden", "not permitted");
    const passing = looks(forbidden, forbidden, found);
    const passed = seek(unserved, passing.look, { emit: passing.emit });
    const lasting = looks(forbidden);
    const failed = seek(unserved, lasting.look, { emit: lasting.emit });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await passed).toBe(found);
    expect(await failed).toEqual({ is: "failed", error: forbidden });
    expect(lasting.seen.at(-1)).toBeGreaterThan(30_000);
  });
});

describe("a first look", () => {
  const boom = new KapplyError("unreachable", "no connection");
  const first = (error: KapplyError) => lookOnce("gizmo.shop.example/web", looks(error).look);

  test("that is not answered ends with its error where none ever is", async () => {
    const seen = await first(boom);
    expect(seen).toEqual({ ...missing("no connection"), error: boom });
    const sought = seek(seen as Missing, looks(boom).look, {
      emit: () => undefined,
      deadline: steadyNow() + 9_000,
    });
    await vi.advanceTimersByTimeAsync(9_000);
    const end = await sought;
    expect(notFound(end as Missing, { isNamed: true })).toMatchObject({
      code: "unreachable",
      message: "no connection",
      details: { hint: "give it more time with --timeout" },
    });
  });

  test("that is not answered is forgotten once another one is", async () => {
    const { look } = looks(unserved, boom);
    const deadline = steadyNow() + 9_000;
    const sought = seek((await first(boom)) as Missing, look, { emit: () => undefined, deadline });
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notFound((await sought) as Missing, { isNamed: true })).toMatchObject({
      code: "not-ready",
      message: "it is not there in time: no connection",
    });
  });

  test("that is refused is believed", async () => {
    expect(await first(new KapplyError("forbidden", "not permitted"))).toMatchObject({ is: "failed" });
  });

  test("is told with what is missing where it has no name of its own", () => {
    expect(notFound({ ...missing("no match"), what: "pod -l app=web" })).toMatchObject({
      code: "not-ready",
      message: "pod -l app=web is not there in time: no match",
    });
  });
});
