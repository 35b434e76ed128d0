import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalJson, type Json } from "../../src/json.js";
import { structuredMerge } from "../../src/merge/structured-merge.js";
import { specs } from "./arbitraries.js";
import { anything, sampler } from "./shapes.js";

const merge = (live: Json, applied: Json): Json => structuredMerge(live, applied, sampler);
const items = (names: string): Json => ({ set: names.split("") });

describe("merging", () => {
  test("adds what is new and keeps what is not said", () => {
    expect(merge({ text: "x", inner: { a: "1" } }, { number: 2, inner: { b: "2" } })).toEqual({
      text: "x",
      number: 2,
      inner: { a: "1", b: "2" },
    });
  });
  test.each<[string, Json, Json, Json]>([
    ["a list as a whole", { args: ["a", "b"] }, { args: ["c"] }, { args: ["c"] }],
    ["a map as a whole", { wholeMap: { a: "1" } }, { wholeMap: { b: "2" } }, { wholeMap: { b: "2" } }],
  ])("replaces %s", (_what, live, applied, merged) => {
    expect(merge(live, applied)).toEqual(merged);
  });
  test("merges items of the same keys, those left out too", () => {
    const live = { ports: [{ port: 80, protocol: "TCP", name: "old", hosts: ["a"] }] };
    expect(merge(live, { ports: [{ port: 80, name: "new", hosts: ["b"] }] })).toEqual({
      ports: [{ port: 80, protocol: "TCP", name: "new", hosts: ["a", "b"] }],
    });
  });
  test("takes the applied one for live items that repeat", () => {
    const live = { named: [{ name: "a", value: "1" }, { name: "b" }, { name: "a", value: "2" }] };
    expect(merge(live, { named: [{ name: "a", args: ["x"] }] })).toEqual({
      named: [{ name: "a", args: ["x"] }, { name: "b" }],
    });
  });
  test("keeps live items that repeat where nothing is said of them", () => {
    expect(merge(items("aab"), items("c"))).toEqual(items("aabc"));
  });
});

describe("the order of merged items", () => {
  test.each([
    ["abc", "d", "abcd"],
    ["abc", "ca", "bca"],
    ["abc", "cba", "cba"],
    ["ab", "xa", "xab"],
    ["ab", "bx", "abx"],
    ["abcd", "db", "acdb"],
    ["1a2b3", "ba", "12b3a"],
    ["1a2b3", "xayb", "1xa2yb3"],
    ["", "ba", "ba"],
    ["ba", "", "ba"],
  ])("%s and %s is %s", (live, applied, merged) => {
    expect(merge(items(live), items(applied))).toEqual(items(merged));
  });
});

describe("nulls and empty ones", () => {
  test.each<[string, Json, Json, Json]>([
    ["null for a scalar is null", { text: "x" }, { text: null }, { text: null }],
    [
      "null for a map with something in it says nothing",
      { map: { a: "x" } },
      { map: null },
      { map: { a: "x" } },
    ],
    ["null for items says nothing", { set: ["a"] }, { set: null }, { set: ["a"] }],
    ["null for a list that is one value is null", { args: ["a"] }, { args: null }, { args: null }],
    ["an empty map says nothing", { map: { a: "x" } }, { map: {} }, { map: { a: "x" } }],
    ["null for an empty map is null", { map: {} }, { map: null }, { map: null }],
    ["an empty list for null is empty", { set: null }, { set: [] }, { set: [] }],
  ])("%s", (_title, live, applied, merged) => {
    expect(merge(live, applied)).toEqual(merged);
  });
});

describe("where anything may stand", () => {
  test.each<[Json, Json, Json]>([
    [{ a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    [{ a: 1 }, "x", "x"],
    ["x", { a: 1 }, { a: 1 }],
    [[1], [2], [2]],
    [{ a: 1 }, [2], [2]],
    [{ a: 1 }, null, { a: 1 }],
    [[1], null, null],
    ["x", null, null],
    [null, { a: 1 }, { a: 1 }],
  ])("%j and %j is %j", (live, applied, merged) => {
    expect(structuredMerge(live, applied, anything)).toEqual(merged);
  });
});

describe("what is merged", () => {
  test("is live itself where nothing changes", () => {
    fc.assert(
      fc.property(specs, specs, (live, applied) => {
        const merged = merge(live, applied);
        expect(equalJson(merged, live)).toBe(merged === live);
        expect(merge(merged, applied)).toBe(merged);
      }),
    );
  });
  test("shares with live what the other does not speak of", () => {
    const live = { inner: { a: "1" }, args: ["x"] };
    const merged = merge(live, { text: "x" }) as typeof live;
    expect([merged.inner === live.inner, merged.args === live.args]).toEqual([true, true]);
  });
  test("keeps keys of any name, and leaves the inputs as they were", () => {
    const live = JSON.parse('{"map": {"__proto__": "a"}}') as Json;
    const applied = JSON.parse('{"map": {"__proto__": "b", "c": "d"}}') as Json;
    const merged = merge(live, applied);
    expect(JSON.stringify(merged)).toBe('{"map":{"__proto__":"b","c":"d"}}');
    expect(JSON.stringify(live)).toBe('{"map":{"__proto__":"a"}}');
  });
});
