import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { equalJson, isObject, type Json, type JsonObject } from "../../../src/json.js";
import { jsonPatch, unknownOperationFields } from "../../../src/sandbox/patches/index.js";
import { documents, frozen, statusOf } from "./support.js";

// Answers of kube-apiserver 1.36.3 to patches of objects like these.
const object = frozen({ data: { k: "v", e: "" }, spec: { n: null, i: 1, l: [null, { a: null }] } });
const after = (operations: Json): JsonObject => jsonPatch(object, frozen(operations));
const { data, spec } = object;

describe("a JSON patch", () => {
  test.each<[string, Json, JsonObject]>([
    ["adds a key", [{ op: "add", path: "/data/n", value: "1" }], { data: { ...data, n: "1" }, spec }],
    [
      "adds null where there is no value",
      [{ op: "add", path: "/data/n" }],
      { data: { ...data, n: null }, spec },
    ],
    [
      "inserts before an index",
      [{ op: "add", path: "/spec/l/0", value: 2 }],
      { data, spec: { ...spec, l: [2, null, { a: null }] } },
    ],
    [
      "inserts from the end",
      [{ op: "add", path: "/spec/l/-3", value: 2 }],
      { data, spec: { ...spec, l: [2, null, { a: null }] } },
    ],
    [
      "inserts at the end by its index, signed and padded",
      [{ op: "add", path: "/spec/l/+02", value: 2 }],
      { data, spec: { ...spec, l: [null, { a: null }, 2] } },
    ],
    [
      "appends",
      [{ op: "add", path: "/spec/l/-", value: 2 }],
      { data, spec: { ...spec, l: [null, { a: null }, 2] } },
    ],
    [
      "reads ~1 and ~0 in this order",
      [{ op: "add", path: "/data/a~1b~01", value: "1" }],
      { data: { ...data, "a/b~1": "1" }, spec },
    ],
    ["has empty keys", [{ op: "add", path: "/data/", value: "1" }], { data: { ...data, "": "1" }, spec }],
    [
      "replaces what is not there",
      [{ op: "replace", path: "/data/z", value: "1" }],
      { data: { ...data, z: "1" }, spec },
    ],
    [
      "replaces the last item",
      [{ op: "replace", path: "/spec/l/-1", value: 2 }],
      { data, spec: { ...spec, l: [null, 2] } },
    ],
    ["replaces the document", [{ op: "replace", path: "", value: { a: 1 } }], { a: 1 }],
    [
      "passes over what stands before the first slash",
      [{ op: "replace", path: "x/spec/i", value: 2 }],
      { data, spec: { ...spec, i: 2 } },
    ],
    [
      "removes a key and an item",
      [
        { op: "remove", path: "/spec/n" },
        { op: "remove", path: "/spec/l/-1" },
      ],
      { data, spec: { i: 1, l: [null] } },
    ],
    ["moves", [{ op: "move", from: "/data/k", path: "/data/q" }], { data: { e: "", q: "v" }, spec }],
    [
      "copies a value into itself",
      [{ op: "copy", from: "/data", path: "/data/self" }],
      { data: { ...data, self: data }, spec },
    ],
    [
      "copies what is not there as null",
      [{ op: "copy", from: "/data/z", path: "/data/q" }],
      { data: { ...data, q: null }, spec },
    ],
    ["tests a value in any order of keys", [{ op: "test", path: "/data", value: { e: "", k: "v" } }], object],
    ["tests what is not there for null", [{ op: "test", path: "/data/z", value: null }], object],
    ["tests what is not there for nothing", [{ op: "test", path: "/data/z" }], object],
    ["tests the document", [{ op: "test", path: "", value: object }], object],
    ["may be empty", [], object],
    ["may be null", null, object],
  ])("%s", (_title, operations, expected) => {
    expect(after(operations)).toEqual(expected);
  });

  test.each<[string, Json]>([
    ["a test of another value", { op: "test", path: "/data/k", value: "w" }],
    ["a test of a value for nothing", { op: "test", path: "/data/k" }],
    ["a test of null for an object", { op: "test", path: "/spec/l/1", value: {} }],
    ["a test of the document for another", { op: "test", path: "", value: {} }],
    ["a test where there is no parent", { op: "test", path: "/nope/z", value: null }],
    ["a test of an index that is none", { op: "test", path: "/spec/l/7", value: null }],
    ["a test of what - stands for", { op: "test", path: "/spec/l/-", value: null }],
    ["a removal of what is not there", { op: "remove", path: "/data/z" }],
    ["a removal of the document", { op: "remove", path: "" }],
    ["a removal past the end", { op: "remove", path: "/spec/l/2" }],
    ["a replacement without a parent", { op: "replace", path: "/nope/z", value: 1 }],
    ["a replacement past the end", { op: "replace", path: "/spec/l/2", value: 1 }],
    ["a replacement of the document by a word", { op: "replace", path: "", value: "x" }],
    ["an addition without a parent", { op: "add", path: "/nope/z", value: 1 }],
    ["an addition to a word", { op: "add", path: "/data/k/x", value: 1 }],
    ["an addition to null", { op: "add", path: "/spec/n/x", value: 1 }],
    ["an addition past the end", { op: "add", path: "/spec/l/3", value: 1 }],
    ["an addition before the start", { op: "add", path: "/spec/l/-4", value: 1 }],
    ["an addition at an index that is a word", { op: "add", path: "/spec/l/x", value: 1 }],
    ["an addition at an empty index", { op: "add", path: "/spec/l/", value: 1 }],
    ["an addition as the document", { op: "add", path: "", value: {} }],
    ["an addition at a path without a slash", { op: "add", path: "x", value: 1 }],
    ["a move of what is not there", { op: "move", from: "/data/z", path: "/data/q" }],
    ["a move into itself", { op: "move", from: "/spec/l/1", path: "/spec/l/1/a" }],
    ["a move without a source", { op: "move", path: "/data/q" }],
    ["a move without a destination", { op: "move", from: "/data/k" }],
    ["a copy without a parent", { op: "copy", from: "/nope/z", path: "/data/q" }],
    ["a copy without a destination", { op: "copy", from: "/data/k" }],
    ["an operation without a path", { op: "add", value: 1 }],
    ["an operation that is none", { op: "foo", path: "/data/k" }],
    ["an operation without a name", { path: "/data/k" }],
    ["an operation that is null", null],
  ])("does not apply: %s", (_title, operation) => {
    expect(statusOf(() => after([operation]))).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "the server rejected our request due to an error in our request",
      reason: "Invalid",
      details: {},
      code: 422,
    });
  });

  test("applies as a whole or not at all", () => {
    const operations = [
      { op: "add", path: "/data/n", value: "1" },
      { op: "test", path: "/data/n", value: "2" },
    ];
    expect(statusOf(() => after(operations))).toMatchObject({ code: 422 });
  });
});

describe("a JSON patch that can't be read", () => {
  const decoding = "error decoding patch: json: cannot unmarshal";
  test.each<[Json, string, string]>([
    [
      {},
      `${decoding} object into Go value of type []handlers.jsonPatchOp`,
      "object into Go value of type jsonpatch.Patch",
    ],
    [
      "x",
      `${decoding} string into Go value of type []handlers.jsonPatchOp`,
      "string into Go value of type jsonpatch.Patch",
    ],
    [
      [1],
      `${decoding} number into Go value of type handlers.jsonPatchOp`,
      "number into Go value of type jsonpatch.Operation",
    ],
    [
      [true],
      `${decoding} bool into Go value of type handlers.jsonPatchOp`,
      "bool into Go value of type jsonpatch.Operation",
    ],
    [
      [[]],
      `${decoding} array into Go value of type handlers.jsonPatchOp`,
      "array into Go value of type jsonpatch.Operation",
    ],
  ])("%j", (patch, checked, unchecked) => {
    expect(statusOf(() => jsonPatch(object, patch))).toMatchObject({ code: 400, message: checked });
    expect(statusOf(() => jsonPatch(object, patch, "Ignore"))).toMatchObject({
      code: 400,
      message: `json: cannot unmarshal ${unchecked}`,
    });
  });

  test.each<[JsonObject, string]>([
    [{ op: 1 }, "number into Go struct field jsonPatchOp.op of type string"],
    [{ op: "add", path: {} }, "object into Go struct field jsonPatchOp.path of type string"],
    [{ op: "move", path: "/a", from: [] }, "array into Go struct field jsonPatchOp.from of type string"],
  ])("%j is a 400, or where nothing is checked a 422", (operation, words) => {
    const message = `${decoding} ${words}`;
    expect(statusOf(() => jsonPatch(object, [operation]))).toMatchObject({ code: 400, message });
    expect(statusOf(() => jsonPatch(object, [operation], "Ignore"))).toMatchObject({ code: 422 });
  });

  test("a patch has at most 10,000 operations", () => {
    const operations = (count: number): Json =>
      Array<Json>(count).fill({ op: "test", path: "/spec/i", value: 1 });
    expect(after(operations(10_000))).toEqual(object);
    expect(statusOf(() => after(operations(10_001)))).toMatchObject({
      code: 413,
      reason: "RequestEntityTooLarge",
      message: "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
    });
  });

  test("a list can't be a Kubernetes object", () => {
    const status = statusOf(() => after([{ op: "replace", path: "", value: [] }]));
    expect(status).toMatchObject({ code: 422, reason: "Invalid" });
    expect(status["message"]).toMatch(
      /^ "" is invalid: patch: Invalid value: "\[\]": couldn't get version\/kind; json parse error: /,
    );
  });
});

test("unknown fields of operations are told of by their place", () => {
  expect(
    unknownOperationFields([
      { op: "add", path: "/a", value: 1 },
      { op: "add", extra: 1 },
    ]),
  ).toEqual(['json patch unknown field "[1].extra"']);
});

/** Operations that make one document of another. */
function difference(from: JsonObject, to: JsonObject, at = ""): Json[] {
  const place = (key: string): string => `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const removed = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  return [
    ...removed.map((key) => ({ op: "remove", path: place(key) })),
    ...Object.entries(to).flatMap(([key, value]): Json[] => {
      if (!Object.hasOwn(from, key)) return [{ op: "add", path: place(key), value }];
      const before = from[key] as Json;
      if (isObject(before) && isObject(value)) return difference(before, value, place(key));
      if (equalJson(before, value)) return [{ op: "test", path: place(key), value }];
      return [{ op: "replace", path: place(key), value }];
    }),
  ];
}

test("the difference of two documents makes the one of the other, and touches neither", () => {
  fc.assert(
    fc.property(documents({ nulls: true }), documents({ nulls: true }), (from, to) => {
      const made = jsonPatch(frozen(from), frozen(difference(from, to)));
      expect(equalJson(made, to)).toBe(true);
    }),
  );
});

test("moving there and back changes nothing", () => {
  fc.assert(
    fc.property(documents({ nulls: true }), documents({ nulls: true }), (value, other) => {
      const document = frozen({ value, other });
      const there = { op: "move", from: "/value", path: "/other/moved" };
      const back = { op: "move", from: "/other/moved", path: "/value" };
      expect(equalJson(jsonPatch(document, [there, back]), document)).toBe(true);
    }),
  );
});
