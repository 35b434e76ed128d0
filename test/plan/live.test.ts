import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import type { Live, Reads } from "../../src/plan/live.js";
import { readLive } from "../../src/plan/live.js";
import type { Target } from "../../src/plan/target.js";
import { object, target, types } from "../make.js";
import { readAll, shelf } from "./shelf.js";

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(6, "0")}`);

const targetsOf = (names: readonly string[], type: ResourceType = types.configMap): Target[] =>
  names.map((name) => target(type, name));

const objectsOf = (names: readonly string[], type: ResourceType = types.configMap): KubeObject[] =>
  names.map((name) => object(type, name));

/** How many of what was found are in each state. */
function tally(found: Map<Target, Live>): Partial<Record<Live["state"], number>> {
  const counts: Partial<Record<Live["state"], number>> = {};
  for (const { state } of found.values()) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

const forbidden = (): never => {
  throw new KapplyError("forbidden", "no list for you");
};

describe("reading what is live", () => {
  test("a few objects are asked for one by one", async () => {
    const server = shelf(objectsOf(["a"]));
    expect(tally(await readAll(targetsOf(["a", "b"]), server))).toEqual({ present: 1, absent: 1 });
    expect(server.asked).toEqual(["get configmaps shop/a", "get configmaps shop/b"]);
  });

  test("many of one kind and namespace are one LIST, and what it lacks is absent", async () => {
    const ours = numbered("cm", 1000);
    const server = shelf([...objectsOf(ours.slice(1)), ...objectsOf(["kube-root-ca.crt"])]);
    const found = await readAll(targetsOf(ours), server);
    expect(server.asked).toEqual(["list configmaps shop limit=1500"]);
    expect(tally(found)).toEqual({ present: 999, absent: 1 });
  });

  test("five kinds of two hundred objects and their new namespace's founder are six requests", async () => {
    const kinds = ["ConfigMap", "Secret", "Service", "ServiceAccount", "Deployment"].map(
      (kind): ResourceType => ({ ...types.configMap, kind, plural: `${kind.toLowerCase()}s` }),
    );
    const names = numbered("one", 200);
    const server = shelf([
      object(types.namespace, "shop"),
      ...kinds.flatMap((kind) => objectsOf([...names, "foreign"], kind)),
    ]);
    const targets = [target(types.namespace, "shop"), ...kinds.flatMap((kind) => targetsOf(names, kind))];
    expect(tally(await readAll(targets, server))).toEqual({ present: 1001 });
    expect(server.asked).toHaveLength(6);
  });

  test("many cluster-scoped objects are one LIST too", async () => {
    const names = numbered("ns", 40);
    const server = shelf(objectsOf(names, types.namespace));
    const targets = names.map((name) => target(types.namespace, name));
    expect(tally(await readAll(targets, server))).toEqual({ present: 40 });
    expect(server.asked).toEqual(["list namespaces  limit=130"]);
  });

  test("where list is not permitted, GETs do", async () => {
    const ours = numbered("cm", 20);
    const server = shelf(objectsOf(ours.slice(5)), {}, { list: forbidden });
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: 15, absent: 5 });
    expect(server.asked).toHaveLength(20);
  });

  test("a LIST that fails fails for what it had not found yet", async () => {
    const ours = numbered("cm", 100);
    const list: Reads["list"] = async function* () {
      await Promise.resolve();
      const items = objectsOf(ours.slice(0, 30));
      yield { is: "page", items, more: true, remaining: 70, bytes: 30_000 };
      throw new KapplyError("server-error", "broken");
    };
    const server = shelf([], {}, { list });
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: 30, failed: 70 });
    expect(server.asked).toEqual([]);
  });

  test("a read that fails is told for its object alone", async () => {
    const error = new KapplyError("forbidden", "no");
    const get: Reads["get"] = (_type, _namespace, name) =>
      name === "a" ? Promise.reject(error) : Promise.resolve(undefined);
    const found = await readAll(targetsOf(["a", "b"]), shelf([], {}, { get }));
    expect([...found.values()]).toContainEqual({ state: "failed", error });
    expect(tally(found)).toEqual({ failed: 1, absent: 1 });
  });
});

describe("a namespace that holds far more than ours", () => {
  const foreign = objectsOf(numbered("foreign", 100_000));

  test.each([
    ["before ours", "zz", 1000],
    ["after ours", "aa", 1000],
    ["before ours", "zz", 100],
    ["before ours", "zz", 9],
    ["among ours", "foreign-05", 1000],
  ])("costs no more than our own objects do: %s (%s, %i)", async (_where, prefix, count) => {
    const ours = numbered(prefix, count);
    const server = shelf([...foreign, ...objectsOf(ours)]);
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: count });
    expect(server.asked.length).toBeLessThanOrEqual(count + 2);
    expect(server.sent()).toBeLessThanOrEqual((4 * count + 50) * 1024);
  });

  test("costs no more either where the server does not tell how much follows", async () => {
    const ours = numbered("zz", 1000);
    const server = shelf([...foreign, ...objectsOf(ours)], { tells: false });
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: 1000 });
    expect(server.sent()).toBeLessThan(15 * 1000 * 1024);
  });

  test("is read to the last of ours and no further", async () => {
    const ours = numbered("aa", 2000);
    const server = shelf([...foreign, ...objectsOf(ours.filter((_name, at) => at % 2 === 0))]);
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: 1000, absent: 1000 });
    expect(server.asked).toEqual(["list configmaps shop limit=1500"]);
  });

  test("of few large objects costs no more than our own objects do", async () => {
    const large = objectsOf(numbered("large", 300));
    for (const [count, requests] of [
      [9, 10],
      [100, 101],
      [1000, 1002],
    ] as const) {
      const ours = numbered("zz", count);
      const server = shelf([...large, ...objectsOf(ours)], {
        bytes: (name) => (name.startsWith("large") ? 1_000_000 : 1000),
      });
      expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: count });
      expect(server.asked.length).toBeLessThanOrEqual(requests);
      expect(server.sent()).toBeLessThanOrEqual(count * 42_000);
    }
  });

  test("is read on where much is ours", async () => {
    const ours = numbered("foreign", 10_000);
    const server = shelf(foreign.slice(0, 12_000));
    expect(tally(await readAll(targetsOf(ours), server))).toEqual({ present: 10_000 });
    expect(server.asked).toHaveLength(7);
  });
});

describe("what comes page by page", () => {
  test("is told before the next page but one is asked for, and waited for", async () => {
    const ours = numbered("cm", 6000);
    const server = shelf(objectsOf(ours));
    const told: string[] = [];
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const reading = readAll(targetsOf(ours), server, ({ ref }) => {
      told.push(ref.name);
      return ref.name === ours[0] ? opened : undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toHaveLength(1500);
    expect(server.asked).toHaveLength(2);
    open();
    expect(tally(await reading)).toEqual({ present: 6000 });
  });

  test("is held for a few pages at once, however many lists there are", async () => {
    const kinds = Array.from({ length: 12 }, (_, at): ResourceType => ({
      ...types.configMap,
      kind: `Kind${at}`,
      plural: `kind${at}s`,
    }));
    const names = numbered("one", 1000);
    const server = shelf(kinds.flatMap((kind) => objectsOf(names, kind)));
    let held = 0;
    let most = 0;
    const seen = async (): Promise<void> => {
      most = Math.max(most, ++held);
      await new Promise((resolve) => setImmediate(resolve));
      held--;
    };
    await readLive(
      kinds.flatMap((kind) => targetsOf(names, kind)),
      server,
      16,
      seen,
    );
    expect(most).toBeLessThanOrEqual(4000);
  });

  test("is over when what is told of it fails", async () => {
    const ours = numbered("cm", 5000);
    const server = shelf(objectsOf(ours));
    const failing = readLive(targetsOf(ours), server, 4, () => Promise.reject(new Error("full")));
    await expect(failing).rejects.toThrow("full");
    expect(server.asked.length).toBeLessThan(3);
  });
});

describe("what this run is about to make", () => {
  test("a namespace that is not there yet: what lies in it is not asked for", async () => {
    const server = shelf([]);
    const inside = target(types.configMap, "a");
    const found = await readAll([target(types.namespace, "shop"), inside], server);
    expect(found.get(inside)).toEqual({ state: "pending", why: "namespace-pending" });
    expect(server.asked).toEqual(["get namespaces /shop"]);
  });

  test("a kind that is not there yet: objects of it are not asked for", async () => {
    const crd = target(types.crd, "widgets.shop.example", {
      spec: { group: "shop.example", names: { kind: "Widget" } },
    });
    const widget = target(types.widget, "w");
    const found = await readAll([crd, widget], shelf([]));
    expect(found.get(widget)).toEqual({ state: "pending", why: "type-pending" });
  });

  test.each([1, 20])(
    "a version that the set's CRD is about to add: %i objects are pending, not failed",
    async (count) => {
      const crd = target(types.crd, "widgets.shop.example", {
        spec: { group: "shop.example", names: { kind: "Widget" } },
      });
      const error = new KapplyError("not-served", "no such kind");
      const server = shelf([crd.body]);
      const list = (): never => {
        throw error;
      };
      const get: Reads["get"] = (type, ...rest) =>
        type.kind === "Widget" ? Promise.reject(error) : server.get(type, ...rest);
      const found = await readAll([crd, ...targetsOf(numbered("w", count), types.widget)], {
        ...server,
        get,
        list,
      });
      expect(tally(found)).toEqual({ present: 1, pending: count });
    },
  );
});
