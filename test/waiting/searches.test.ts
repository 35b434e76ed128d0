import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { KubeObject } from "../../src/model.js";
import { bundledType } from "../../src/schema/index.js";
import { steadyNow } from "../../src/time.js";
import { waitForSearches } from "../../src/waiting/searches.js";
import type { Answer, Found, Item, Search } from "../../src/waiting/searches.js";
import type { Looked } from "../../src/waiting/seek.js";
import { parseFor } from "../../src/wait/index.js";
import type { WaitReads } from "../../src/wait/index.js";
import type { WaitWorld } from "../../src/waiting/wait-for-all.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const place = { source: "", line: 0, column: 0 };
const unserved = "the server does not serve this kind yet";

/** A server that has these ConfigMaps, all of them at once and for ever. */
function serverOf(...names: string[]) {
  const lists: string[] = [];
  const objects = names.map((name): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, uid: name },
  }));
  const waitReads: WaitReads = {
    get: () => Promise.reject(new Error("nobody asks for one")),
    list: (type) => {
      lists.push(type.plural);
      return Promise.resolve({ objects, resourceVersion: "1" });
    },
    async *watch(_type, _namespace, _selection, { signal }) {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
  };
  return { waitReads, lists };
}

const foundAs = (item: Item, name: string): Found => {
  const type = bundledType("v1", "ConfigMap");
  if (type === undefined) throw new Error("no ConfigMap");
  const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name };
  return { item, wanted: { ref, type, goal: parseFor("create"), isNamed: true } };
};

/** A search for one ConfigMap of that name, that is answered after so long. */
function configMap(name: string, afterMs = 0): Search {
  const item: Item = { place };
  const found: Looked<Found[]> = { is: "found", found: [foundAs(item, name)], why: "it is served" };
  const look = () => new Promise<Looked<Found[]>>((resolve) => setTimeout(() => resolve(found), afterMs));
  return { what: `cm/${name}`, items: [item], look };
}

/** A search for an object of a kind of ours, and what each look comes to. */
function gizmo(look: Looked<Found[]> | KapplyError): Search {
  const ref = { apiVersion: "shop.example", kind: "gizmos", name: "web" };
  return { ...labelled(look), what: "gizmos.shop.example/web", items: [{ place, ref }] };
}

function labelled(look: Looked<Found[]> | KapplyError): Search {
  const answer = () => (look instanceof KapplyError ? Promise.reject(look) : Promise.resolve(look));
  return { what: "cm -l app=web", items: [{ place }], look: answer };
}

const missing: Looked<Found[]> = { is: "missing", what: "gizmos.shop.example/web", why: unserved };

function begin(
  searches: Search[],
  world: Partial<WaitWorld> = {},
  server = serverOf("a", "b"),
  goal = "create",
) {
  const items = searches.flatMap((search) => search.items);
  const state: { answer?: Answer } = {};
  const done = waitForSearches(items, searches, parseFor(goal), server, { emit: () => undefined, ...world });
  return { state, done: done.then((answer) => (state.answer = answer)), server };
}

const endsOf = ({ reached }: Answer) =>
  reached.map(({ ref, end }) => [
    ref.name,
    end.is === "failed" ? end.error.message : end.is === "left" ? end.why : end.is,
  ]);

describe("objects that must be found first", () => {
  test("are waited for together where they are found at once", async () => {
    const { done, server } = begin([configMap("a"), configMap("b", 200)]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(endsOf(await done)).toEqual([
      ["a", "ready"],
      ["b", "ready"],
    ]);
    expect(server.lists).toEqual(["configmaps"]);
  });

  test("do not wait for a look that takes long", async () => {
    const ready: string[] = [];
    const emit: WaitWorld["emit"] = (event) => {
      if (event.event === "ready") ready.push(event.ref.name);
    };
    const { done } = begin([configMap("b", 20_000), configMap("a")], { emit });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(ready).toEqual(["a"]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(endsOf(await done)).toEqual([
      ["b", "ready"],
      ["a", "ready"],
    ]);
  });

  test("are to be ready together with what is found later", async () => {
    const pods: KubeObject[] = [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a" },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      },
    ];
    const server = serverOf("b");
    const { list, watch } = server.waitReads;
    server.waitReads.list = (type, ...rest) =>
      type.plural === "pods"
        ? Promise.resolve({ objects: [...pods], resourceVersion: "1" })
        : list(type, ...rest);
    // Watching is cut short, so that the Pods are listed again.
    server.waitReads.watch = async function* (type, namespace, selection, from) {
      if (type.plural === "pods") {
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield { is: "gone" };
      } else yield* watch(type, namespace, selection, from);
    };
    const pod = bundledType("v1", "Pod");
    if (pod === undefined) throw new Error("no Pod");
    const item: Item = { place };
    const ref = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "a" };
    const found: Found = { item, wanted: { ref, type: pod, goal: parseFor("ready"), isNamed: true } };
    const search: Search = {
      what: "pod/a",
      items: [item],
      look: () => Promise.resolve({ is: "found", found: [found], why: "it is served" }),
    };
    const { state } = begin([search, configMap("b", 20_000)], {}, server);
    await vi.advanceTimersByTimeAsync(10_000);
    const gone = pods.splice(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.answer).toBeUndefined();
    pods.push(...gone);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.answer && endsOf(state.answer)).toEqual([
      ["a", "ready"],
      ["b", "ready"],
    ]);
  });

  test("have their results beside what is missing when the time is over, in the order they were asked for", async () => {
    const { done } = begin([gizmo(missing), configMap("a")], { deadline: steadyNow() + 5_000 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(endsOf(await done)).toEqual([
      ["web", `it is not there in time: ${unserved}`],
      ["a", "ready"],
    ]);
  });

  test("say that they are not there yet at a signal", async () => {
    const stop = new AbortController();
    const { done } = begin([gizmo(missing), labelled(missing)], { signal: stop.signal });
    await vi.advanceTimersByTimeAsync(2_000);
    stop.abort();
    const answer = await done;
    expect(endsOf(answer)).toEqual([["web", `not there yet: ${unserved}`]]);
    expect(answer.unnamed).toMatchObject([
      { is: "left", error: { message: `cm -l app=web is not there yet: ${unserved}` } },
    ]);
  });

  test("that can't be looked for end the whole, and take no results with them", async () => {
    const denied = new KapplyError("forbidden", "not permitted");
    const { done } = begin([labelled(denied), configMap("a"), gizmo(missing)]);
    await vi.advanceTimersByTimeAsync(2_000);
    const answer = await done;
    expect(answer.unnamed).toEqual([{ is: "failed", error: denied }]);
    expect(endsOf(answer)).toEqual([
      ["a", "ready"],
      ["web", `not there yet: ${unserved}`],
    ]);
  });

  test("end with the error of a server that never answered", async () => {
    const away = new KapplyError("unreachable", "no connection");
    const { done } = begin([gizmo(away)], { deadline: steadyNow() + 5_000 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect((await done).reached).toMatchObject([
      { end: { error: { message: "no connection", exitStatus: 6 } } },
    ]);
  });

  test("make no sense at all where a first look says so", async () => {
    const { done } = begin([configMap("a"), gizmo(new KapplyError("usage", "no such kind"))]);
    const refused = expect(done).rejects.toThrow("no such kind");
    await vi.advanceTimersByTimeAsync(2_000);
    await refused;
  });

  test("are gone where their kind is not served, if that is waited for", async () => {
    const { done } = begin([gizmo({ is: "gone" }), labelled({ is: "gone" })], {}, serverOf(), "delete");
    await vi.advanceTimersByTimeAsync(2_000);
    const answer = await done;
    expect(endsOf(answer)).toEqual([["web", "ready"]]);
    expect(answer.unnamed).toEqual([]);
  });

  test("are all looked at once where one look is wanted", async () => {
    const { done } = begin([gizmo(missing), configMap("nowhere"), configMap("a", 3_000)], { once: true });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(endsOf(await done)).toEqual([
      ["web", `it is not there in time: ${unserved}`],
      ["nowhere", "it is not there in time: it does not exist"],
      ["a", "ready"],
    ]);
  });
});
