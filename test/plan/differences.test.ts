import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloneJson } from "../../src/json.js";
import type { Json } from "../../src/json.js";
import { differences, withoutNoise } from "../../src/plan/differences.js";

const containers = (...images: [string, string][]): Json => ({
  spec: { containers: images.map(([name, image]) => ({ name, image })) },
});

describe("differences", () => {
  test("a changed scalar is one difference at its path", () => {
    expect(differences({ data: { a: "1", b: "2" } }, { data: { a: "1", b: "3" } })).toEqual([
      { path: "data.b", before: "2", after: "3" },
    ]);
  });
  test("a key with dots is quoted in the path", () => {
    expect(differences({ data: { "a.b/c": "1" } }, { data: { "a.b/c": "2" } })).toEqual([
      { path: 'data["a.b/c"]', before: "1", after: "2" },
    ]);
  });
  test("what is added has no before, what goes has no after", () => {
    expect(differences({ a: 1 }, { b: 2 })).toEqual([
      { path: "a", before: 1 },
      { path: "b", after: 2 },
    ]);
  });
  test("one inserted container is one difference, wherever it is inserted", () => {
    const before = containers(["web", "nginx"]);
    const after = containers(["log", "fluent"], ["web", "nginx"]);
    expect(differences(before, after)).toEqual([
      { path: "spec.containers[name=log]", after: { name: "log", image: "fluent" } },
    ]);
  });
  test("items that only change places are a difference of their list", () => {
    const before = containers(["a", "1"], ["b", "2"]);
    const after = containers(["b", "2"], ["a", "1"]);
    expect(differences(before, after).map(({ path }) => path)).toEqual(["spec.containers"]);
  });
  test("a list of scalars differs as a whole", () => {
    expect(differences({ args: ["a"] }, { args: ["a", "b"] })).toEqual([
      { path: "args", before: ["a"], after: ["a", "b"] },
    ]);
  });
  test("items without keys are told apart by index", () => {
    expect(differences({ rules: [{ x: [1] }] }, { rules: [{ x: [2] }] })).toEqual([
      { path: "rules[0].x", before: [1], after: [2] },
    ]);
  });
  test("integers beyond 2^53 differ exactly", () => {
    expect(differences({ n: 9007199254740993n }, { n: 9007199254740994n })).toHaveLength(1);
  });
  test("equal values, and only they, have no differences", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(differences(a as Json, cloneJson(a as Json))).toEqual([]);
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(differences(a as Json, b as Json).length === 0).toBe(same);
      }),
      { numRuns: 1000 },
    );
  });
});

/** -0 is 0 in JSON, and the order of keys says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([key, item]) => [key, sorted(item)]) };
}

test("noise is what only a server sets; status stays where the manifest has one", () => {
  const metadata = {
    name: "a",
    uid: "u",
    resourceVersion: "1",
    generation: 2,
    managedFields: [],
    labels: { x: "y" },
  };
  const clean = { metadata: { name: "a", labels: { x: "y" } } };
  expect(withoutNoise({ metadata, status: { ready: true } })).toEqual(clean);
  expect(withoutNoise({ metadata, status: { ready: true } }, true)).toEqual({
    ...clean,
    status: { ready: true },
  });
});
