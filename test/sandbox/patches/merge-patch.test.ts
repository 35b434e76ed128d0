import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  equalJson,
  getKey,
  isObject,
  setKey,
  stringifyJson,
  type Json,
  type JsonObject,
} from "../../../src/json.js";
import { mergePatch } from "../../../src/sandbox/patches/index.js";
import { documents, frozen, statusOf } from "./support.js";

/** Answers of kube-apiserver 1.36.3 for a field of a custom resource without a schema. */
const recorded = JSON.parse(readFileSync(new URL("fixtures/merge.json", import.meta.url), "utf8")) as {
  current?: Json;
  patch: Json;
  result: Json;
}[];

const field = (value: Json | undefined): JsonObject => (value === undefined ? {} : { x: value });

describe("a merge patch", () => {
  test.each(recorded)("of $current with $patch", ({ current, patch, result }) => {
    expect(mergePatch(frozen(field(current)), frozen(field(patch)))).toEqual(field(result));
  });

  test("removes with null, and adds none", () => {
    expect(mergePatch({ a: 1, b: { c: 1, d: 2 } }, { a: null, b: { c: null }, e: null })).toEqual({
      b: { d: 2 },
    });
  });

  const decoding = "error decoding patch: json: cannot unmarshal";
  test.each<[Json, string, string]>([
    [1, `${decoding} number into Go value of type map[string]interface {}`, "Invalid JSON Patch"],
    ["x", `${decoding} string into Go value of type map[string]interface {}`, "Invalid JSON Patch"],
    [null, "Invalid JSON Patch", "Invalid JSON Patch"],
  ])("can't be %j", (patch, checked, unchecked) => {
    expect(statusOf(() => mergePatch({}, patch))).toMatchObject({ code: 400, message: checked });
    expect(statusOf(() => mergePatch({}, patch, "Ignore"))).toMatchObject({ code: 400, message: unchecked });
  });

  test("that is a list is another error where nothing is checked", () => {
    expect(statusOf(() => mergePatch({}, []))).toMatchObject({
      code: 400,
      message: `${decoding} array into Go value of type map[string]interface {}`,
    });
    expect(statusOf(() => mergePatch({}, [], "Ignore"))).toMatchObject({
      code: 422,
      details: { causes: [{ field: "patch" }] },
    });
  });
});

/** The merge patch that makes one document of another. */
function difference(from: JsonObject, to: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) setKey(patch, key, null);
  for (const [key, value] of Object.entries(to)) {
    const before = getKey(from, key);
    if (equalJson(before, value)) continue;
    setKey(patch, key, isObject(before) && isObject(value) ? difference(before, value) : value);
  }
  return patch;
}

describe("merge patches keep these laws", () => {
  const plain = documents({ nulls: false });
  const patches = documents({ nulls: true });

  test("the difference of two documents makes the one of the other, and touches neither", () => {
    fc.assert(
      fc.property(plain, plain, (from, to) => {
        expect(equalJson(mergePatch(frozen(from), frozen(difference(from, to))), to)).toBe(true);
      }),
    );
  });
  test("merging twice is merging once", () => {
    // Not so for a list in place of an object: its items keep their nulls the first time, and lose them the second.
    const listless = patches.filter((patch) => !stringifyJson(patch).includes("["));
    fc.assert(
      fc.property(plain, listless, (document, patch) => {
        const once = mergePatch(document, patch);
        expect(equalJson(mergePatch(frozen(once), patch), once)).toBe(true);
      }),
    );
  });
  test("an empty patch changes nothing", () => {
    fc.assert(
      fc.property(patches, (document) => {
        expect(equalJson(mergePatch(document, {}), document)).toBe(true);
      }),
    );
  });
});
