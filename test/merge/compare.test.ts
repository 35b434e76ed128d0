import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalJson, type Json } from "../../src/json.js";
import { compareValues, same, withoutFields } from "../../src/merge/compare.js";
import { equalSets, namedFields, pathsOf } from "../../src/merge/field-set.js";
import { pathText } from "../../src/merge/path.js";
import { specs } from "./arbitraries.js";
import { sampler } from "./shapes.js";

const compare = (before: Json, after: Json): string[] => {
  const { added, modified, removed } = compareValues(before, after, sampler);
  return [
    ...pathsOf(added).map((path) => `+${pathText(path)}`),
    ...pathsOf(modified).map((path) => `~${pathText(path)}`),
    ...pathsOf(removed).map((path) => `-${pathText(path)}`),
  ];
};

describe("comparing", () => {
  test.each<[string, Json, Json, string[]]>([
    ["equal values", { text: "x", set: ["a"] }, { set: ["a"], text: "x" }, []],
    ["a scalar", { text: "x" }, { text: "y" }, ["~.text"]],
    ["a new map", {}, { inner: { a: "x" } }, ["+.inner", "+.inner.a"]],
    ["a map that went", { map: { a: "x" } }, {}, ["-.map", "-.map.a"]],
    ["a map that was filled", { map: {} }, { map: { a: "x" } }, ["+.map.a"]],
    ["a map that was null", { map: null }, { map: {} }, ["~.map"]],
    ["a list as a whole", { args: ["a"] }, { args: ["a", "b"] }, ["~.args"]],
    ["the order of items", { set: ["a", "b"] }, { set: ["b", "a"] }, []],
    ["items of a set", { set: ["a"] }, { set: ["b"] }, ['+.set[="b"]', '-.set[="a"]']],
    [
      "a field of an item",
      { named: [{ name: "a", value: "1" }] },
      { named: [{ name: "a", value: "2" }] },
      ['~.named[name="a"].value'],
    ],
    [
      "a key that was left to its default",
      { ports: [{ port: 80 }] },
      { ports: [{ port: 80, protocol: "TCP" }] },
      ['+.ports[port=80,protocol="TCP"].protocol'],
    ],
    ["items that begin to repeat", { set: ["a"] }, { set: ["a", "a"] }, ['+.set[="a"]', '-.set[="a"]']],
    ["items that repeat still", { set: ["a", "a"] }, { set: ["a", "a", "a"] }, ['~.set[="a"]']],
    ["items that repeat no more", { set: ["a", "a"] }, { set: ["a"] }, ['+.set[="a"]', '-.set[="a"]']],
    ["a map that became a scalar", { any: { a: 1 } }, { any: "x" }, ["~.any", "-.any.a"]],
    ["a scalar that became a map", { any: "x" }, { any: { a: 1 } }, ["+.any.a", "~.any"]],
    ["a list that became a map", { any: [1] }, { any: { a: 1 } }, ["+.any.a", "~.any"]],
    ["a large integer", { number: 9007199254740993n }, { number: 9007199254740994n }, ["~.number"]],
  ])("%s", (_what, before, after, changes) => {
    expect(compare(before, after)).toEqual(changes);
  });
  test("forwards and backwards: what was added was removed", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const [there, back] = [compareValues(a, b, sampler), compareValues(b, a, sampler)];
        expect(equalSets(there.added, back.removed)).toBe(true);
        expect(equalSets(there.modified, back.modified)).toBe(true);
      }),
    );
  });
  test("finds something unless the values are equal, the order of items aside", () => {
    fc.assert(
      fc.property(specs, specs, (a, b) => {
        const isSame = compareValues(a, b, sampler) === same;
        expect(isSame).toBe(equalJson(sorted(a), sorted(b)));
      }),
    );
  });
  test("leaves out fields with what is below them", () => {
    const changes = compareValues({ text: "x" }, { text: "y", inner: { a: "x" } }, sampler);
    const left = withoutFields(changes, namedFields(["inner"]));
    expect([...pathsOf(left.added), ...pathsOf(left.modified)].map(pathText)).toEqual([".text"]);
  });
});

/** Items that are owned one by one in an order that does not depend on where they stood. */
function sorted(spec: Json): Json {
  const lists = ["set", "numbers", "ports", "named", "hosts"];
  const text = JSON.stringify(spec, (key, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    if (!Array.isArray(value) || !lists.includes(key)) return value;
    return value.map((item) => JSON.stringify(sorted(item as Json))).sort();
  });
  return JSON.parse(text) as Json;
}
