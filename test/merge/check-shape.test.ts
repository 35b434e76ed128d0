import { describe, expect, test } from "vitest";
import type { Json } from "../../src/json.js";
import { checkShape, describeObject, ShapeError, shapeProblems } from "../../src/merge/check-shape.js";
import { scalar, sampler, struct } from "./shapes.js";

const problems = (value: Json): string[] =>
  shapeProblems(value, sampler, "refused").map(({ path, message }) => `${path}: ${message}`);

describe("a value that does not fit", () => {
  test.each<[Json, string]>([
    [{ nope: 1 }, ".nope: field not declared in schema"],
    [{ inner: { a: 1 } }, ".inner.a: expected string, got &value.valueUnstructured{Value:1}"],
    [
      { text: { a: ["x", null, 1.5] } },
      '.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":[]interface {}{"x", interface {}(nil), 1.5}}}',
    ],
    [{ number: "1" }, ".number: expected numeric (int or float), got string"],
    [{ number: { a: 1 } }, ".number: expected numeric (int or float), got map[string]interface {}"],
    [{ truth: "true" }, ".truth: expected boolean, got &{true}"],
    [{ inner: ["a", true, null] }, ".inner: expected map, got &{[a true <nil>]}"],
    [{ set: { b: 1, a: "x" } }, ".set: expected list, got &{map[a:x b:1]}"],
    [{ set: ["a", "a"] }, '.set: duplicate entries for key [="a"]'],
    [{ numbers: [2500000, 2500000] }, ".numbers: duplicate entries for key [=2500000]"],
    [
      { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
      '.ports: duplicate entries for key [port=80,protocol="TCP"]',
    ],
    [
      { named: [{ value: "x" }] },
      '.named: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
    ],
    [{ named: [null] }, ".named: element 0: associative list with keys may not have a null element"],
    [
      { named: [{ name: "a" }, "b"] },
      ".named: element 1: associative list with keys may not have non-map elements",
    ],
    [
      { set: [null] },
      ".set: element 0: associative list without keys has an element that's an explicit null",
    ],
    [{ set: [{}] }, ".set: element 0: associative list without keys has an element that's a map type"],
    [{ set: [[]] }, ".set: element 0: not supported: associative list with lists as elements"],
    [{ args: ["a", 1] }, ".args[1]: expected string, got &value.valueUnstructured{Value:1}"],
    [{ wholeMap: { a: 1 } }, ".wholeMap.a: expected string, got &value.valueUnstructured{Value:1}"],
    [
      { ports: [{ port: "x", name: 1 }] },
      '.ports[port="x",protocol="TCP"].port: expected numeric (int or float), got string',
    ],
  ])("%j", (value, problem) => {
    expect(problems(value)[0]).toBe(problem);
  });
  test("of any scalar", () => {
    expect(shapeProblems({ a: [1] }, struct({ a: scalar }), "refused")).toEqual([
      { path: ".a", message: "expected any scalar, got &{[1]}" },
    ]);
  });
  test("is looked at no further than the first key that is not declared", () => {
    expect(problems({ text: 1, one: 1, two: 2, number: "x" })).toEqual([
      ".text: expected string, got &value.valueUnstructured{Value:1}",
      ".one: field not declared in schema",
    ]);
  });
});

describe("a value that fits", () => {
  test.each<[Json]>([
    [{ text: null, number: null, inner: null, set: null, map: null }],
    [{ number: 1.5, numbers: [9007199254740993n] }],
    [{ any: { a: [null, { b: 1 }] } }],
    [{ map: { ["__proto__"]: "x" } }],
    [null],
  ])("case %#", (value) => {
    expect(problems(value)).toEqual([]);
  });
  test("has items that repeat, where that is allowed", () => {
    expect(shapeProblems({ set: ["a", "a"] }, sampler, "allowed")).toEqual([]);
  });
});

describe("the error", () => {
  const check = (value: Record<string, Json>) => (): void => {
    checkShape(value, sampler, "refused", "it failed");
  };
  test("has one problem on its line", () => {
    expect(check({ nope: 1 })).toThrow(
      new ShapeError("it failed", [{ path: ".nope", message: "field not declared in schema" }]),
    );
    expect(check({ nope: 1 })).toThrow("it failed: .nope: field not declared in schema");
  });
  test("has several on lines of their own", () => {
    expect(check({ truth: 1, number: "x" })).toThrow(
      "it failed: errors:\n  .truth: expected boolean, got &{1}\n  .number: expected numeric (int or float), got string",
    );
  });
  test("names objects as the server does", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    expect(describeObject(object)).toBe("/a; /v1, Kind=ConfigMap");
    expect(
      describeObject({ ...object, apiVersion: "apps/v1", metadata: { name: "a", namespace: "n" } }),
    ).toBe("n/a; apps/v1, Kind=ConfigMap");
  });
});
