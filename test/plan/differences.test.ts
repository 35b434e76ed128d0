import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cloneJson, equalJson, parseJson } from "../../src/json.js";
import type { Json } from "../../src/json.js";
import type { Difference } from "../../src/model.js";
import { differences as found } from "../../src/plan/differences.js";
import { withoutNoise } from "../../src/plan/noise.js";
import type { Shape } from "../../src/shape.js";
import { specs } from "../merge/arbitraries.js";
import { kindOf, sampler } from "../merge/shapes.js";

/** The differences without what is only for telling whose they are. */
const differences = (before: Json, after: Json, shape?: Shape): Difference[] =>
  found(before, after, shape).map(({ field: _, ...difference }) => difference);

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
  describe("by a shape", () => {
    const object = kindOf(sampler);
    const bySpec = (before: Json, after: Json): Difference[] =>
      differences({ spec: before }, { spec: after }, object);

    test("items are told apart by their keys, absent ones at their defaults", () => {
      const before = { ports: [{ port: 53 }, { port: 53, protocol: "UDP", name: "dns" }] };
      const after = {
        ports: [
          { port: 53, protocol: "TCP" },
          { port: 53, protocol: "UDP", name: "x" },
        ],
      };
      expect(bySpec(before, after)).toEqual([
        { path: "spec.ports[port=53,protocol=TCP].protocol", after: "TCP" },
        { path: "spec.ports[port=53,protocol=UDP].name", before: "dns", after: "x" },
      ]);
    });
    test("a set shows what came and what went", () => {
      expect(bySpec({ set: ["a/b", "c"], numbers: [1] }, { set: ["c", "d"], numbers: [1, 2] })).toEqual([
        { path: 'spec.set["a/b"]', before: "a/b" },
        { path: 'spec.set["d"]', after: "d" },
        { path: "spec.numbers[2]", after: 2 },
      ]);
    });
    test("items that only change places are one difference of their list", () => {
      const named = [{ name: "p" }, { name: "q" }];
      const turned = [...named].reverse();
      expect(bySpec({ named }, { named: turned })).toEqual([
        { path: "spec.named", before: named, after: turned },
      ]);
      expect(bySpec({ set: ["a", "b"] }, { set: ["b", "a"] })).toEqual([
        { path: "spec.set", before: ["a", "b"], after: ["b", "a"] },
      ]);
    });
    test("items that repeat, or have none of the keys, are told apart by index", () => {
      const named = [
        { name: "p", value: "1" },
        { name: "p", value: "2" },
      ];
      expect(bySpec({ named }, { named: [named[0] ?? null, { name: "p", value: "3" }] })).toEqual([
        { path: "spec.named[1].value", before: "2", after: "3" },
      ]);
      expect(bySpec({ named: [{ value: "1" }] }, { named: [{ value: "2" }] })).toEqual([
        { path: "spec.named[0].value", before: "1", after: "2" },
      ]);
    });
    test("an atomic list of scalars differs as a whole", () => {
      expect(bySpec({ args: ["a"] }, { args: ["b"] })).toEqual([
        { path: "spec.args", before: ["a"], after: ["b"] },
      ]);
    });
    test("where nothing is declared, and in atomic lists, items are told apart by a key that tells all apart", () => {
      const any = (...names: string[]): Json => ({ any: { list: names.map((name) => ({ name })) } });
      expect(bySpec(any("a", "b"), any("x", "a", "b"))).toEqual([
        { path: "spec.any.list[name=x]", after: { name: "x" } },
      ]);
      expect(bySpec(any("a", "a"), any("a", "b"))).toEqual([
        { path: "spec.any.list[1].name", before: "a", after: "b" },
      ]);
    });
    test("equal values, and only they, have no differences", () => {
      fc.assert(
        fc.property(specs, specs, (a, b) => {
          expect(bySpec(a, cloneJson(a))).toEqual([]);
          expect(bySpec(a, b).length === 0).toBe(equalJson(a, b));
        }),
        { numRuns: 300 },
      );
    });
  });
  test("a quantity that is written otherwise differs: normal forms come from the server, or are made before", () => {
    expect(differences({ cpu: "1000m" }, { cpu: "1" })).toHaveLength(1);
  });
  test("keys may be named as what every object has", () => {
    const [before, after] = [
      '{"data":{"__proto__":"a"}}',
      '{"data":{"__proto__":"b","constructor":"c"}}',
    ].map(parseJson);
    expect(differences(before ?? null, after ?? null)).toEqual([
      { path: "data.__proto__", before: "a", after: "b" },
      { path: "data.constructor", after: "c" },
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
