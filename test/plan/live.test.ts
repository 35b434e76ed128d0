import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { readLive } from "../../src/plan/live.js";
import type { Reads } from "../../src/plan/live.js";
import type { Target } from "../../src/plan/target.js";
import type { KubeObject } from "../../src/model.js";
import { object, target, types } from "../make.js";

/** A server that holds some objects, and notes what it is asked. */
function serverWith(held: KubeObject[], overrides: Partial<Reads> = {}): Reads & { asked: string[] } {
  const asked: string[] = [];
  const nameOf = (one: KubeObject): unknown => (one["metadata"] as { name: string }).name;
  return {
    asked,
    get: (type, namespace, name) => {
      asked.push(`get ${type.plural} ${namespace ?? ""}/${name}`);
      return Promise.resolve(held.find((one) => one["kind"] === type.kind && nameOf(one) === name));
    },
    list: async function* (type, namespace) {
      asked.push(`list ${type.plural} ${namespace ?? ""}`);
      await Promise.resolve();
      yield { items: held.filter((one) => one["kind"] === type.kind), remaining: 0 };
    },
    ...overrides,
  };
}

const configMaps = (count: number): Target[] =>
  Array.from({ length: count }, (_, i) => target(types.configMap, `cm-${i}`));

const states = (found: Map<Target, { state: string }>): string[] =>
  [...found.values()].map(({ state }) => state).sort();

describe("reading what is live", () => {
  test("a few objects are asked for one by one", async () => {
    const server = serverWith([object(types.configMap, "cm-0")]);
    const found = await readLive(configMaps(2), server, 4);
    expect(states(found)).toEqual(["absent", "present"]);
    expect(server.asked).toEqual(["get configmaps shop/cm-0", "get configmaps shop/cm-1"]);
  });
  test("many of one kind and namespace are one LIST", async () => {
    const server = serverWith([object(types.configMap, "cm-3")]);
    const found = await readLive(configMaps(50), server, 4);
    expect(server.asked).toEqual(["list configmaps shop"]);
    expect(states(found).filter((state) => state === "present")).toHaveLength(1);
  });
  test("where list is not permitted, GETs do", async () => {
    const list = (): never => {
      throw new KapplyError("forbidden", "no list for you");
    };
    const server = serverWith([object(types.configMap, "cm-3")], { list });
    const found = await readLive(configMaps(10), server, 4);
    expect(server.asked).toHaveLength(10);
    expect(states(found).filter((state) => state === "present")).toHaveLength(1);
  });
  test("a LIST with far more to come than ours is given up for GETs", async () => {
    const list: Reads["list"] = async function* () {
      await Promise.resolve();
      yield { items: [object(types.configMap, "cm-1")], remaining: 100_000 };
      throw new Error("a second page was asked for");
    };
    const server = serverWith([object(types.configMap, "cm-2")], { list });
    const found = await readLive(configMaps(10), server, 4);
    expect(server.asked).toHaveLength(9);
    expect(states(found).filter((state) => state === "present")).toHaveLength(2);
  });
  test("what lies in a namespace of this run that is not there yet is not asked for", async () => {
    const server = serverWith([]);
    const inside = target(types.configMap, "a");
    const found = await readLive([target(types.namespace, "shop"), inside], server, 4);
    expect(found.get(inside)).toEqual({ state: "pending", why: "namespace-pending" });
    expect(server.asked).toEqual(["get namespaces /shop"]);
  });
  test("what is of a kind of this run that is not there yet is not asked for", async () => {
    const crd = target(types.crd, "widgets.shop.example", {
      spec: { group: "shop.example", names: { kind: "Widget" } },
    });
    const widget = target(types.widget, "w");
    const found = await readLive([crd, widget], serverWith([]), 4);
    expect(found.get(widget)).toEqual({ state: "pending", why: "type-pending" });
  });
  test("a version that the set's CRD is about to add is pending, not a failure", async () => {
    const spec = { group: "shop.example", names: { kind: "Widget" } };
    const crd = target(types.crd, "widgets.shop.example", { spec });
    const widget = target(types.widget, "w");
    const server = serverWith([crd.body]);
    const found = await readLive(
      [crd, widget],
      {
        ...server,
        get: (type, ...rest) =>
          type.kind === "Widget"
            ? Promise.reject(new KapplyError("not-served", "no such kind"))
            : server.get(type, ...rest),
      },
      4,
    );
    expect(found.get(widget)).toEqual({ state: "pending", why: "type-pending" });
  });
  test("a read that fails is told for its object alone", async () => {
    const error = new KapplyError("forbidden", "no");
    const server = serverWith([], {
      get: (_type, _ns, name) => (name === "cm-0" ? Promise.reject(error) : Promise.resolve(undefined)),
    });
    expect(states(await readLive(configMaps(2), server, 4))).toEqual(["absent", "failed"]);
  });
});
