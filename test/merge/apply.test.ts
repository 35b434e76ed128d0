import { describe, expect, test } from "vitest";
import { getPath, type Json, type JsonObject } from "../../src/json.js";
import { applyManifest, namedFields, ShapeError } from "../../src/merge/index.js";
import {
  anything,
  atomicList,
  keyedList,
  mapOf,
  number,
  sampler,
  setOfItems,
  struct,
  text,
  whole,
} from "./shapes.js";
import { firstTime, newWorld, ownersOf, thing, writerOf } from "./world.js";

describe("fields of one manager", () => {
  test("are owned once they are applied", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", inner: { a: "1" } });
    expect(world.spec()).toEqual({ text: "x", inner: { a: "1" } });
    expect(world.owners()).toEqual({ ann: [".spec.text", ".spec.inner.a"] });
  });
  test("go when they are not applied any more", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1, map: { k: "v", l: "w" }, set: ["a", "b"] });
    world.apply("ann", { number: 1, map: { l: "w" }, set: ["b"] });
    expect(world.spec()).toEqual({ number: 1, map: { l: "w" }, set: ["b"] });
    expect(world.owners()).toEqual({ ann: [".spec.number", ".spec.map.l", '.spec.set[="b"]'] });
  });
  test("go with all that is in them", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", inner: { a: "1", deep: { x: "y" } } });
    world.apply("ann", { text: "x" });
    expect(world.spec()).toEqual({ text: "x" });
  });
  test("that were all there is leave the manager with nothing", () => {
    const world = newWorld();
    world.apply("ann", { text: "x" });
    world.apply("ann", undefined);
    expect(world.live()).toEqual({
      apiVersion: "test/v1",
      kind: "Thing",
      metadata: { name: "it", uid: "u" },
    });
  });
  test("of what the server sets and of what names the object are nobody's", () => {
    const manifest = thing(
      { text: "x" },
      { metadata: { name: "it", namespace: "n", uid: "u", labels: { a: "b" } } },
    );
    const applied = applyManifest(undefined, manifest, { ...writerOf("ann"), force: false });
    expect(applied.is === "applied" && ownersOf(applied.object)).toEqual({
      ann: [".metadata.labels.a", ".spec.text"],
    });
  });
});

describe("fields of several managers", () => {
  test("with one value are shared, and stay until the last one drops them", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1 });
    expect(world.apply("bob", { text: "x" })).toBeUndefined();
    world.apply("ann", { number: 1 });
    expect(world.spec()).toEqual({ text: "x", number: 1 });
    world.apply("bob", { number: 1 });
    expect(world.spec()).toEqual({ number: 1 });
    expect(world.owners()).toEqual({ ann: [".spec.number"], bob: [".spec.number"] });
  });
  test("that are not the same do not meet", () => {
    const world = newWorld();
    world.apply("ann", { map: { a: "1" }, set: ["a"], named: [{ name: "p", value: "1" }] });
    world.apply("bob", { map: { b: "2" }, set: ["b"], named: [{ name: "q" }, { name: "p", args: ["x"] }] });
    expect(world.spec()).toEqual({
      map: { a: "1", b: "2" },
      set: ["a", "b"],
      named: [{ name: "q" }, { name: "p", value: "1", args: ["x"] }],
    });
    world.apply("ann", {});
    expect(world.spec()).toEqual({
      map: { b: "2" },
      set: ["b"],
      named: [{ name: "q" }, { name: "p", args: ["x"] }],
    });
  });
  test("in an item that another still applies go alone", () => {
    const world = newWorld();
    world.apply("ann", { maps: { k: { a: "1" } } });
    world.apply("bob", { maps: { k: { b: "2" } } });
    world.apply("ann", { maps: {} });
    expect(world.spec()).toEqual({ maps: { k: { b: "2" } } });
  });
  test("that an update added go with the item that held them, unless they are owned as an item", () => {
    const world = newWorld();
    world.apply("ann", { named: [{ name: "p" }, { name: "q" }] });
    world.update("eve", { named: [{ name: "p", value: "1" }, { name: "q" }, { name: "r" }] });
    world.apply("ann", { named: [{ name: "q" }] });
    expect(world.spec()).toEqual({ named: [{ name: "q" }, { name: "r" }] });
    expect(world.owners()["eve updates"]).toEqual(['.spec.named[name="r"]', '.spec.named[name="r"].name']);
  });
});

describe("another value for what someone else owns", () => {
  const conflicted = () => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1, named: [{ name: "p", value: "1" }] });
    return world;
  };
  test("is a conflict, which changes nothing", () => {
    const world = conflicted();
    const before = world.live();
    expect(world.apply("bob", { text: "y" })).toBe(
      'Apply failed with 1 conflict: conflict with "ann": .spec.text',
    );
    expect(world.live()).toBe(before);
  });
  test("is told field by field and owner by owner", () => {
    const world = conflicted();
    world.update("eve", { ...(world.spec() as JsonObject), truth: true });
    expect(
      world.apply("bob", { number: 2, named: [{ name: "p", value: "2" }], truth: false, text: "x" }),
    ).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "ann":',
        "- .spec.number",
        '- .spec.named[name="p"].value',
        'conflicts with "eve" using test/v1:',
        "- .spec.truth",
      ].join("\n"),
    );
  });
  test("names the owner, its operation and its subresource", () => {
    const live = newWorld();
    live.update("eve", { number: 1 }, { subresource: "scale" });
    const applied = applyManifest(live.live(), thing({ number: 2 }), { ...writerOf("bob"), force: false });
    if (applied.is === "applied") throw new Error("it was applied");
    const [conflict] = applied.conflicts;
    expect(conflict).toMatchObject({
      manager: "eve",
      operation: "Update",
      subresource: "scale",
      field: ".spec.number",
      message: 'conflict with "eve" with subresource "scale" using test/v1',
    });
  });
  test("is taken over by force", () => {
    const world = conflicted();
    world.force("bob", { text: "y", named: [{ name: "p", value: "2" }] });
    expect(world.spec()).toEqual({ text: "y", number: 1, named: [{ name: "p", value: "2" }] });
    expect(world.owners()).toEqual({
      ann: [".spec.number", '.spec.named[name="p"]', '.spec.named[name="p"].name'],
      bob: [
        ".spec.text",
        '.spec.named[name="p"]',
        '.spec.named[name="p"].name',
        '.spec.named[name="p"].value',
      ],
    });
  });
  test("for a list or a map that is owned as a whole", () => {
    const world = newWorld();
    world.apply("ann", { args: ["a"], wholeMap: { a: "1" } });
    expect(world.apply("bob", { args: ["a", "b"], wholeMap: { b: "2" } })).toBe(
      'Apply failed with 2 conflicts: conflicts with "ann":\n- .spec.args\n- .spec.wholeMap',
    );
  });
});

describe("empty and null values", () => {
  test("are owned, and nothing is taken for null in place of a map with something in it", () => {
    const world = newWorld();
    world.apply("ann", { map: { a: "1" } });
    expect(world.apply("bob", { map: null, inner: {}, args: [], text: null })).toBeUndefined();
    expect(world.spec()).toEqual({ map: { a: "1" }, inner: {}, args: [], text: null });
    expect(world.owners()["bob"]).toEqual([".spec.args", ".spec.inner", ".spec.map", ".spec.text"]);
  });
  test("an emptied map that is still applied is null, until it is read again", () => {
    const world = newWorld();
    world.apply("ann", { map: { a: "1" } });
    world.apply("ann", { map: {} });
    expect(world.spec()).toEqual({ map: null });
  });
  test("an empty list of items is nobody's, and goes only with what holds it", () => {
    const world = newWorld();
    world.apply("ann", { set: [], text: "x" });
    world.apply("ann", { text: "x" });
    expect(world.spec()).toEqual({ set: [], text: "x" });
    expect(world.owners()).toEqual({ ann: [".spec.text"] });
  });
});

describe("keys of items", () => {
  test("that are left out have their default", () => {
    const world = newWorld();
    world.apply("ann", { ports: [{ port: 80 }] });
    world.apply("bob", {
      ports: [
        { port: 80, protocol: "TCP", name: "x" },
        { port: 80, protocol: "UDP" },
      ],
    });
    expect(world.spec()).toEqual({
      ports: [
        { port: 80, protocol: "TCP", name: "x" },
        { port: 80, protocol: "UDP" },
      ],
    });
    expect(world.owners()["ann"]).toEqual([
      '.spec.ports[port=80,protocol="TCP"]',
      '.spec.ports[port=80,protocol="TCP"].port',
    ]);
  });
  test("may not repeat in what is applied", () => {
    const world = newWorld();
    expect(() => world.apply("ann", { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] })).toThrow(
      'failed to create typed patch object (/it; test/v1, Kind=Thing): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
    );
  });
  test("that repeat in what is live are one, which an applied one replaces", () => {
    const world = newWorld();
    world.update("eve", {
      named: [
        { name: "p", value: "1" },
        { name: "p", value: "2" },
      ],
    });
    expect(world.owners()).toEqual({ "eve updates": [".spec", ".spec.named", '.spec.named[name="p"]'] });
    expect(world.apply("ann", { named: [{ name: "p", value: "2" }] })).toBe(
      'Apply failed with 1 conflict: conflict with "eve" using test/v1: .spec.named[name="p"]',
    );
    world.force("ann", { named: [{ name: "p", value: "2" }] });
    expect(world.spec()).toEqual({ named: [{ name: "p", value: "2" }] });
  });
});

describe("what nothing is declared for", () => {
  test("is owned key by key, lists as a whole", () => {
    const world = newWorld(anything);
    world.apply("ann", { a: { b: 1, c: [1, { d: 2 }] } });
    world.apply("bob", { a: { e: 3 } });
    expect(world.owners()).toEqual({
      ann: [".spec.a", ".spec.a.b", ".spec.a.c"],
      bob: [".spec.a", ".spec.a.e"],
    });
    expect(world.apply("bob", { a: { c: [1] } })).toBe(
      'Apply failed with 1 conflict: conflict with "ann": .spec.a.c',
    );
    world.apply("ann", { a: {} });
    expect(world.spec()).toEqual({ a: { e: 3 } });
  });
  test("may become something else", () => {
    const world = newWorld(anything);
    world.apply("ann", { a: { b: 1 } });
    expect(world.apply("ann", { a: [1] })).toBeUndefined();
    expect(world.spec()).toEqual({ a: [1] });
  });
});

describe("an apply that changes nothing", () => {
  test("leaves everything as it is, times included", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", ports: [{ port: 80 }] });
    const before = world.live();
    world.apply("ann", { text: "x", ports: [{ port: 80 }] });
    expect(world.live()).toEqual(before);
  });
  test("by another manager records it, without a time", () => {
    const world = newWorld();
    world.apply("ann", { text: "x" });
    world.apply("bob", { text: "x" });
    const entries = getPath(world.live(), ["metadata", "managedFields"]) as JsonObject[];
    expect(entries.map(({ manager, time }) => [manager, time])).toEqual([
      ["bob", undefined],
      ["ann", firstTime],
    ]);
  });
  test("by another manager who said something else before moves no time", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1 });
    world.apply("bob", { truth: true });
    world.apply("ann", { text: "x", number: 1, truth: true });
    const entries = getPath(world.live(), ["metadata", "managedFields"]) as JsonObject[];
    expect(entries.map(({ manager, time }) => [manager, time])).toEqual([
      ["ann", firstTime],
      ["bob", "2026-01-01T00:00:01Z"],
    ]);
  });
});

describe("an object that nobody is recorded for", () => {
  test("is what an update left before the first apply", () => {
    const world = newWorld(sampler, thing({ text: "x", number: 1 }, { metadata: { name: "it", uid: "u" } }));
    expect(world.apply("ann", { text: "y" })).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using test/v1: .spec.text',
    );
    world.apply("ann", { text: "x" });
    expect(world.owners()).toEqual({
      ann: [".spec.text"],
      "before-first-apply updates": [".spec", ".spec.number", ".spec.text"],
    });
  });
});

describe("versions", () => {
  test("of one kind share what is owned", () => {
    const world = newWorld();
    world.apply("ann", { text: "x", number: 1 }, { apiVersion: "test/v1beta1" });
    world.apply("ann", { text: "x" });
    expect(world.spec()).toEqual({ text: "x" });
    expect(getPath(world.live(), ["metadata", "managedFields", 0, "apiVersion"])).toBe("test/v1");
    expect(world.apply("bob", { text: "y" }, { apiVersion: "test/v2" })).toContain(
      'conflict with "ann": .spec.text',
    );
  });
  test("that are not served any more own nothing", () => {
    const world = newWorld();
    world.apply("ann", { text: "x" });
    world.apply("bob", { number: 1 });
    const shape = writerOf("bob").shapeOf("test/v1");
    world.apply(
      "bob",
      { number: 1 },
      { apiVersion: "test/v2", shapeOf: (version) => (version === "test/v2" ? shape : undefined) },
    );
    expect(world.owners()).toEqual({ bob: [".spec.number"] });
    expect(world.spec()).toEqual({ text: "x", number: 1 });
  });
  test("that an object is none of refuse the apply", () => {
    const narrow = writerOf("ann", {}, struct({ text })).shapeOf("test/v1");
    const wide = writerOf("ann").shapeOf("test/v1");
    const shapeOf = (version: string) => (version === "test/v1" ? wide : narrow);
    const world = newWorld();
    world.apply("ann", { text: "x" }, { apiVersion: "test/v1beta1", shapeOf });
    expect(() => world.apply("bob", { number: 1 }, { shapeOf })).toThrow(
      new ShapeError("failed to convert new object", [
        { path: ".spec.number", message: "field not declared in schema" },
      ]),
    );
  });
});

describe("fields that the server resets", () => {
  const reset = () => namedFields(["status"]);
  test("are not owned and do not conflict", () => {
    const shape = struct({
      apiVersion: text,
      kind: text,
      metadata: mapOf(text),
      spec: sampler,
      status: mapOf(text),
    });
    const writer = { ...writerOf("ann"), shapeOf: () => shape, force: false };
    const manifest = (status: Json): JsonObject => thing({ text: "x" }, { status });
    const first = applyManifest(undefined, manifest({ a: "1" }), { ...writer, manager: "ctl" });
    const live = first.is === "applied" ? first.object : undefined;
    const second = applyManifest(live, manifest({ a: "2" }), { ...writer, reset });
    expect(second.is === "applied" && ownersOf(second.object)["ann"]).toEqual([".spec.text"]);
  });
});

describe("a schema that changed", () => {
  const granular = struct({
    map: mapOf(text),
    list: setOfItems(text),
    items: keyedList(struct({ name: text, n: number }), { name: undefined }),
  });
  const atomic = struct({
    map: whole(mapOf(text)),
    list: atomicList(text),
    items: atomicList(struct({ name: text, n: number })),
  });
  const spec = { map: { a: "1" }, list: ["a"], items: [{ name: "p", n: 1 }] };
  test("to lists and maps as a whole makes who owned a part own all", () => {
    const world = newWorld(granular);
    world.apply("ann", spec);
    world.apply("bob", { map: { b: "2" } });
    world.schema(atomic);
    world.apply("eve", { list: ["a"] });
    expect(world.owners()).toEqual({
      ann: [".spec.items", ".spec.list", ".spec.map"],
      bob: [".spec.map"],
      eve: [".spec.list"],
    });
    expect(world.apply("bob", { map: { b: "2" } })).toBe(
      'Apply failed with 1 conflict: conflict with "ann": .spec.map',
    );
  });
  test("to parts leaves who owned all with the field", () => {
    const world = newWorld(atomic);
    world.apply("ann", spec);
    world.schema(granular);
    world.apply("bob", { list: ["b"] });
    expect(world.spec()).toEqual({ ...spec, list: ["a", "b"] });
    expect(world.owners()).toEqual({
      ann: [".spec.items", ".spec.list", ".spec.map"],
      bob: ['.spec.list[="b"]'],
    });
  });
});

describe("what is applied", () => {
  test("must fit its shape, every problem of it named", () => {
    const world = newWorld();
    expect(() => world.apply("ann", { text: 1, number: "x" })).toThrow(
      [
        "failed to create typed patch object (/it; test/v1, Kind=Thing): errors:",
        "  .spec.text: expected string, got &value.valueUnstructured{Value:1}",
        "  .spec.number: expected numeric (int or float), got string",
      ].join("\n"),
    );
  });
  test("is applied by someone, if only an unknown one", () => {
    const world = newWorld();
    world.apply("", { text: "x" });
    expect(world.owners()).toEqual({ unknown: [".spec.text"] });
  });
  test("may have keys of any name and integers of any size", () => {
    const world = newWorld();
    const spec = JSON.parse('{"map": {"__proto__": "x", "constructor": "y"}}') as JsonObject;
    world.apply("ann", { ...spec, number: 9007199254740993n, numbers: [9007199254740995n] });
    expect(world.owners()).toEqual({
      ann: [
        ".spec.number",
        ".spec.map.__proto__",
        ".spec.map.constructor",
        ".spec.numbers[=9.007199254740996e+15]",
      ],
    });
    world.apply("ann", { number: 9007199254740993n, numbers: [9007199254740995n] });
    expect(world.spec()).toEqual({ number: 9007199254740993n, numbers: [9007199254740995n] });
    expect(world.apply("bob", { number: 9007199254740992n })).toContain(".spec.number");
  });
});
