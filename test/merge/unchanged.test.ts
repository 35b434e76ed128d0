import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/json.js";
import { isUnchanged } from "../../src/merge/index.js";

const leaf = {};

/** A live object whose `spec` is owned as given, by us unless told otherwise. */
function live(spec: Json, owned: Json, entry: JsonObject = {}): JsonObject {
  const ours = {
    manager: "kapply",
    operation: "Apply",
    apiVersion: "v1",
    fieldsV1: { "f:spec": owned },
    ...entry,
  };
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "t", uid: "u", managedFields: [ours] }, spec };
}
const body = (spec: Json, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "t", ...metadata },
  spec,
});
const verdict = (wanted: Json, held: Json, owned: Json, entry?: JsonObject): boolean =>
  isUnchanged(body(wanted), live(held, owned, entry), "kapply");

describe("unchanged", () => {
  test("the same fields with the same values", () => {
    expect(verdict({ a: 1, b: "x" }, { a: 1, b: "x", c: "default" }, { "f:a": leaf, "f:b": leaf })).toBe(
      true,
    );
  });
  test("a port whose protocol is a default", () => {
    const owned = { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": leaf } } };
    expect(verdict({ ports: [{ port: 80 }] }, { ports: [{ port: 80, protocol: "TCP" }] }, owned)).toBe(true);
  });
  test("a set, and a list that is owned as a whole", () => {
    const owned = { "f:set": { 'v:"a"': {}, 'v:"b"': {} }, "f:args": leaf };
    expect(verdict({ set: ["a", "b"], args: ["x"] }, { set: ["a", "b"], args: ["x"] }, owned)).toBe(true);
  });
  test("integers beyond 2^53", () => {
    expect(verdict({ n: 9007199254740993n }, { n: 9007199254740993n }, { "f:n": leaf })).toBe(true);
  });
});

describe("not known to be unchanged", () => {
  const item = (name: string, image: string): JsonObject => ({ name, image });
  const ownedItems = (...names: string[]): JsonObject =>
    Object.fromEntries(
      names.map((name) => [`k:{"name":"${name}"}`, { ".": {}, "f:name": leaf, "f:image": leaf }]),
    );
  test.each<[string, Json, Json, Json, JsonObject?]>([
    ["another value", { a: 2 }, { a: 1 }, { "f:a": leaf }],
    ["a value that someone removed", { a: 1 }, {}, { "f:a": leaf }],
    ["a field that we do not own yet", { a: 1, b: 1 }, { a: 1, b: 1 }, { "f:a": leaf }],
    ["a field that we own and no longer apply", { a: 1 }, { a: 1, b: 1 }, { "f:a": leaf, "f:b": leaf }],
    ["a null", { a: null }, {}, { "f:a": leaf }],
    ["a quantity that is stored otherwise", { cpu: "1000m" }, { cpu: "1" }, { "f:cpu": leaf }],
    [
      "an integer that differs beyond 2^53",
      { n: 9007199254740993n },
      { n: 9007199254740992n },
      { "f:n": leaf },
    ],
    [
      "a list in another order",
      { l: [item("b", "1"), item("a", "1")] },
      { l: [item("a", "1"), item("b", "1")] },
      { "f:l": ownedItems("a", "b") },
    ],
    [
      "an item that somebody added",
      { l: [item("a", "1")] },
      { l: [item("a", "1"), item("b", "1")] },
      { "f:l": ownedItems("a") },
    ],
    ["an item of ours that somebody removed", { l: [item("a", "1")] }, { l: [] }, { "f:l": ownedItems("a") }],
    ["a set in another order", { s: ["b", "a"] }, { s: ["a", "b"] }, { "f:s": { 'v:"a"': {}, 'v:"b"': {} } }],
    ["an entry of another version", { a: 1 }, { a: 1 }, { "f:a": leaf }, { apiVersion: "v2" }],
    ["an entry made by an update", { a: 1 }, { a: 1 }, { "f:a": leaf }, { operation: "Update" }],
    ["somebody else's entry", { a: 1 }, { a: 1 }, { "f:a": leaf }, { manager: "other" }],
  ])("%s", (_title, wanted, held, owned, entry) => {
    expect(verdict(wanted, held, owned, entry)).toBe(false);
  });
  test("a label that was added to the manifest", () => {
    const held = live({ a: 1 }, { "f:a": leaf });
    expect(isUnchanged(body({ a: 1 }, { labels: { x: "y" } }), held, "kapply")).toBe(false);
  });
  test("two entries of ours", () => {
    const held = live({ a: 1 }, { "f:a": leaf });
    const metadata = held["metadata"] as { managedFields: JsonObject[] };
    metadata.managedFields.push({ manager: "kapply", operation: "Update", apiVersion: "v1", fieldsV1: {} });
    expect(isUnchanged(body({ a: 1 }), held, "kapply")).toBe(false);
  });
  test("an inherited name is no field", () => {
    expect(verdict({ constructor: 1 }, {}, { "f:constructor": leaf })).toBe(false);
  });
});
