import { describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../src/json.js";
import { namedFields, recordUpdate } from "../../src/merge/index.js";
import { newWorld, ownersOf, thing, writerOf } from "./world.js";

const entriesOf = (object: JsonObject | undefined): JsonObject[] =>
  (getPath(object, ["metadata", "managedFields"]) ?? []) as JsonObject[];

describe("a create", () => {
  test("owns what there is, and what holds it", () => {
    const world = newWorld();
    world.update("eve", { text: "x", inner: { a: "1" }, set: ["a"] });
    expect(world.owners()).toEqual({
      "eve updates": [".spec", ".spec.inner", ".spec.set", ".spec.text", ".spec.inner.a", '.spec.set[="a"]'],
    });
  });
  test("does not own what every object of the kind has", () => {
    const created = recordUpdate(undefined, thing({ inner: { a: "1" }, text: "x" }), {
      ...writerOf("eve"),
      empty: { metadata: {}, spec: { inner: {} } },
    });
    expect(ownersOf(created)).toEqual({ "eve updates": [".spec.text", ".spec.inner.a"] });
  });
  test("writes entries as the server does", () => {
    const created = recordUpdate(undefined, thing({ text: "x" }), {
      ...writerOf("eve"),
      subresource: "status",
    });
    expect(JSON.stringify(entriesOf(created))).toBe(
      '[{"manager":"eve","operation":"Update","apiVersion":"test/v1","time":"2026-01-01T00:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{".":{},"f:text":{}}},"subresource":"status"}]',
    );
  });
});

describe("an update", () => {
  test("takes what it changes from all others", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", map: { a: "1", b: "2" } });
    world.update("eve", { text: "y", map: { b: "2", c: "3" } });
    expect(world.owners()).toEqual({ ann: [".spec.map.b"], "eve updates": [".spec.text", ".spec.map.c"] });
  });
  test("adds to what its manager owned before", () => {
    const world = newWorld();
    world.update("eve", { text: "x" });
    world.update("eve", { text: "x", number: 1 });
    expect(world.owners()).toEqual({ "eve updates": [".spec", ".spec.number", ".spec.text"] });
    expect(entriesOf(world.live()).map(({ time }) => time)).toEqual(["2026-01-01T00:00:01Z"]);
  });
  test("that only removes is recorded for nobody, and its manager keeps its time", () => {
    const world = newWorld();
    world.update("eve", { text: "x", number: 1 });
    world.update("eve", { text: "x" });
    expect(world.owners()).toEqual({ "eve updates": [".spec", ".spec.text"] });
    expect(entriesOf(world.live()).map(({ time }) => time)).toEqual(["2026-01-01T00:00:00Z"]);
  });
  test("that changes nothing leaves the managed fields", () => {
    const world = newWorld();
    world.apply("ann", { text: "x" });
    const before = world.live();
    world.update("eve", { text: "x" });
    expect(world.live()).toEqual(before);
  });
  test("is another manager's for another version, subresource or operation", () => {
    const world = newWorld();
    world.apply("eve", { text: "x" });
    world.update("eve", { text: "x", number: 1 });
    world.update("eve", { text: "x", number: 1, truth: true }, { apiVersion: "test/v2" });
    world.update("eve", { text: "x", number: 1, truth: true, args: [] }, { subresource: "scale" });
    expect(
      entriesOf(world.live()).map(({ operation, apiVersion, subresource }) => [
        operation,
        apiVersion,
        subresource,
      ]),
    ).toEqual([
      ["Apply", "test/v1", undefined],
      ["Update", "test/v1", undefined],
      ["Update", "test/v2", undefined],
      ["Update", "test/v1", "scale"],
    ]);
  });
  test("does not own what is reset by the server", () => {
    const world = newWorld();
    world.update("eve", { text: "x", inner: { a: "1" } }, { reset: () => namedFields(["spec", "inner"]) });
    expect(world.owners()).toEqual({ "eve updates": [".spec", ".spec.text"] });
  });
  test("of an object that nobody is recorded for is recorded for nobody", () => {
    const live = thing({ text: "x" }, { metadata: { name: "it", uid: "u" } });
    const next = thing({ text: "y" }, { metadata: { name: "it", uid: "u" } });
    expect(recordUpdate(live, next, writerOf("eve"))).toEqual(next);
  });
  test("of values that do not fit clears the managed fields", () => {
    const world = newWorld();
    world.apply("ann", { text: "x" });
    world.update("eve", { text: 1 });
    expect(entriesOf(world.live())).toEqual([]);
    expect(world.spec()).toEqual({ text: 1 });
  });
});

describe("managed fields that an update brings", () => {
  const applied = (): JsonObject => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1 });
    return world.live() as JsonObject;
  };
  const updated = (managedFields: Json | undefined, subresource?: string): Record<string, string[]> => {
    const live = applied();
    const metadata = { ...(live["metadata"] as JsonObject) };
    if (managedFields === undefined) delete metadata["managedFields"];
    else metadata["managedFields"] = managedFields;
    const next = thing({ text: "y", number: 1 }, { metadata });
    return ownersOf(recordUpdate(live, next, writerOf("eve", { subresource })));
  };
  const entry = { manager: "joe", operation: "Apply", apiVersion: "test/v1", fieldsType: "FieldsV1" };
  test("are those of live if there are none, or none that can be read", () => {
    const kept = { ann: [".spec.number"], "eve updates": [".spec.text"] };
    expect(updated(undefined)).toEqual(kept);
    expect(updated([{ ...entry, operation: "Other" }])).toEqual(kept);
    expect(updated([{ ...entry, fieldsV1: { spec: {} } }])).toEqual(kept);
    expect(updated(null)).toEqual(kept);
  });
  test("replace those of live", () => {
    expect(updated([{ ...entry, fieldsV1: { "f:spec": { "f:number": {} } } }])).toEqual({
      "eve updates": [".spec.text"],
      joe: [".spec.number"],
    });
  });
  test("reset those of live if they are empty", () => {
    expect([updated([]), updated([{}])]).toEqual([{}, {}]);
  });
  test("do not count for a subresource", () => {
    expect(updated([], "status")).toEqual({ ann: [".spec.number"], "eve updates status": [".spec.text"] });
  });
});

describe("managers that update", () => {
  const updates = (count: number, versionOf: (at: number) => string = () => "test/v1") => {
    const world = newWorld();
    const map: JsonObject = {};
    for (let at = 0; at < count; at++) {
      map[`k${String(at)}`] = "x";
      world.update(`m${String(at).padStart(2, "0")}`, { map: { ...map } }, { apiVersion: versionOf(at) });
    }
    return entriesOf(world.live()).map(({ manager, apiVersion, time, fieldsV1 }) => ({
      manager,
      apiVersion,
      time,
      keys: Object.keys((getPath(fieldsV1, ["f:spec", "f:map"]) ?? {}) as object).filter(
        (key) => key !== ".",
      ),
    }));
  };
  test("may be ten", () => {
    expect(updates(10).map(({ manager }) => manager)).toEqual(
      Array.from({ length: 10 }, (_, at) => `m0${String(at)}`),
    );
  });
  test("beyond ten, the oldest become one, as old as the youngest of them", () => {
    const entries = updates(13);
    expect(entries).toHaveLength(10);
    expect(entries[0]).toEqual({
      manager: "ancient-changes",
      apiVersion: "test/v1",
      time: "2026-01-01T00:00:03Z",
      keys: ["f:k0", "f:k1", "f:k2", "f:k3"],
    });
    expect(entries[1]?.manager).toBe("m04");
  });
  test("become one for each version", () => {
    const entries = updates(11, (at) => (at === 1 ? "test/v2" : "test/v1"));
    expect(entries.map(({ manager, apiVersion }) => [manager, apiVersion]).slice(0, 3)).toEqual([
      ["m01", "test/v2"],
      ["ancient-changes", "test/v1"],
      ["m03", "test/v1"],
    ]);
  });
});
