import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/json.js";
import { compileJsonPath, jsonPathText } from "../../../src/sandbox/selectors/index.js";
import { recorded } from "./support.js";

/** Cells of the table that kube-apiserver 1.36.3 made of an object by text columns with these paths. */
const { object, columns, refused } = recorded("json-paths.json") as {
  object: JsonObject;
  columns: [path: string, cell: string | null][];
  refused: string[];
};

function found(path: string, document: Json = object): Json[] | undefined {
  return compileJsonPath(path)?.(document);
}

describe("a JSONPath", () => {
  test.each(columns)("%s shows what the real server shows", (path, cell) => {
    const values = found(path) ?? [];
    expect(values[0] === undefined ? null : jsonPathText(values[0])).toBe(cell);
  });

  test.each(refused)("%s is none", (path) => {
    expect(compileJsonPath(path)).toBeUndefined();
  });

  test.each<[string, Json[]]>([
    [".spec.list[*]", ["x", "y", "z"]],
    [".spec.list[1:]", ["y", "z"]],
    [".spec.list[::2]", ["x", "z"]],
    [".spec.list[2,0]", ["z", "x"]],
    [".status.conditions[*].type", ["Ready", "it's", "Re)ady"]],
    [".status.conditions[?(@.n>=2)].type", ["Ready", "Re)ady"]],
    [".spec.nul", [null]],
    [".spec.none", []],
    [".spec.map..c", [null]],
    [".spec['str','bool']", ["text", true]],
  ])("%s finds all values", (path, values) => {
    expect(found(path)).toEqual(values);
  });

  test("reads only what an object has itself", () => {
    expect(found(".constructor")).toEqual([]);
    expect(found(".a.__proto__", { a: {} })).toEqual([]);
  });
});
