import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { steadyNow } from "../../src/time.js";
import { waitForMatches } from "../../src/waiting/matches.js";
import type { Matched } from "../../src/waiting/matches.js";
import type { Looked } from "../../src/waiting/seek.js";
import type { Ended, WaitWorld } from "../../src/waiting/wait-for-all.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const found = (...names: string[]): Looked<string[]> => ({ is: "found", found: names, why: "they match" });
const none: Looked<string[]> = { is: "missing", what: "pod -l app=web", why: "no object matches yet" };
const away = new KapplyError("unreachable", "can't reach the server");

/** Waits for `a` and `b`: rounds of 5 s each, that end so, and looks in between that come to that. */
function begin(
  rounds: Record<string, Ended["is"]>[],
  looks: (Looked<string[]> | KapplyError)[],
  { roundMs = 5_000, ...world }: Partial<WaitWorld> & { roundMs?: number } = {},
) {
  const said: string[] = [];
  const waited: string[][] = [];
  const state: { matched?: Matched<string> } = {};
  const left = [...looks];
  const endOf = (is: Ended["is"] = "ready"): Ended =>
    is === "failed"
      ? { is, error: { code: "not-ready", message: "never", exitStatus: 7, causes: [] }, milliseconds: 1 }
      : is === "left"
        ? { is, why: "not yet", milliseconds: 1 }
        : { is, milliseconds: 1 };
  const done = waitForMatches(
    ["a", "b"],
    {
      what: "pod -l app=web",
      look: async () => {
        const next = left.shift() ?? none;
        return next instanceof KapplyError ? Promise.reject(next) : next;
      },
      nameOf: (name) => name,
      async waitFor(names) {
        waited.push([...names]);
        await new Promise((resolve) => setTimeout(resolve, roundMs));
        const ends = rounds[waited.length - 1] ?? {};
        return names.map((name) => endOf(ends[name]));
      },
    },
    {
      emit: (event) => {
        if (event.event === "waiting") said.push(event.why);
      },
      ...world,
    },
  ).then((matched) => (state.matched = matched));
  return { said, waited, state, left, done };
}

test("what matches is waited for until nothing else matches", async () => {
  const { waited, state, left } = begin(
    [{ a: "gone" }, {}],
    [found("b", "c"), found("c"), new KapplyError("usage", "not asked any more")],
  );
  await vi.advanceTimersByTimeAsync(10_000);
  expect(waited).toEqual([
    ["a", "b"],
    ["b", "c"],
  ]);
  expect(state.matched).toMatchObject({
    is: "ended",
    found: ["b", "c"],
    ended: [{ is: "ready" }, { is: "ready" }],
  });
  expect(left).toHaveLength(1);
});

test("what matches is looked for again where all that matched is gone", async () => {
  const { said, waited, state } = begin([{ a: "gone", b: "gone" }, {}], [none, found("c"), found("c")]);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(said).toEqual(["what matched is gone", "no object matches yet", "they match"]);
  expect(waited).toEqual([["a", "b"], ["c"]]);
  expect(state.matched).toMatchObject({ is: "ended", found: ["c"] });
});

test("nothing matches in the end where it is gone when it is looked at again", async () => {
  const { state } = begin([{}], [none], { deadline: steadyNow() + 8_000 });
  await vi.advanceTimersByTimeAsync(8_000);
  expect(state.matched).toMatchObject({ is: "missing", why: "no object matches yet" });
});

test.each<[string, Parameters<typeof begin>]>([
  ["it took no time", [[{}], [], { roundMs: 500 }]],
  ["one look is wanted", [[{}], [], { once: true }]],
  ["one never will be ready", [[{ a: "failed" }], []]],
  ["it was interrupted", [[{ b: "left" }], []]],
  ["the server went away", [[{}], [away]]],
])("what was found is all where %s", async (_, args) => {
  const { waited, state, left } = begin(...args);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(waited).toHaveLength(1);
  expect(state.matched).toMatchObject({ is: "ended", found: ["a", "b"] });
  expect(left).toEqual([]);
});

test("one look at what is gone says so", async () => {
  const { state } = begin([{ a: "gone", b: "gone" }], [], { once: true });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(state.matched).toMatchObject({ is: "missing", why: "what matched is gone" });
});
