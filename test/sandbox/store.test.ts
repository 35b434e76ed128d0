/** The store: versions, lists of the past, changes. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/model.js";
import { createStore, keyOf, type Change } from "../../src/sandbox/store.js";

const configMap = (name: string, namespace = "shop", data: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

const names = (objects: readonly KubeObject[] | undefined): string[] | undefined => objects?.map(keyOf);

describe("a store", () => {
  test("gives each change the next version, and the object with it", () => {
    const store = createStore();
    const first = store.put("configmaps", configMap("a"));
    const second = store.put("configmaps", configMap("a", "shop", { x: "1" }));
    expect(first["metadata"]).toMatchObject({ resourceVersion: "1" });
    expect(second["metadata"]).toMatchObject({ resourceVersion: "2" });
    expect(store.get("configmaps", "shop", "a")).toBe(second);
    expect(store.version()).toBe(2);
  });

  test("lists by namespace and name, of one namespace or of all", () => {
    const store = createStore();
    for (const [name, namespace] of [
      ["b", "shop"],
      ["a", "shop"],
      ["c", "bar"],
      ["a", "shop-2"],
    ] as const)
      store.put("configmaps", configMap(name, namespace));
    expect(names(store.list("configmaps"))).toEqual(["bar/c", "shop-2/a", "shop/a", "shop/b"]);
    expect(names(store.list("configmaps", "shop"))).toEqual(["shop/a", "shop/b"]);
    expect(store.list("secrets")).toEqual([]);
  });

  test("lists a collection as it was at a version", () => {
    const store = createStore();
    store.put("configmaps", configMap("a"));
    store.put("configmaps", configMap("b"));
    store.put("configmaps", configMap("a", "shop", { x: "1" }));
    store.remove("configmaps", configMap("b"));
    expect(names(store.listAt("configmaps", "", 2))).toEqual(["shop/a", "shop/b"]);
    expect(store.listAt("configmaps", "", 2)?.[0]).not.toHaveProperty("data.x");
    expect(names(store.listAt("configmaps", "", 4))).toEqual(["shop/a"]);
    expect(names(store.listAt("configmaps", "other", 2))).toEqual([]);
  });

  test("forgets changes that are long ago, and says so", () => {
    const store = createStore();
    for (let at = 0; at < 50_000; at++) store.put("configmaps", configMap("a"));
    expect(store.changesSince("configmaps", 1)).toBeUndefined();
    expect(store.listAt("configmaps", "", 1)).toBeUndefined();
    expect(store.changesSince("configmaps", 49_999)).toHaveLength(1);
  });

  test("goes on from what it held and the version of then", () => {
    const store = createStore(7, { configmaps: [configMap("a")] });
    expect(names(store.list("configmaps"))).toEqual(["shop/a"]);
    expect(store.changesSince("configmaps", 6)).toBeUndefined();
    store.put("configmaps", configMap("b"));
    expect(store.changesSince("configmaps", 7)).toHaveLength(1);
  });
});

test("replaying the changes since any version gives what is held now", () => {
  const step = fc.record({
    name: fc.constantFrom("a", "b", "c"),
    isDeletion: fc.boolean(),
    value: fc.string(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, from) => {
      const store = createStore();
      for (const { name, isDeletion, value } of steps) {
        const live = store.get("configmaps", "shop", name);
        if (!isDeletion) store.put("configmaps", configMap(name, "shop", { value }));
        else if (live !== undefined) store.remove("configmaps", live);
      }
      const since = Math.min(from, store.version());
      const held = new Map(
        (store.listAt("configmaps", "", since) ?? []).map((object) => [keyOf(object), object]),
      );
      for (const { type, key, object } of store.changesSince("configmaps", since) ?? []) {
        if (type === "DELETED") held.delete(key);
        else held.set(key, object);
      }
      expect([...held.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))).toEqual(
        store.list("configmaps"),
      );
    }),
  );
});

test("whoever listens hears of each change once, with what was there before", () => {
  const store = createStore();
  const heard: Change[] = [];
  const stop = store.subscribe((change) => heard.push(change));
  const first = store.put("configmaps", configMap("a"));
  store.put("configmaps", configMap("a", "shop", { x: "1" }));
  store.remove("configmaps", configMap("a"));
  stop();
  store.put("configmaps", configMap("b"));
  expect(heard.map(({ type }) => type)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  expect(heard[0]?.before).toBeUndefined();
  expect(heard[1]?.before).toBe(first);
});
