import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { getPath } from "../../src/json.js";
import type { KubeObject, ResourceType } from "../../src/model.js";
import type { Readiness } from "../../src/wait/readiness.js";
import type { Selector } from "../../src/wait/selector.js";
import type { WaitItem, WaitReads } from "../../src/wait/types.js";
import { waitUntil } from "../../src/wait/until.js";
import type { WaitOptions } from "../../src/wait/until.js";
import { configMaps, errors, fakeServer } from "./fake-server.js";
import type { FakeServer } from "./fake-server.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** `ready`, `failed WHY`, or anything else to wait for. */
function stateOf(object: KubeObject | undefined): Readiness {
  if (object === undefined) return { is: "waiting", why: "it does not exist" };
  const state = getPath(object, ["data", "state"]);
  if (typeof state !== "string") return { is: "failed", why: "it has no state" };
  if (state === "ready") return { is: "ready" };
  return state.startsWith("failed") ? { is: "failed", why: state } : { is: "waiting", why: state };
}

function item(name: string, others: Partial<WaitItem> = {}): WaitItem {
  return { type: configMaps, namespace: "shop", name, meets: stateOf, ...others };
}

/** A wait under way: what it told so far, and how it ended. */
function start(server: FakeServer, items: WaitItem[], options: WaitOptions<WaitItem> = {}) {
  const said: string[] = [];
  const ends: string[] = [];
  const state: { over: boolean; error?: unknown } = { over: false };
  const done = waitUntil(items, server.reads, {
    onWaiting: ({ name }, why) => said.push(`${name}: ${why}`),
    onEnded: ({ item: { name }, end }) => ends.push(`${name} ${end.is}`),
    random: () => 1,
    ...options,
  });
  done.then(
    () => (state.over = true),
    (error: unknown) => (state.error = error),
  );
  return { said, ends, state, done };
}

/** Lets what is under way go on, without time passing to speak of. */
async function settle(milliseconds = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
}

describe("an item", () => {
  test("that is ready ends at once, by one list and no watch of it left", async () => {
    const server = fakeServer();
    server.put("web", "ready");
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([
      { item: { name: "web" }, end: { is: "ready" }, object: { data: { state: "ready" } } },
    ]);
    expect(server.asked).toEqual(["list web"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("becomes ready while it is watched", async () => {
    const server = fakeServer();
    const { done, said, state } = start(server, [item("web")]);
    await settle();
    expect(said).toEqual(["web: it does not exist"]);
    server.put("web", "starting");
    await settle(2_000);
    expect(said).toEqual(["web: it does not exist", "web: starting"]);
    expect(state.over).toBe(false);
    server.put("web", "ready");
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" }, milliseconds: 2_000 }]);
    expect(server.asked).toEqual(["list web", "watch web from 1"]);
    expect(server.watching()).toBe(0);
  });

  test("is waited for until it is gone", async () => {
    const server = fakeServer();
    server.put("web", "there");
    const gone = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };
    const { done } = start(server, [item("web", { meets: gone })]);
    await settle();
    server.remove("web");
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" }, object: undefined }]);
  });

  test("ends with the first failure, whatever becomes of it", async () => {
    const server = fakeServer();
    const { done } = start(server, [item("web"), item("db")]);
    await settle();
    server.put("web", "failed for good");
    server.put("web", "ready");
    server.put("db", "ready");
    await settle();
    expect((await done).map(({ end }) => end)).toEqual([
      { is: "failed", why: "failed for good" },
      { is: "ready" },
    ]);
  });

  test("is judged anew as time goes by, without a request", async () => {
    const server = fakeServer();
    server.put("web", "pulling");
    const from = Date.now();
    const meets = (): Readiness =>
      Date.now() - from >= 5_000 ? { is: "failed", why: "too slow" } : { is: "waiting", why: "pulling" };
    const { done } = start(server, [item("web", { meets })]);
    await settle(5_000);
    expect(await done).toMatchObject([{ end: { is: "failed", why: "too slow" } }]);
    expect(server.asked).toHaveLength(2);
  });

  test("may be waited for in two ways", async () => {
    const server = fakeServer();
    const exists = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "waiting", why: "it does not exist" } : { is: "ready" };
    const { ends } = start(server, [item("web"), item("web", { meets: exists })]);
    await settle();
    server.put("web", "starting");
    await settle();
    expect(ends).toEqual(["web ready"]);
    expect(server.asked).toEqual(["list web", "watch web from 1"]);
  });
});

describe("several items", () => {
  test("of a resource and namespace share one list and one watch", async () => {
    const server = fakeServer();
    const names = ["a", "b", "c"];
    const { done } = start(
      server,
      names.map((name) => item(name)),
    );
    await settle();
    for (const name of names) server.put(name, "ready");
    await settle();
    expect((await done).map(({ item: { name } }) => name)).toEqual(names);
    expect(server.asked).toEqual(["list a,b,c", "watch a,b,c from 1"]);
  });

  test("of several resources and namespaces have one each", async () => {
    const server = fakeServer();
    const secrets: ResourceType = { ...configMaps, kind: "Secret", plural: "secrets" };
    const cluster: ResourceType = { ...configMaps, kind: "Node", plural: "nodes", namespaced: false };
    const { state } = start(server, [
      item("a"),
      item("b"),
      item("c", { namespace: "other" }),
      item("d", { type: secrets }),
      item("e", { type: cluster, namespace: undefined }),
      item("f", { type: cluster, namespace: "ignored" }),
    ]);
    await settle();
    expect(server.asked.filter((words) => words.startsWith("list"))).toEqual([
      "list a,b",
      "list c",
      "list d",
      "list e,f",
    ]);
    expect(state.over).toBe(false);
  });

  test("do not end with the first that fails", async () => {
    const server = fakeServer();
    server.put("web", "failed");
    const { state, ends } = start(server, [item("web"), item("db")]);
    await settle(60_000);
    expect(ends).toEqual(["web failed"]);
    expect(state.over).toBe(false);
  });

  test("end with the first that fails where that is asked for", async () => {
    const server = fakeServer();
    const { done } = start(server, [item("ok"), item("web"), item("db")], { failFast: true });
    await settle();
    server.put("ok", "ready");
    server.put("web", "failed");
    await settle();
    expect((await done).map(({ end }) => end)).toEqual([
      { is: "ready" },
      { is: "failed", why: "failed" },
      { is: "unfinished", why: "it does not exist", because: "another-failed" },
    ]);
  });

  test("that were read together are all judged before the first that fails ends the rest", async () => {
    const server = fakeServer();
    server.put("web", "failed");
    server.put("db", "failed too");
    server.put("slow", "starting");
    server.put("ok", "ready");
    const items = [item("web"), item("db"), item("slow"), item("ok"), item("far", { namespace: "other" })];
    const { done } = start(server, items, { failFast: true });
    await settle();
    expect((await done).map(({ end }) => end)).toEqual([
      { is: "failed", why: "failed" },
      { is: "failed", why: "failed too" },
      { is: "unfinished", why: "starting", because: "another-failed" },
      { is: "ready" },
      { is: "unfinished", why: "it does not exist", because: "another-failed" },
    ]);
  });

  test("that can't be read do not keep the first that fails from ending the rest for long", async () => {
    const server = fakeServer();
    const reads: WaitReads = {
      ...server.reads,
      list: (type, namespace, selection) =>
        namespace === "silent" ? new Promise(() => undefined) : server.reads.list(type, namespace, selection),
    };
    server.put("web", "failed");
    const items = [item("web"), item("far", { namespace: "silent" })];
    const done = waitUntil(items, reads, { failFast: true });
    await settle(2_000);
    expect(await done).toMatchObject([
      { end: { is: "failed" } },
      { end: { is: "unfinished", why: "it was not read yet" } },
    ]);
  });

  test("that are none are all ready", async () => {
    expect(await waitUntil([], fakeServer().reads)).toEqual([]);
  });

  test("are watched up to a number, and the rest is listed again and again", async () => {
    const server = fakeServer();
    const items = Array.from({ length: 70 }, (_, at) => item("web", { namespace: `n${at}` }));
    const { done, state } = start(server, items);
    await settle();
    expect(server.watching()).toBe(64);
    server.put("web", "ready");
    await settle(15_000);
    expect(state.over).toBe(true);
    expect(await done).toHaveLength(70);
  });
});

describe("the end comes", () => {
  test("with the deadline, and says what each waits for", async () => {
    const server = fakeServer();
    server.put("web", "1 of 3 replicas");
    const { done } = start(server, [item("web")], { deadline: Date.now() + 30_000 });
    await settle(29_999);
    expect(server.watching()).toBe(1);
    await settle(1);
    expect(await done).toMatchObject([
      { end: { is: "unfinished", why: "1 of 3 replicas", because: "deadline" }, milliseconds: 30_000 },
    ]);
    expect(server.watching()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("with the deadline though a read never answers", async () => {
    const server = fakeServer();
    const reads: WaitReads = { ...server.reads, list: () => new Promise(() => undefined) };
    const done = waitUntil([item("web")], reads, { deadline: Date.now() + 1_000 });
    await settle(1_250);
    expect(await done).toMatchObject([
      { end: { is: "unreadable", error: { code: "timeout", message: "the server did not answer in time" } } },
    ]);
  });

  test("with the last error of the reads where nothing was ever read", async () => {
    const server = fakeServer();
    server.refuse.list = errors.unreachable;
    const { done } = start(server, [item("web")], { deadline: Date.now() + 10_000 });
    await settle(5_000);
    server.refuse.list = errors.timeout;
    await settle(5_000);
    expect(await done).toMatchObject([
      {
        end: {
          is: "unreadable",
          error: { code: "unreachable", details: { hint: "give it more time with --timeout" } },
        },
        milliseconds: 10_000,
      },
    ]);
  });

  test("with the word that a request has only when the time is over", async () => {
    const server = fakeServer();
    const reads: WaitReads = {
      ...server.reads,
      list: () => new Promise((_, reject) => setTimeout(() => reject(errors.timeout()), 1_010)),
    };
    const done = waitUntil([item("web")], reads, { deadline: Date.now() + 1_000 });
    await settle(1_010);
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "timeout" } } }]);
  });

  test("and says both where the server went away after it was read", async () => {
    const server = fakeServer();
    server.put("web", "1 of 3 replicas");
    const { done } = start(server, [item("web")], { deadline: Date.now() + 30_000 });
    await settle();
    server.refuse = { list: errors.unreachable, watch: errors.unreachable };
    server.endWatches({ is: "broken", why: "reset" });
    await settle(30_000);
    expect(await done).toMatchObject([
      { end: { is: "unfinished", why: "1 of 3 replicas; and now can't reach the server" } },
    ]);
  });

  test("after one look at each, where that is asked for", async () => {
    const server = fakeServer();
    server.put("ok", "ready");
    server.put("web", "starting");
    const { done, said } = start(server, [item("web"), item("ok"), item("none")], { once: true });
    await settle();
    expect((await done).map(({ end }) => end)).toEqual([
      { is: "unfinished", why: "starting", because: "deadline" },
      { is: "ready" },
      { is: "unfinished", why: "it does not exist", because: "deadline" },
    ]);
    expect(server.asked).toEqual(["list web,ok,none"]);
    expect(said).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("after one look, of a server that can't be reached too", async () => {
    const server = fakeServer();
    server.refuse.list = errors.unreachable;
    const { done } = start(server, [item("web")], { once: true });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "unreachable" } } }]);
  });

  test("with the signal, before it began too", async () => {
    const server = fakeServer();
    const stop = new AbortController();
    const { done } = start(server, [item("web")], { signal: stop.signal });
    await settle();
    stop.abort();
    expect(await done).toMatchObject([{ end: { is: "unfinished", because: "interrupted" } }]);
    const late = start(server, [item("web")], { signal: stop.signal });
    expect(await late.done).toMatchObject([{ end: { because: "interrupted" } }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("when the transport is told to stop", async () => {
    const server = fakeServer();
    server.refuse.list = errors.interrupted;
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "unfinished", because: "interrupted" } }]);
  });

  test("no sooner than the deadline when a request has no time for another attempt", async () => {
    const server = fakeServer();
    server.refuse.list = errors.timeout;
    const { done, said, state } = start(server, [item("web")], { deadline: Date.now() + 10_000 });
    await settle(9_999);
    expect(state.over).toBe(false);
    expect(said).toEqual(["web: --timeout leaves no time for another"]);
    await settle(1);
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "timeout" } } }]);
  });

  test.each(["meets", "onWaiting", "onEnded"])("as a defect when %s throws", async (which) => {
    const server = fakeServer();
    server.put("web", which === "onEnded" ? "ready" : "starting");
    const defect = (): never => {
      throw new TypeError("a defect");
    };
    const one = which === "meets" ? item("web", { meets: defect }) : item("web");
    const { state } = start(server, [one], which === "meets" ? {} : { [which]: defect });
    await settle();
    expect(state.error).toEqual(new TypeError("a defect"));
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("why an item is not ready is told", () => {
  test("when it changes, at most once a second, and the newest in the end", async () => {
    const server = fakeServer();
    server.put("web", "0 of 9");
    const { said } = start(server, [item("web")]);
    await settle();
    for (let at = 1; at <= 9; at++) {
      server.put("web", `${at} of 9`);
      await settle(100);
    }
    expect(said).toEqual(["web: 0 of 9"]);
    await settle(100);
    expect(said).toEqual(["web: 0 of 9", "web: 9 of 9"]);
    server.put("web", "9 of 9");
    await settle(60_000);
    expect(said).toHaveLength(2);
  });

  test("not again where it changed to and fro", async () => {
    const server = fakeServer();
    server.put("web", "a");
    const { said } = start(server, [item("web")]);
    await settle();
    server.put("web", "b");
    server.put("web", "a");
    await settle(5_000);
    expect(said).toEqual(["web: a"]);
  });

  test("not of an item that has ended", async () => {
    const server = fakeServer();
    server.put("web", "a");
    const { said } = start(server, [item("web"), item("db")]);
    await settle();
    server.put("web", "b");
    server.put("web", "ready");
    await settle(5_000);
    expect(said).toEqual(["web: a", "db: it does not exist"]);
  });
});

describe("nothing is lost", () => {
  test("between the list and the watch", async () => {
    const server = fakeServer();
    server.afterList = () => server.put("web", "ready");
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
  });

  test("between one watch and the next, without another list", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done } = start(server, [item("web")]);
    await settle(45_000);
    server.put("other", "x");
    await settle();
    server.endWatches();
    server.put("web", "ready");
    await settle(1_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual(["list web", "watch web from 2", "watch web from 3"]);
  });

  test.each([
    ["is gone", (server: FakeServer) => server.endWatches({ is: "gone" })],
    [
      "is behind what was told before",
      (server: FakeServer) => server.endWatches({ is: "bookmark", resourceVersion: "1" }),
    ],
    [
      "ended, and its past is forgotten",
      (server: FakeServer) => {
        server.put("other", "x");
        server.endWatches();
        server.put("other", "y");
        server.compact();
      },
    ],
  ])("when the watch %s: it is listed again, quietly", async (_, fault) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    fault(server);
    server.put("web", "ready");
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked.filter((words) => words === "list web")).toHaveLength(2);
    expect(said).toEqual(["web: starting"]);
  });

  test("when the watch broke: another goes on from there, and tells what came and went meanwhile", async () => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    server.endWatches({ is: "broken", why: "reset" });
    server.put("web", "ready");
    server.remove("web");
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual(["list web", "watch web from 2", "watch web from 2"]);
    expect(said).toEqual(["web: starting"]);
  });

  test.each([
    ["breaks", (server: FakeServer) => server.endWatches({ is: "broken", why: "reset" })],
    ["ends", (server: FakeServer) => server.endWatches()],
  ])("when a watch that goes on after a break %s without a word: it is listed again", async (_, end) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done } = start(server, [item("web")]);
    await settle();
    server.endWatches({ is: "broken", why: "reset" });
    await settle(1_000);
    end(server);
    await settle(1_000);
    server.put("web", "ready");
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(server.asked).toEqual([
      "list web",
      "watch web from 2",
      "watch web from 2",
      "list web",
      "watch web from 2",
    ]);
  });

  test("when a deletion happened while nobody watched", async () => {
    const server = fakeServer();
    server.put("web", "there");
    server.put("db", "there");
    const gone = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };
    const { ends } = start(server, [item("web", { meets: gone }), item("db", { meets: gone })]);
    await settle();
    server.remove("web");
    server.endWatches({ is: "broken", why: "reset" });
    server.compact();
    await settle(2_000);
    expect(ends).toEqual(["web ready"]);
  });

  test.each([
    ["unreachable", errors.unreachable, "can't reach the server"],
    ["failing", errors.serverError, "the server answered 500"],
  ])("while the server is %s for a time, and why is told", async (_, error, why) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, said } = start(server, [item("web")]);
    await settle();
    server.refuse = { list: error, watch: error };
    server.endWatches({ is: "broken", why: "reset" });
    await settle(60_000);
    server.refuse = {};
    await settle(10_000);
    server.put("web", "ready");
    await settle(10_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["web: starting", `web: ${why}`, "web: starting"]);
  });

  test.each([
    ["forbidden", errors.forbidden],
    ["unauthenticated", errors.unauthenticated],
  ])("while a server that has just started knows nobody's rights yet: %s", async (_, error) => {
    const server = fakeServer();
    server.put("web", "starting");
    const { done, ends } = start(server, [item("web"), item("db")]);
    await settle(45_000);
    server.refuse = { list: error, watch: error, get: error };
    server.endWatches();
    await settle(20_000);
    server.refuse = {};
    await settle(6_000);
    server.put("web", "ready");
    server.put("db", "ready");
    await settle();
    expect(ends).toEqual(["web ready", "db ready"]);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "ready"]);
    expect(server.asked).not.toContain("list web");
  });

  test("but rights that were taken away are gone", async () => {
    const server = fakeServer();
    const { ends } = start(server, [item("web")]);
    await settle(45_000);
    server.refuse = { list: errors.forbidden, watch: errors.forbidden, get: errors.forbidden };
    server.endWatches();
    await settle(90_000);
    expect(ends).toEqual(["web unreadable"]);
  });

  test("while a server that does not let anyone watch long is asked no more than it can bear", async () => {
    const server = fakeServer();
    const watch = server.reads.watch;
    const reads: WaitReads = {
      ...server.reads,
      async *watch(...asked) {
        yield* watch(...asked);
        await Promise.resolve();
      },
    };
    server.reads = reads;
    const { state } = start(server, [item("web")]);
    const ending = setInterval(() => server.endWatches(), 10);
    await settle(120_000);
    expect(server.asked.length).toBeLessThan(40);
    clearInterval(ending);
    server.put("web", "ready");
    await settle(10_000);
    expect(state.over).toBe(true);
  });
});

describe("a kind that is not served yet", () => {
  test("is waited for, and why is told", async () => {
    const server = fakeServer();
    server.refuse.list = errors.notServed;
    const { done, said } = start(server, [item("web")]);
    await settle(20_000);
    server.refuse = {};
    server.put("web", "ready");
    await settle(10_000);
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["web: the server does not serve this kind"]);
  });

  test("has no objects: what is to be gone is gone", async () => {
    const server = fakeServer();
    server.refuse.list = errors.notServed;
    const gone = (object: KubeObject | undefined): Readiness =>
      object === undefined ? { is: "ready" } : { is: "waiting", why: "it still exists" };
    const { ends } = start(server, [item("web", { meets: gone })]);
    await settle();
    expect(ends).toEqual(["web ready"]);
  });
});

describe("where it is not permitted", () => {
  test("to watch, it lists again and again, less often while nothing changes", async () => {
    const server = fakeServer();
    server.refuse.watch = errors.forbidden;
    const { done } = start(server, [item("web"), item("db")]);
    await settle(60_000);
    const lists = server.asked.filter((words) => words === "list web,db");
    expect(lists.length).toBeGreaterThan(5);
    expect(lists.length).toBeLessThan(15);
    expect(server.asked.filter((words) => words.startsWith("watch"))).toHaveLength(1);
    server.put("web", "ready");
    server.put("db", "ready");
    await settle(10_000);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "ready"]);
  });

  test("to list the collection, but each object alone, these are watched", async () => {
    const server = fakeServer();
    const unlessAlone = ({ by }: { by: string }) => (by === "name" ? undefined : errors.forbidden());
    server.refuse = { list: unlessAlone, watch: unlessAlone };
    const { ends } = start(server, [item("web"), item("db")]);
    await settle();
    expect(server.asked).toEqual([
      "list web,db",
      "list web",
      "list db",
      "watch web from 1",
      "watch db from 1",
    ]);
    server.put("web", "ready");
    await settle();
    expect(ends).toEqual(["web ready"]);
    expect(server.watching()).toBe(1);
  });

  test.each([
    ["forbidden", errors.forbidden],
    ["not a verb of the kind", errors.noSuchVerb],
  ])("to list at all (%s), each object is asked for", async (_, error) => {
    const server = fakeServer();
    server.refuse = { list: error, watch: error };
    const { done, said } = start(server, [item("web"), item("db")]);
    await settle(20_000);
    server.put("web", "ready");
    server.put("db", "failed");
    await settle(10_000);
    expect((await done).map(({ end }) => end.is)).toEqual(["ready", "failed"]);
    expect(said).toEqual(["web: it does not exist", "db: it does not exist"]);
    expect(server.asked.filter((words) => words.startsWith("get")).length).toBeLessThan(16);
  });

  test("to read at all, the item ends with the error", async () => {
    const server = fakeServer();
    server.refuse = { list: errors.forbidden, get: errors.forbidden };
    const { done } = start(server, [item("web")]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "forbidden" } } }]);
  });

  test("what will not pass ends the item too", async () => {
    const server = fakeServer();
    server.refuse.list = errors.tls;
    const { done } = start(server, [item("web"), item("x", { namespace: "other" })], { failFast: true });
    await settle();
    expect((await done).map(({ end }) => end.is)).toEqual(["unreadable", "unreadable"]);
  });
});

describe("what is related to an item", () => {
  const slices: ResourceType = { ...configMaps, kind: "EndpointSlice", plural: "endpointslices" };
  const serviceIs = (name: string): Selector => [{ is: "in", key: "service", values: [name] }];
  const service = (needed = true): WaitItem =>
    item("db", {
      related: (object) =>
        object === undefined ? [] : [{ type: slices, selector: serviceIs("db"), needed }],
      meets: (object, [found]) => {
        if (object === undefined) return { is: "waiting", why: "it does not exist" };
        if (found === undefined) return { is: "waiting", why: "not read" };
        return found.length === 0 ? { is: "waiting", why: "no endpoints" } : { is: "ready" };
      },
    });

  test("is watched while the item is waited for, and judged with it", async () => {
    const server = fakeServer();
    const { done, said } = start(server, [service()]);
    await settle(2_000);
    expect(server.asked).not.toContain("list service=db");
    server.put("db", "there");
    await settle(2_000);
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" }, object: { data: { state: "there" } } }]);
    expect(said).toEqual(["db: it does not exist", "db: not read", "db: no endpoints"]);
    expect(server.watching()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is followed once for items that need the same", async () => {
    const server = fakeServer();
    server.put("db", "there");
    const { ends } = start(server, [service(), service()]);
    await settle();
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(ends).toEqual(["db ready", "db ready"]);
    expect(server.asked.filter((words) => words === "list service=db")).toHaveLength(1);
  });

  test.each([
    [true, "unreadable"],
    [false, undefined],
  ])("ends the item where it may not be read and is needed: %s", async (needed, end) => {
    const server = fakeServer();
    server.put("db", "there");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.forbidden() : undefined);
    const { ends } = start(server, [service(needed)]);
    await settle(5_000);
    expect(ends).toEqual(end === undefined ? [] : [`db ${end}`]);
  });

  test("may fail for a time, and nobody is misled", async () => {
    const server = fakeServer();
    server.put("db", "there");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.notServed() : undefined);
    const { done, said } = start(server, [service()]);
    await settle(3_000);
    server.refuse = {};
    await settle(10_000);
    server.put("slice-1", "x", { service: "db" });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "ready" } }]);
    expect(said).toEqual(["db: not read", "db: the server does not serve this kind", "db: no endpoints"]);
  });
});

describe("what is related to an item that has failed", () => {
  const logs: ResourceType = { ...configMaps, kind: "Log", plural: "logs" };
  const failing = item("db", {
    related: () => [{ type: logs, selector: [{ is: "in", key: "log", values: ["db"] }], needed: false }],
    meets: (object, [found]) => {
      const readiness = stateOf(object);
      const why = (found ?? []).map(({ data }) => (data as { state: string }).state).join();
      return readiness.is === "failed" && why !== "" ? { is: "failed", why } : readiness;
    },
  });

  test("is read before it ends, and tells why", async () => {
    const server = fakeServer();
    server.put("log-1", "exit code 3", { log: "db" });
    server.put("db", "failed");
    const { done } = start(server, [failing], { failFast: true });
    await settle();
    expect(await done).toMatchObject([{ end: { is: "failed", why: "exit code 3" }, milliseconds: 0 }]);
  });

  test("may not be readable, and it ends at once", async () => {
    const server = fakeServer();
    server.put("db", "failed");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.forbidden() : undefined);
    const { done } = start(server, [failing]);
    await settle();
    expect(await done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 0 }]);
  });

  test("is not waited for long, nor beyond the deadline", async () => {
    const server = fakeServer();
    server.put("db", "failed");
    server.refuse.list = ({ by }) => (by === "labels" ? errors.unreachable() : undefined);
    const { done } = start(server, [failing]);
    const late = start(server, [failing], { deadline: Date.now() + 500 });
    await settle(2_000);
    expect(await done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 2_000 }]);
    expect(await late.done).toMatchObject([{ end: { is: "failed", why: "failed" }, milliseconds: 500 }]);
  });
});

const pods: ResourceType = { ...configMaps, kind: "Pod", plural: "pods" };

/** An item that is ready once it has two Pods. */
const workload = (name: string): WaitItem =>
  item(name, {
    related: (object) =>
      object === undefined
        ? []
        : [{ type: pods, selector: [{ is: "in", key: "app", values: [name] }], needed: false }],
    meets: (object, [found]) => {
      if (object === undefined) return { is: "waiting", why: "it does not exist" };
      if (found === undefined) return { is: "waiting", why: "its Pods were not read" };
      const pods = found.map(({ metadata }) => (metadata as { name: string }).name).toSorted();
      return pods.length === 2 ? { is: "ready" } : { is: "waiting", why: `Pods: ${pods.join()}` };
    },
  });

describe("what is related to many items", () => {
  const names = ["a", "b", "c", "d", "e"];
  const listed = (server: FakeServer): string[] => server.asked.filter((words) => words.startsWith("list"));

  test("is followed by one list and one watch of all, each object for whom it concerns", async () => {
    const server = fakeServer();
    for (const name of names) server.put(name, "there");
    server.put("pod-a", "x", { app: "a" });
    server.put("pod-z", "x", { app: "z" });
    const { said, ends } = start(server, names.map(workload));
    await settle(1_000);
    expect(listed(server)).toEqual(["list a,b,c,d,e", "list all"]);
    expect(server.watching()).toBe(2);
    expect(said.slice(-5)).toEqual(["a: Pods: pod-a", "b: Pods: ", "c: Pods: ", "d: Pods: ", "e: Pods: "]);
    server.put("pod-b", "x", { app: "b" });
    server.put("pod-other", "x", { app: "a" });
    server.put("pod-z", "x", { app: "b" });
    await settle(1_000);
    expect(ends).toEqual(["a ready", "b ready"]);
    server.put("pod-b", "x", { app: "c" });
    server.put("pod-z", "x", { app: "c" });
    await settle(1_000);
    server.remove("pod-other");
    expect(ends).toEqual(["a ready", "b ready", "c ready"]);
    expect(listed(server)).toHaveLength(2);
  });

  test("is followed one by one while they are few, and by one when they have become many", async () => {
    const server = fakeServer();
    for (const name of names.slice(0, 3)) server.put(name, "there");
    const { ends, said } = start(server, names.map(workload));
    await settle();
    expect(listed(server).slice(1)).toEqual(["list app=a", "list app=b", "list app=c"]);
    server.put("d", "there");
    server.put("e", "there");
    await settle(1_000);
    expect(listed(server).slice(4)).toEqual(["list all", "list app=e"]);
    expect(server.watching()).toBe(3);
    for (const name of names) {
      server.put(`${name}-1`, "x", { app: name });
      server.put(`${name}-2`, "x", { app: name });
    }
    await settle();
    expect(ends).toHaveLength(5);
    expect(said.filter((words) => words === "a: its Pods were not read")).toHaveLength(1);
    expect(server.watching()).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is followed one by one where the whole may not be read", async () => {
    const server = fakeServer();
    server.refuse.list = (selection) =>
      selection.by === "labels" && selection.selector === "" ? errors.forbidden() : undefined;
    for (const name of names) server.put(name, "there");
    const { ends } = start(server, names.map(workload));
    await settle();
    expect(listed(server).slice(1)).toEqual(["list all", ...names.map((name) => `list app=${name}`)]);
    server.put("a-1", "x", { app: "a" });
    server.put("a-2", "x", { app: "a" });
    await settle();
    expect(ends).toEqual(["a ready"]);
  });
});

type Step = (server: FakeServer) => void;

const breaks = fc.constantFrom<Step>(
  (server) => server.endWatches(),
  (server) => server.endWatches({ is: "gone" }),
  (server) => server.endWatches({ is: "broken", why: "reset" }),
  (server) => server.compact(),
  (server) => (server.refuse = { list: errors.unreachable, watch: errors.serverError }),
  (server) => (server.refuse = { list: errors.notServed }),
  (server) => (server.refuse = {}),
);
const refusals = fc.constantFrom<Step>(
  (server) => (server.refuse = { watch: errors.forbidden }),
  (server) => (server.refuse = { list: errors.forbidden, watch: errors.forbidden }),
);
const changesOf = (names: string[], labelsOf?: (name: string) => Record<string, string>) =>
  fc.tuple(fc.constantFrom(...names), fc.constantFrom("x", "y", "gone")).map(([name, state]): Step => {
    return (server) => (state === "gone" ? server.remove(name) : server.put(name, state, labelsOf?.(name)));
  });
const scriptOf = (step: fc.Arbitrary<Step>) =>
  fc.array(fc.tuple(step, fc.integer({ min: 0, max: 12_000 })), { maxLength: 25 });

/** Acts as a script says, then mends all and has `last` happen: every item is to be seen to be ready then. */
async function hold(items: WaitItem[], script: [Step, number][], last: Step): Promise<void> {
  const server = fakeServer();
  const { done, state } = start(server, items);
  for (const [act, milliseconds] of script) {
    act(server);
    await settle(milliseconds);
  }
  expect(state.over).toBe(false);
  server.refuse = {};
  last(server);
  await settle(30_000);
  expect(state.over).toBe(true);
  expect((await done).map(({ end }) => end.is)).toEqual(items.map(() => "ready"));
  expect(server.watching()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
}

test("whatever happens to server and connections, what becomes ready in the end is seen to be so", async () => {
  const names = ["a", "b", "c"];
  const script = scriptOf(fc.oneof(changesOf(names), breaks, refusals));
  await fc.assert(
    fc.asyncProperty(script, (steps) =>
      hold(
        names.map((name) => item(name)),
        steps,
        (server) => names.forEach((name) => server.put(name, "ready")),
      ),
    ),
    { numRuns: 150 },
  );
});

test("whatever happens to server and connections, what is related to many items is known in the end", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const script = scriptOf(
    fc.oneof(
      changesOf(names),
      changesOf(["a-1", "b-1", "c-1"], (name) => ({ app: name.charAt(0) })),
      breaks,
    ),
  );
  await fc.assert(
    fc.asyncProperty(script, (steps) =>
      hold(names.map(workload), steps, (server) => {
        for (const name of names) {
          server.put(name, "there");
          for (const each of ["1", "2"]) server.put(`${name}-${each}`, "x", { app: name });
        }
      }),
    ),
    { numRuns: 150 },
  );
});
