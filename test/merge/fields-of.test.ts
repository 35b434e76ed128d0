import { describe, expect, test } from "vitest";
import type { Json } from "../../src/json.js";
import { pathsOf } from "../../src/merge/field-set.js";
import { everyFieldOf, fieldsOf } from "../../src/merge/fields-of.js";
import { pathText } from "../../src/merge/path.js";
import { sampler } from "./shapes.js";

const owned = (value: Json): string[] => pathsOf(fieldsOf(value, sampler)).map(pathText);
const every = (value: Json): string[] => pathsOf(everyFieldOf(value, sampler)).map(pathText);

describe("applying owns", () => {
  test.each<[string, Json, string[]]>([
    ["a scalar", { text: "x" }, [".text"]],
    ["a null", { text: null, inner: null, set: null }, [".inner", ".set", ".text"]],
    [
      "what is below a declared field, not the field",
      { inner: { a: "x", deep: { x: "y" } } },
      [".inner.a", ".inner.deep.x"],
    ],
    ["an empty map", { inner: {}, map: {} }, [".inner", ".map"]],
    [
      "a key that is not declared, with what is below it",
      { maps: { k: { a: "x" } } },
      [".maps.k", ".maps.k.a"],
    ],
    ["a list as a whole", { args: [] }, [".args"]],
    ["a map as a whole", { wholeMap: { a: "x" } }, [".wholeMap"]],
    ["items of a set", { set: ["b", "a"] }, ['.set[="a"]', '.set[="b"]']],
    ["nothing of an empty list of items", { set: [], named: [] }, []],
    [
      "items by their keys, those that were left out too",
      { ports: [{ port: 80 }, { port: 80, protocol: "UDP", name: "x" }] },
      [
        '.ports[port=80,protocol="TCP"]',
        '.ports[port=80,protocol="UDP"]',
        '.ports[port=80,protocol="TCP"].port',
        '.ports[port=80,protocol="UDP"].name',
        '.ports[port=80,protocol="UDP"].port',
        '.ports[port=80,protocol="UDP"].protocol',
      ],
    ],
    [
      "items that repeat as one",
      {
        named: [
          { name: "a", value: "1" },
          { name: "a", value: "2" },
        ],
      },
      ['.named[name="a"]'],
    ],
    [
      "what nothing is declared for, by its keys",
      { any: { a: { b: [1] }, c: null } },
      [".any.a", ".any.c", ".any.a.b"],
    ],
    ["a list that nothing is declared for, as a whole", { any: [{ a: 1 }] }, [".any"]],
    [
      "an item whose key is null apart from one without",
      { ports: [{ port: 80, protocol: null }] },
      [
        ".ports[port=80,protocol=null]",
        ".ports[port=80,protocol=null].port",
        ".ports[port=80,protocol=null].protocol",
      ],
    ],
  ])("%s", (_what, value, paths) => {
    expect(owned(value)).toEqual(paths);
  });
});

describe("what came or went with a value is", () => {
  test.each<[string, Json, string[]]>([
    [
      "every field, declared ones too",
      { inner: { deep: { x: "y" } } },
      [".inner", ".inner.deep", ".inner.deep.x"],
    ],
    ["an empty list", { set: [] }, [".set"]],
    ["lists and their items", { set: ["a"] }, [".set", '.set[="a"]']],
    ["items that repeat as one", { set: ["a", "a"] }, [".set", '.set[="a"]']],
    ["a null", { map: null }, [".map"]],
  ])("%s", (_what, value, paths) => {
    expect(every(value)).toEqual(paths);
  });
});
