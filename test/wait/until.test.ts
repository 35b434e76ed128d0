/** Waiting until items are ready, and what is told of them. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubeObject, ResourceType } from "../../src/model.js";
import { steadyNow } from "../../src/time.js";
import type { Readiness } from "../../src/wait/readiness.js";
import type { WaitReads } from "../../src/wait/types.js";
import { waitUntil } from "../../src/wait/until.js";
import { configMaps, errors, fakeServer } from "./fake-server.js";
import { item, settle, start } from "./waits.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

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
    const from = steadyNow();
    const meets = (): Readiness =>
      steadyNow() - from >= 5_000 ? { is: "failed", why: "too slow" } : { is: "waiting", why: "pulling" };
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
    const { done } = start(server, [item("web")], { deadline: steadyNow() + 30_000 });
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
    const done = waitUntil([item("web")], reads, { deadline: steadyNow() + 1_000 });
    await settle(1_250);
    expect(await done).toMatchObject([
      { end: { is: "unreadable", error: { code: "timeout", message: "the server did not answer in time" } } },
    ]);
  });

  test("with the last error of the reads where nothing was ever read", async () => {
    const server = fakeServer();
    server.refuse.list = errors.unreachable;
    const { done } = start(server, [item("web")], { deadline: steadyNow() + 10_000 });
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
    const done = waitUntil([item("web")], reads, { deadline: steadyNow() + 1_000 });
    await settle(1_010);
    expect(await done).toMatchObject([{ end: { is: "unreadable", error: { code: "timeout" } } }]);
  });

  test("and says both where the server went away after it was read", async () => {
    const server = fakeServer();
    server.put("web", "1 of 3 replicas");
    const { done } = start(server, [item("web")], { deadline: steadyNow() + 30_000 });
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
    const { done, said, state } = start(server, [item("web")], { deadline: steadyNow() + 10_000 });
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
