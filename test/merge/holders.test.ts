import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import { holdersOf, isOlder, type Holder } from "../../src/merge/holders.js";
import type { FieldPath } from "../../src/merge/path.js";
import type { FieldOwner } from "../../src/model.js";

function holder(fieldsV1: JsonObject, more: JsonObject = {}): Holder {
  const entry = {
    manager: "ann",
    operation: "Apply",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1,
    ...more,
  };
  const [found] = holdersOf({ metadata: { managedFields: [entry] } });
  if (found === undefined) throw new Error("there is no holder");
  return found;
}

const web = 'k:{"name":"web"}';
const ann = holder({ "f:spec": { "f:args": {}, "f:items": { [web]: { ".": {}, "f:image": {} } } } });
const asked = (path: FieldPath) => [ann.holds(path), ann.holdsJust(path), ann.mayHold(path)];

describe("a holder of fields", () => {
  test("is who, how, in which version and when", () => {
    expect(
      holder({}, { operation: "Update", subresource: "status", time: "2026-01-01T00:00:00Z" }).owner,
    ).toEqual({
      manager: "ann",
      operation: "Update",
      apiVersion: "v1",
      subresource: "status",
      since: "2026-01-01T00:00:00Z",
    });
    expect(ann.owner).toEqual({ manager: "ann", operation: "Apply", apiVersion: "v1" });
  });
  test("holds a field, or something below it", () => {
    expect(asked(["f:spec", "f:items", web, "f:image"])).toEqual([true, true, true]);
    expect(asked(["f:spec", "f:items"])).toEqual([true, false, true]);
    expect(asked(["f:spec", "f:replicas"])).toEqual([false, false, false]);
    expect(asked(["f:spec", "f:items", web, "f:env"])).toEqual([false, false, false]);
  });
  test("may hold what is within a field that it holds alone, or what is an item by other keys", () => {
    expect(asked(["f:spec", "f:args", "i:0"])).toEqual([false, false, true]);
    expect(asked(["f:spec", "f:items", 'k:{"id":"web"}', "f:env"])).toEqual([false, false, true]);
  });
});

test("entries that a server would not store are an error", () => {
  expect(() => holdersOf({ metadata: { managedFields: [{ manager: "ann" }] } })).toThrow(SyntaxError);
  expect(holdersOf({ metadata: {} })).toEqual([]);
});

test("an entry is older by its time in whole seconds, and not where a time is missing", () => {
  const at = (since?: string): FieldOwner => ({ manager: "a", operation: "Update", apiVersion: "v1", since });
  expect(isOlder(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:01Z"))).toBe(true);
  expect(isOlder(at("2026-01-01T00:00:01Z"), at("2026-01-01T00:00:01Z"))).toBe(false);
  expect(isOlder(at(), at("2026-01-01T00:00:01Z"))).toBe(false);
  expect(isOlder(at("2026-01-01T00:00:00Z"), at())).toBe(false);
});
